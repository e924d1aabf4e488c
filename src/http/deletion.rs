//! `DELETE /v1/users/me`

use actix_web::web::Data;
use actix_web::{HttpResponse, delete};
use utoipa::ToSchema;

use super::answer::problem::Problem;
use super::request::authorized_request::AuthorizedRequest;
use super::request::body::{FromFields, Json, ParseContext};
use super::request::fields::Fields;
use crate::auth::proof::{FullAccess, Verified};
use crate::auth::{Auth, Password};

/// The password, to confirm the deletion.
#[derive(ToSchema)]
pub struct DeleteMeRequest {
    /// The user's current password.
    #[schema(format = Password, min_length = 1, max_length = 1024, write_only)]
    pub password: String,
}

/// The password that confirms a deletion.
pub struct Confirmation(Password);

impl FromFields for Confirmation {
    fn from_fields(fields: &mut Fields, _: &ParseContext<'_>) -> Option<Self> {
        fields.required("password", Password::parse_attempt).map(Self)
    }
}

/// Delete the account
///
/// Deletes the user, their sessions and all recorded activities immediately and permanently. Requires the
/// password. The email address, the username and the phone number can then be used to sign up again.
#[utoipa::path(
    operation_id = "deleteMe",
    tag = "Account",
    request_body = DeleteMeRequest,
    responses((status = 204, description = "The account is deleted.")),
)]
#[delete("/v1/users/me")]
pub async fn delete_me(
    auth: Data<Auth>,
    request: AuthorizedRequest<Verified<FullAccess>, Json<Confirmation>>,
) -> Result<HttpResponse, Problem> {
    auth.delete_user(&request.caller, request.body.0.0, request.client).await?;
    Ok(HttpResponse::NoContent().finish())
}
