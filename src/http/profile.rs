//! `GET /v1/users/me`, `PATCH /v1/users/me`

use actix_web::web::{self, Data};
use actix_web::{get, patch};
use utoipa::ToSchema;

use super::answer::problem::Problem;
use super::answer::user::User;
use super::request::call::{Call, Context, FromFields, Json};
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
const ELSEWHERE: [(&str, &str); 3] = [
    ("password", "This operation does not change the password. Use PUT /v1/users/me/password."),
    ("email", "This operation does not change the email address. Use POST /v1/users/me/email."),
    ("phone_number", "This operation does not change the phone number. Use POST /v1/users/me/phone."),
];

impl FromFields for ProfileChange {
    fn from_fields(fields: &mut Fields, _: &Context<'_>) -> Option<Self> {
        let name = fields.optional("name", Name::parse);
        let username = fields.optional("username", Username::parse);
        for (field, detail) in ELSEWHERE {
            fields.refuse_elsewhere(field, detail);
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
pub async fn me(call: Call<Verified<FullAccess>>) -> Result<web::Json<User>, Problem> {
    Ok(web::Json(call.caller.into_user().into()))
}

/// Change the profile
///
/// Changes the name, the username or both. If nothing changes, `updated_at` stays the same. The password, the email address
/// and the phone number have their own operations.
#[utoipa::path(
    operation_id = "updateMe",
    tag = "Account",
    request_body = UpdateMeRequest,
    responses((status = 200, description = "The updated user.", body = User)),
)]
#[patch("/v1/users/me")]
pub async fn update_me(
    auth: Data<Auth>,
    call: Call<Verified<FullAccess>, Json<ProfileChange>>,
) -> Result<web::Json<User>, Problem> {
    Ok(web::Json(auth.change_profile(&call.caller, call.body.0, call.client).await?.into()))
}
