//! `PUT /v1/users/me/password`

use actix_web::web::Data;
use actix_web::{HttpResponse, put};
use utoipa::ToSchema;

use super::answer::problem::Problem;
use super::request::authorized_request::AuthorizedRequest;
use super::request::body::{FromFields, Json, ParseContext};
use super::request::fields::Fields;
use crate::auth::proof::{FullAccess, Verified};
use crate::auth::{Auth, Invalid, InvalidKind, Password, PasswordChange};

/// The current and the new password.
#[derive(ToSchema)]
pub struct ChangePasswordRequest {
    /// The user's current password.
    #[schema(format = Password, min_length = 1, max_length = 1024, write_only)]
    pub current_password: String,
    /// The new password. The rules are those of sign-up.
    #[schema(format = Password, min_length = 8, max_length = 128, write_only)]
    pub new_password: String,
}

impl FromFields for PasswordChange {
    fn from_fields(fields: &mut Fields, _: &ParseContext<'_>) -> Option<Self> {
        let current = fields.required("current_password", Password::parse_attempt);
        let new = fields.required("new_password", Password::parse_new);
        let current = current?;
        let new = new?;
        if new.is_same(&current) {
            let detail = "The new password is the same as the current one. Choose another one.".into();
            fields.reject("new_password", Invalid { kind: InvalidKind::NotAllowed, detail });
        }
        Some(Self { current, new })
    }
}

/// Change the password
///
/// Replaces the password. Requires the current password, so a stolen access token is not enough. All other
/// sessions and pending log-ins of the user end (reason `password_changed`); the current session continues.
#[utoipa::path(
    operation_id = "changePassword",
    tag = "Account",
    request_body = ChangePasswordRequest,
    responses((status = 204, description = "The password is changed.")),
)]
#[put("/v1/users/me/password")]
pub async fn change_password(
    auth: Data<Auth>,
    request: AuthorizedRequest<Verified<FullAccess>, Json<PasswordChange>>,
) -> Result<HttpResponse, Problem> {
    auth.change_password(&request.caller, request.body.0, request.client).await?;
    Ok(HttpResponse::NoContent().finish())
}
