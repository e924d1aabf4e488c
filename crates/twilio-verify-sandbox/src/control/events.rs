//! What happens, as it happens: server-sent events (HTML standard, section 9.2). Nothing is queued for a reader: each
//! time something changes, what is new is read from the state, so a slow one costs no memory and misses nothing.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::timeout;
use utoipa::IntoParams;

use super::clock::ClockReading;
use super::fault_bodies::FaultReading;
use super::faults::FaultList;
use super::parameters::{check_account, recipient};
use super::problem::Problem;
use crate::phone::message::MessageFilter;
use crate::state::State;

/// After this much silence a comment is sent, so that whoever is gone is noticed, and no proxy gives up.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Most messages that a reader is told at once: more than anybody scrolls through.
const MAX_MESSAGES: usize = 1_000;

/// What to hear of.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Heard {
    /// Messages to this number or address only, and faults made for it.
    #[param(nullable = false)]
    to: Option<String>,
    /// Of this account only; by default of all.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// Listen
///
/// Server-sent events. `all`: forget what you have, all that there is follows; it comes first, and when messages were
/// forgotten. `message`: as in `GET /sandbox/messages`. `clock`: as in `GET /sandbox/clock`. `faults`: as in
/// `GET /sandbox/faults`, whenever one is made, met or removed. A browser that comes back with `Last-Event-ID` goes on
/// where it was.
#[utoipa::path(
    get,
    path = "/sandbox/events",
    operation_id = "listen",
    tag = "messages",
    params(Heard),
    responses(
        (status = 200, description = "It goes on until one of the two ends it.", body = String,
            content_type = "text/event-stream"),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn listen(
    state: Data<State>,
    heard: web::Query<Heard>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Heard { to, account } = heard.into_inner();
    check_account(account.as_deref())?;
    let last = request.headers().get("last-event-id").and_then(|id| id.to_str().ok());
    let feed = Feed::new(state, to.map(recipient), account, last);
    Ok(HttpResponse::Ok().content_type("text/event-stream").streaming(stream::unfold(feed, Feed::next)))
}

/// One reader, and what it has been told.
struct Feed {
    changes: watch::Receiver<u64>,
    state: Data<State>,
    to: Option<String>,
    account: Option<String>,
    /// The number of the last message; none where all must be told.
    last: Option<u64>,
    forgettings: u64,
    clock: Option<i64>,
    faults: String,
    /// What [`Faults::changes`](crate::faults::Faults::changes) said when they were told.
    fault_changes: Option<u64>,
}

impl Feed {
    fn new(state: Data<State>, to: Option<String>, account: Option<String>, last: Option<&str>) -> Self {
        // Numbers of another sandbox, of before a restart, mean nothing here; and whoever was away while messages were
        // forgotten still has them.
        let (forgettings, instance) = (state.forgettings(), state.instance());
        let own = last
            .and_then(|id| id.strip_prefix(&format!("{instance}:{forgettings}:")))
            .and_then(|number| number.parse().ok());
        Self {
            last: own,
            changes: state.changes(),
            forgettings,
            clock: None,
            faults: String::new(),
            fault_changes: None,
            state,
            to,
            account,
        }
    }

    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        loop {
            // Before the look, so that nothing happens unseen between it and the wait for the next change.
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

    /// The events since the last look.
    fn news(&mut self) -> String {
        let mut news = String::new();
        let forgettings = self.state.forgettings();
        if forgettings != self.forgettings || self.last.is_none() {
            (self.forgettings, self.last) = (forgettings, Some(0));
            news.push_str("event: all\ndata: {}\n\n");
        }
        let filter = MessageFilter { to: self.to.clone(), channel: None, after: self.last.unwrap_or(0) };
        let newest_first = self.state.accounts().messages(self.account.as_deref(), &filter, MAX_MESSAGES);
        for message in newest_first.iter().rev() {
            self.last = Some(message.number);
            let (instance, forgettings) = (self.state.instance(), self.forgettings);
            news.push_str(&format!("id: {instance}:{forgettings}:{}\n", message.number));
            news.push_str(&event("message", message));
        }
        let offset = self.state.clock.offset_seconds();
        if self.clock.replace(offset) != Some(offset) {
            news.push_str(&event("clock", &*ClockReading::of(&self.state.clock)));
        }
        news.push_str(&self.faults().unwrap_or_default());
        news
    }

    /// The faults, where they look different to this reader. A thousand of them are not written out for each reader
    /// whenever anything else happens.
    fn faults(&mut self) -> Option<String> {
        let faults = self.state.faults();
        let changes = faults.changes();
        if self.fault_changes.replace(changes) == Some(changes) {
            return None;
        }
        let list = faults.made_for(self.to.as_deref(), self.account.as_deref());
        let news = event("faults", &FaultList { faults: list.map(FaultReading::of).collect() });
        if news == self.faults {
            return None;
        }
        self.faults.clone_from(&news);
        Some(news)
    }
}

/// JSON has no line breaks of its own: one line of data is enough.
fn event(name: &str, data: &impl Serialize) -> String {
    format!("event: {name}\ndata: {}\n\n", serde_json::to_string(data).unwrap_or_default())
}
