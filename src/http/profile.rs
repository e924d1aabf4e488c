//! `GET /v1/users/me`, `PATCH /v1/users/me`

use actix_web::web::{self, Data};
use actix_web::{get, patch};
use utoipa::ToSchema;

use super::answer::problem::Problem;
use super::answer::user::User;
use super::request::authorized_request::AuthorizedRequest;
use super::request::body::{FromFields, Json, ParseContext};
use super::request::fields::Fields;
use crate::auth::proof::{FullAccess, Verified};
use crate::auth::{Auth, Name, ProfileChange, Username};

/// The fields to change. Absent fields keep their value.
#[derive(ToSchema)]
pub struct UpdateMeRequest {
    /// The name of the person. Must not contain control characters.
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// The public username. Unique, ignoring case.
    #[schema(nullable = false, min_length = 3, max_length = 32, pattern = "^[A-Za-z0-9_.-]+$")]
    pub username: Option<String>,
}

/// Fields that other operations change, because they require the password or a code.
const MISPLACED_FIELDS: [(&str, &str); 3] = [
    ("password", "This operation does not change the password. Use PUT /v1/users/me/password."),
    ("email", "This operation does not change the email address. Use POST /v1/users/me/email."),
    ("phone_number", "This operation does not change the phone number. Use POST /v1/users/me/phone."),
];

impl FromFields for ProfileChange {
    fn from_fields(fields: &mut Fields, _: &ParseContext<'_>) -> Option<Self> {
        let name = fields.optional("name", Name::parse);
        let username = fields.optional("username", Username::parse);
        for (field, detail) in MISPLACED_FIELDS {
            fields.reject_misplaced(field, detail);
        }
        Some(Self { name, username })
    }
}

/// Get the current user
///
/// Returns the user of the access token.
#[utoipa::path(
    operation_id = "getMe",
    tag = "Account",
    responses((status = 200, description = "The user.", body = User)),
)]
#[get("/v1/users/me")]
pub async fn me(request: AuthorizedRequest<Verified<FullAccess>>) -> Result<web::Json<User>, Problem> {
    Ok(web::Json(request.caller.into_user().into()))
}

/// Change the profile
///
/// Changes the name, the username or both. If nothing changes, `updated_at` stays the same. The password, the
/// email address and the phone number have their own operations.
#[utoipa::path(
    operation_id = "updateMe",
    tag = "Account",
    request_body = UpdateMeRequest,
    responses((status = 200, description = "The updated user.", body = User)),
)]
#[patch("/v1/users/me")]
pub async fn update_me(
    auth: Data<Auth>,
    request: AuthorizedRequest<Verified<FullAccess>, Json<ProfileChange>>,
) -> Result<web::Json<User>, Problem> {
    Ok(web::Json(auth.change_profile(&request.caller, request.body.0, request.client).await?.into()))
}
