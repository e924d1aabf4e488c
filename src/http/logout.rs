//! `POST /v1/users/logout`

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::problem::Problem;
use super::request::authorized_request::AuthorizedRequest;
use super::request::body::{FromFields, Json, ParseContext};
use super::request::fields::Fields;
use crate::auth::proof::Caller;
use crate::auth::{Auth, Invalid, InvalidKind, SessionScope};

/// Which sessions to end. The body is optional.
#[derive(ToSchema)]
pub struct LogoutRequest {
    /// Which sessions to end. Default: `current`. `others` and `all` require an access token.
    #[schema(nullable = false)]
    pub scope: Option<LogoutScope>,
}

/// Which sessions to end.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogoutScope {
    /// The current session.
    Current,
    /// All sessions except the current one.
    Others,
    /// All sessions.
    All,
}

impl FromFields for SessionScope {
    const OPTIONAL: bool = true;

    fn from_fields(fields: &mut Fields, _: &ParseContext<'_>) -> Option<Self> {
        let scope = fields.optional("scope", |text| match text {
            "current" => Ok(Self::Current),
            "others" => Ok(Self::Others),
            "all" => Ok(Self::All),
            _ => Err(Invalid {
                kind: InvalidKind::NotAllowed,
                detail: "The scope must be one of: current, others, all.".into(),
            }),
        });
        Some(scope.unwrap_or_default())
    }
}

/// Log out
///
/// Ends sessions and revokes their tokens. With a password-ok token, cancels the pending log-in instead; any
/// `scope` other than `current` then fails with `otp_required`, because a password alone cannot end sessions.
#[utoipa::path(
    operation_id = "logout",
    tag = "Log in",
    request_body = LogoutRequest,
    responses((status = 204, description = "Logged out.")),
)]
#[post("/v1/users/logout")]
pub async fn logout(
    auth: Data<Auth>,
    request: AuthorizedRequest<Caller, Json<SessionScope>>,
) -> Result<HttpResponse, Problem> {
    auth.log_out(request.caller, request.body.0, request.client).await?;
    Ok(HttpResponse::NoContent().finish())
}
