//! The virtual phones and mailboxes.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::parameters::{self, ensure_account, recipient};
use super::problem::{Problem, ProblemCode};
use crate::handles::phones::Phones;
use crate::phone::channel::Channel;
use crate::phone::message::{Message, MessageFilter};

/// Selects messages, and says how long to wait for one.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessageQuery {
    /// The phone number or address that received it. A space in front of a number is read as `+`.
    #[param(nullable = false, example = "+12015550123")]
    to: Option<String>,
    /// The channel that delivered it.
    #[param(nullable = false)]
    channel: Option<Channel>,
    /// The `id` of a message: only later messages.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many seconds to wait for the first such message.
    #[param(nullable = false, minimum = 0, maximum = 30)]
    wait: Option<u64>,
    /// Messages of this account. The default is all accounts.
    #[param(nullable = false, pattern = "^AC[0-9a-fA-F]{32}$")]
    account: Option<String>,
}

/// The length of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Limit {
    /// How many messages to return at most.
    #[param(nullable = false, minimum = 1, maximum = 1_000, default = 50)]
    limit: Option<usize>,
}

/// Selects messages to forget.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ForgetQuery {
    /// The phone number or address that received them. The default is all.
    #[param(nullable = false)]
    to: Option<String>,
    /// Messages of this account. The default is all accounts.
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
/// The messages on the virtual phones and in the mailboxes, newest first. With `wait`, the answer is empty only if
/// no message arrives in time.
#[utoipa::path(
    get,
    path = "/sandbox/messages",
    operation_id = "listMessages",
    tag = "messages",
    params(MessageQuery, Limit),
    responses(
        (status = 200, description = "The messages; the list may be empty.", body = MessageList),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_messages(
    phones: web::Data<Phones>,
    query: web::Query<MessageQuery>,
    limit: web::Query<Limit>,
) -> Result<web::Json<MessageList>, Problem> {
    let limit = parameters::limit(limit.limit)?;
    Ok(web::Json(MessageList { messages: find(&phones, query.into_inner(), limit).await? }))
}

/// Get the newest code
///
/// The code in the newest message to `to`, and nothing else.
#[utoipa::path(
    get,
    path = "/sandbox/code",
    operation_id = "getCode",
    tag = "messages",
    params(MessageQuery),
    responses(
        (status = 200, description = "The code.", body = String, content_type = "text/plain", example = "480167"),
        (status = 404, description = "No message arrived in time (`no_message`).", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "A parameter is missing or wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_code(
    phones: web::Data<Phones>,
    query: web::Query<MessageQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    if query.to.as_ref().is_none_or(String::is_empty) {
        return Err(Problem::invalid("`to` is required."));
    }
    let Some(message) = find(&phones, query, 1).await?.pop() else {
        return Err(Problem::new(ProblemCode::NoMessage, "No such message has arrived."));
    };
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(message.code))
}

/// Forget messages
///
/// The verifications that they belong to remain.
#[utoipa::path(
    delete,
    path = "/sandbox/messages",
    operation_id = "deleteMessages",
    tag = "messages",
    params(ForgetQuery),
    responses(
        (status = 204, description = "The messages are forgotten."),
        (status = 422, description = "A parameter is wrong.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delete_messages(
    phones: web::Data<Phones>,
    query: web::Query<ForgetQuery>,
) -> Result<HttpResponse, Problem> {
    let ForgetQuery { to, account } = query.into_inner();
    ensure_account(account.as_deref())?;
    phones.forget_of(account.as_deref(), to.map(recipient).as_deref());
    Ok(HttpResponse::NoContent().finish())
}

async fn find(phones: &Phones, query: MessageQuery, limit: usize) -> Result<Vec<Message>, Problem> {
    let MessageQuery { to, channel, after, wait, account } = query;
    ensure_account(account.as_deref())?;
    let deadline = parameters::deadline(wait)?;
    let mut filter = MessageFilter::new().after(parameters::after(after.as_deref())?);
    filter = to.into_iter().fold(filter, MessageFilter::to);
    filter = channel.into_iter().fold(filter, MessageFilter::channel);
    filter = account.into_iter().fold(filter, MessageFilter::account);
    Ok(phones.wait_for_messages(&filter, limit, deadline).await)
}
