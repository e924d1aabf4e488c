//! `POST /v1/users/me/phone`, `POST /v1/users/me/phone/verify`

use actix_web::web::{self, Data};
use actix_web::{HttpResponse, post};
use utoipa::ToSchema;

use super::answer::challenge::Challenge;
use super::answer::delivery::{PhoneChannel, delivery};
use super::answer::problem::Problem;
use super::answer::user::User;
use super::request::call::{Call, Context, FromFields, Json};
use super::request::fields::Fields;
use super::verify::VerifyRequest;
use crate::auth::proof::{FullAccess, Verified};
use crate::auth::{Auth, Code, ContactChange, ContactKind, NewContact, Password};

/// Another phone number, and the password once more.
#[derive(ToSchema)]
pub struct ChangePhoneRequest {
    /// Any common way of writing an international number, of a country or region that this deployment serves. The code
    /// is sent to it.
    #[schema(min_length = 5, max_length = 40)]
    pub phone_number: String,
    /// The password that one logs in with.
    #[schema(format = Password, min_length = 1, max_length = 1024, write_only)]
    pub password: String,
    /// How the code shall travel; by default `sms`, or the first channel that this deployment allows.
    #[schema(nullable = false)]
    pub channel: Option<PhoneChannel>,
    /// The language of the message, a BCP 47 tag; by default that of the header `Accept-Language`.
    #[schema(
        nullable = false,
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
    )]
    pub locale: Option<String>,
    /// The hash of an Android app of this deployment, which may then read the code from the text message by
    /// itself (SMS Retriever).
    #[schema(nullable = false, min_length = 11, max_length = 11, pattern = "^[A-Za-z0-9+/]{11}$")]
    pub app_hash: Option<String>,
}

/// A change whose contact is a number.
pub struct PhoneChange(ContactChange);

impl FromFields for PhoneChange {
    fn from_fields(fields: &mut Fields, context: &Context<'_>) -> Option<Self> {
        let contact = fields
            .required("phone_number", |text| context.policy.regions.parse(text))
            .map(NewContact::PhoneNumber);
        let password = fields.required("password", Password::parse_attempt);
        let delivery = delivery(fields, context);
        Some(Self(ContactChange { contact: contact?, password: password?, delivery }))
    }
}

/// Change the phone number
///
/// Takes the password again and sends a code to the new number; until that code comes back nothing changes. Called
/// again it sends again, to the same or another number, after the same waits as resend. A number that somebody
/// else has gets 409 `user_exists` and no code.
#[utoipa::path(
    operation_id = "changePhone",
    tag = "Account",
    request_body = ChangePhoneRequest,
    responses((status = 202, description = "A code is on its way to the new number.", body = Challenge)),
)]
#[post("/v1/users/me/phone")]
pub async fn change_phone(
    auth: Data<Auth>,
    call: Call<Verified<FullAccess>, Json<PhoneChange>>,
) -> Result<HttpResponse, Problem> {
    let challenge = auth.change_contact(&call.caller, call.body.0.0, call.client).await?;
    Ok(HttpResponse::Accepted().json(Challenge::from(challenge)))
}

/// Verify the new phone number
///
/// With the code that came to the new number it becomes the user's. Every other session ends (reason `phone_changed`),
/// and so does every log-in whose code went to the old number; the session that asks goes on.
#[utoipa::path(
    operation_id = "verifyPhone",
    tag = "Account",
    request_body = VerifyRequest,
    responses((status = 200, description = "The number is the user's now.", body = User)),
)]
#[post("/v1/users/me/phone/verify")]
pub async fn verify_phone(
    auth: Data<Auth>,
    call: Call<Verified<FullAccess>, Json<Code>>,
) -> Result<web::Json<User>, Problem> {
    let user = auth.verify_contact(&call.caller, ContactKind::Phone, call.body.0, call.client).await?;
    Ok(web::Json(user.into()))
}
