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

/// What shall be different. What is left out stays.
#[derive(ToSchema)]
pub struct UpdateMeRequest {
    /// The person's name, without control characters.
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// Public and unique, without regard to case.
    #[schema(nullable = false, min_length = 3, max_length = 32, pattern = "^[A-Za-z0-9_.-]+$")]
    pub username: Option<String>,
}

/// What one logs in with is not changed in passing.
const ELSEWHERE: [(&str, &str); 3] = [
    ("password", "A password is changed by PUT /v1/users/me/password."),
    ("email", "An email address is changed by an operation of its own, which proves that it is the user's."),
    (
        "phone_number",
        "A phone number is changed by an operation of its own, which proves that it is the user's.",
    ),
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

/// Who am I
///
/// The user that the access token belongs to.
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
/// Name and username; what is left out stays. Where nothing is different from before, `updated_at` stays too. Password,
/// email address and phone number have operations of their own.
#[utoipa::path(
    operation_id = "updateMe",
    tag = "Account",
    request_body = UpdateMeRequest,
    responses((status = 200, description = "The user as they are now.", body = User)),
)]
#[patch("/v1/users/me")]
pub async fn update_me(
    auth: Data<Auth>,
    call: Call<Verified<FullAccess>, Json<ProfileChange>>,
) -> Result<web::Json<User>, Problem> {
    Ok(web::Json(auth.change_profile(&call.caller, call.body.0, call.client).await?.into()))
}
