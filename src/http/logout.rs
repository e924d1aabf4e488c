//! `POST /v1/users/logout`

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::problem::Problem;
use super::request::call::{Call, Context, FromFields, Json};
use super::request::fields::Fields;
use crate::auth::proof::Caller;
use crate::auth::{Auth, Invalid, InvalidKind, Scope};

/// What ends. The body may be left out.
#[derive(ToSchema)]
pub struct LogoutRequest {
    /// By default `current`. `others` and `all` need an access token.
    #[schema(nullable = false)]
    pub scope: Option<LogoutScope>,
}

/// Which sessions end.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogoutScope {
    /// The caller's own.
    Current,
    /// Every other one.
    Others,
    /// Every one.
    All,
}

impl FromFields for Scope {
    const OPTIONAL: bool = true;

    fn from_fields(fields: &mut Fields, _: &Context<'_>) -> Option<Self> {
        let scope = fields.optional("scope", |text| match text {
            "current" => Ok(Self::Current),
            "others" => Ok(Self::Others),
            "all" => Ok(Self::All),
            _ => Err(Invalid {
                kind: InvalidKind::NotAllowed,
                detail: "A scope is one of: current, others, all.".into(),
            }),
        });
        Some(scope.unwrap_or_default())
    }
}

/// Log out
///
/// With an access token, sessions end, and their tokens open nothing from then on. With a password-ok token,
/// the challenge is cancelled; `scope` is then `current`, or left out: a password alone ends no sessions
/// (`otp_required`).
#[utoipa::path(
    operation_id = "logout",
    tag = "Log in",
    request_body = LogoutRequest,
    responses((status = 204, description = "Logged out.")),
)]
#[post("/v1/users/logout")]
pub async fn logout(auth: Data<Auth>, call: Call<Caller, Json<Scope>>) -> Result<HttpResponse, Problem> {
    auth.log_out(call.caller, call.body.0, call.client).await?;
    Ok(HttpResponse::NoContent().finish())
}
