//! Server-sent events (HTML standard, section 9.2). Nothing is queued for a reader: after each change, the news are
//! read from the state. So a slow reader costs no memory and misses nothing.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::web::{self, Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::timeout;
use utoipa::IntoParams;

use super::clock::ClockReading;
use super::fault_bodies::FaultBody;
use super::faults::FaultList;
use super::parameters::ensure_account;
use super::problem::Problem;
use crate::handles::clock::SandboxClock;
use crate::phone::message::MessageFilter;
use crate::state::State;

/// After this time without an event, a comment is sent. It reveals a closed connection and keeps proxies waiting.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many messages are sent at once: more than a person scrolls through.
const MAX_MESSAGES: usize = 1_000;

/// Selects events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventQuery {
    /// Messages to this number or address, and faults that are limited to it.
    #[param(nullable = false)]
    to: Option<String>,
    /// Events of this account. The default is all accounts.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// Listen
///
/// Server-sent events. `all` comes first, and after messages were forgotten: discard what you have, everything
/// follows. `message` is an element of `GET /sandbox/messages`. `clock` is `GET /sandbox/clock`. `faults` is
/// `GET /sandbox/faults`, after a fault was made, hit or removed. A browser that reconnects with `Last-Event-ID`
/// continues where it was.
#[utoipa::path(
    get,
    path = "/sandbox/events",
    operation_id = "listen",
    tag = "messages",
    params(EventQuery),
    responses(
        (status = 200, description = "The stream of events. It does not end by itself.", body = String,
            content_type = "text/event-stream"),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn listen(
    state: Data<State>,
    query: web::Query<EventQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let EventQuery { to, account } = query.into_inner();
    ensure_account(account.as_deref())?;
    let last = request.headers().get("last-event-id").and_then(|id| id.to_str().ok());
    let feed = Feed::new(state, to, account, last);
    Ok(HttpResponse::Ok().content_type("text/event-stream").streaming(stream::unfold(feed, Feed::next)))
}

/// One reader, and what it has received.
struct Feed {
    changes: watch::Receiver<u64>,
    state: Data<State>,
    messages: MessageFilter,
    /// The number of the last message; `None` if all messages must be sent.
    last: Option<u64>,
    forgettings: u64,
    clock: Option<Duration>,
    faults: String,
    /// [`FaultStore::changes`](crate::faults::FaultStore::changes) when the faults were sent.
    fault_changes: Option<u64>,
}

impl Feed {
    fn new(state: Data<State>, to: Option<String>, account: Option<String>, last: Option<&str>) -> Self {
        // A number from before a restart means nothing here. A reader that was away while messages were forgotten still
        // shows them, so it starts over.
        let forgettings = state.forgettings();
        let instance = state.instance();
        let own = last
            .and_then(|id| id.strip_prefix(&format!("{instance}:{forgettings}:")))
            .and_then(|number| number.parse().ok());
        let messages = to.into_iter().fold(MessageFilter::new(), MessageFilter::to);
        Self {
            last: own,
            changes: state.changes(),
            forgettings,
            clock: None,
            faults: String::new(),
            fault_changes: None,
            state,
            messages: account.into_iter().fold(messages, MessageFilter::account),
        }
    }

    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        loop {
            // Read before the search, so that nothing can change unnoticed between the search and the wait.
            self.changes.borrow_and_update();
            let news = self.news();
            if !news.is_empty() {
                return Some((Ok(news.into()), self));
            }
            match timeout(HEARTBEAT, self.changes.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return None,
                Err(_) => return Some((Ok(Bytes::from_static(b": still here\n\n")), self)),
            }
        }
    }

    /// Returns the events since the last call.
    fn news(&mut self) -> String {
        let mut news = String::new();
        let forgettings = self.state.forgettings();
        if forgettings != self.forgettings || self.last.is_none() {
            (self.forgettings, self.last) = (forgettings, Some(0));
            news.push_str("event: all\ndata: {}\n\n");
        }
        let filter = self.messages.clone().after(self.last.unwrap_or(0));
        let newest_first = self.state.accounts().messages(&filter, MAX_MESSAGES);
        for message in newest_first.iter().rev() {
            self.last = Some(message.number);
            let instance = self.state.instance();
            let forgettings = self.forgettings;
            news.push_str(&format!("id: {instance}:{forgettings}:{}\n", message.number));
            news.push_str(&event("message", message));
        }
        let clock = SandboxClock::new(self.state.clone().into_inner());
        if self.clock.replace(clock.offset()) != Some(clock.offset()) {
            news.push_str(&event("clock", &*ClockReading::of(&clock)));
        }
        news.push_str(&self.faults().unwrap_or_default());
        news
    }

    /// Returns the faults if they look different to this reader. The counter of changes spares the serialization of a
    /// thousand faults for each reader after every other change.
    fn faults(&mut self) -> Option<String> {
        let faults = self.state.faults();
        let changes = faults.changes();
        if self.fault_changes.replace(changes) == Some(changes) {
            return None;
        }
        let list = faults.limited_to(self.messages.recipient(), self.messages.account.as_deref());
        let news = event("faults", &FaultList { faults: list.map(FaultBody::from).collect() });
        if news == self.faults {
            return None;
        }
        self.faults.clone_from(&news);
        Some(news)
    }
}

/// Formats an event. JSON without line breaks needs one line of data.
fn event(name: &str, data: &impl Serialize) -> String {
    format!("event: {name}\ndata: {}\n\n", serde_json::to_string(data).unwrap_or_default())
}
