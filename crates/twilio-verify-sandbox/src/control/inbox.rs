//! The virtual phones and mailboxes.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use tokio::time::timeout_at;
use utoipa::{IntoParams, ToSchema};

use super::parameters;
use super::parameters::{check_account, recipient};
use super::problem::{Problem, ProblemCode};
use crate::phone::channel::Channel;
use crate::phone::message::{Message, MessageFilter};
use crate::state::State;

/// Which messages, and how long to wait for one.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The phone number or address that received it. A `+` that arrives as a space is understood.
    #[param(nullable = false, example = "+12015550123")]
    to: Option<String>,
    /// The channel by which it came.
    #[param(nullable = false)]
    channel: Option<Channel>,
    /// The `id` of a message: only what came later.
    #[param(nullable = false)]
    after: Option<String>,
    /// Seconds to hold the request until such a message is there.
    #[param(nullable = false, minimum = 0, maximum = 30)]
    wait: Option<u64>,
    /// Look at this account only; by default at all of them.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// How many messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Limit {
    /// Most messages in the answer.
    #[param(nullable = false, minimum = 1, maximum = 1_000, default = 50)]
    limit: Option<usize>,
}

/// Whose messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// The phone number or address that received them; by default all.
    #[param(nullable = false)]
    to: Option<String>,
    /// Of this account only; by default of all.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// The messages found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageList {
    /// Newest first.
    messages: Vec<Message>,
}

/// List messages
///
/// What the virtual phones and mailboxes received, newest first. With `wait`, an empty answer comes only when
/// the time is over.
#[utoipa::path(
    get,
    path = "/sandbox/messages",
    operation_id = "listMessages",
    tag = "messages",
    params(Wanted, Limit),
    responses(
        (status = 200, description = "The messages, perhaps none.", body = MessageList),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_messages(
    state: web::Data<State>,
    wanted: web::Query<Wanted>,
    limit: web::Query<Limit>,
) -> Result<web::Json<MessageList>, Problem> {
    let limit = parameters::limit(limit.limit)?;
    Ok(web::Json(MessageList { messages: find(&state, wanted.into_inner(), limit).await? }))
}

/// Get the newest code
///
/// The code in the newest message to `to`, and nothing else.
#[utoipa::path(
    get,
    path = "/sandbox/code",
    operation_id = "getCode",
    tag = "messages",
    params(Wanted),
    responses(
        (status = 200, description = "The code.", body = String, content_type = "text/plain", example = "480167"),
        (status = 404, description = "No message came in time (`no_message`).", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "A parameter is missing or wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_code(
    state: web::Data<State>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let wanted = wanted.into_inner();
    if wanted.to.as_ref().is_none_or(String::is_empty) {
        return Err(Problem::invalid("`to` is required."));
    }
    let Some(message) = find(&state, wanted, 1).await?.pop() else {
        return Err(Problem::new(ProblemCode::NoMessage, "No such message has come."));
    };
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(message.code))
}

/// Forget messages
///
/// The verifications that they belong to go on.
#[utoipa::path(
    delete,
    path = "/sandbox/messages",
    operation_id = "deleteMessages",
    tag = "messages",
    params(Whose),
    responses(
        (status = 204, description = "Done."),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delete_messages(
    state: web::Data<State>,
    whose: web::Query<Whose>,
) -> Result<HttpResponse, Problem> {
    let Whose { to, account } = whose.into_inner();
    check_account(account.as_deref())?;
    state.forget_messages(account.as_deref(), to.map(recipient).as_deref());
    Ok(HttpResponse::NoContent().finish())
}

async fn find(state: &State, wanted: Wanted, limit: usize) -> Result<Vec<Message>, Problem> {
    let Wanted { to, channel, after, wait, account } = wanted;
    check_account(account.as_deref())?;
    let deadline = parameters::deadline(wait)?;
    let after = parameters::after(after.as_deref())?;
    let mut filter = MessageFilter { to: to.map(recipient), channel, after };
    let mut arrivals = state.arrivals();
    loop {
        // Before the look, so that nothing arrives unseen between it and the wait for the next.
        let arrived = *arrivals.borrow_and_update();
        let found = state.accounts().messages(account.as_deref(), &filter, limit);
        if !found.is_empty() || !matches!(timeout_at(deadline, arrivals.changed()).await, Ok(Ok(()))) {
            return Ok(found);
        }
        // None of those was wanted: the next look need not see them again.
        filter.after = filter.after.max(arrived);
    }
}
