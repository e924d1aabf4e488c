//! `POST /v1/users/me/phone`, `POST /v1/users/me/phone/verify`

use actix_web::web::{self, Data};
use actix_web::{HttpResponse, post};
use utoipa::ToSchema;

use super::answer::challenge::Challenge;
use super::answer::problem::Problem;
use super::answer::user::User;
use super::request::authorized_request::AuthorizedRequest;
use super::request::body::{FromFields, Json, ParseContext};
use super::request::delivery::{PhoneChannel, delivery};
use super::request::fields::Fields;
use super::verify::VerifyRequest;
use crate::auth::proof::{FullAccess, Verified};
use crate::auth::{Auth, Code, ContactChange, ContactKind, NewContact, Password};

/// The new phone number, and the password to confirm the change.
#[derive(ToSchema)]
pub struct ChangePhoneRequest {
    /// The new phone number, to which the code is sent. Any common international format is accepted, if this
    /// server sends codes to the number's country or region.
    #[schema(min_length = 5, max_length = 40)]
    pub phone_number: String,
    /// The user's current password.
    #[schema(format = Password, min_length = 1, max_length = 1024, write_only)]
    pub password: String,
    /// How to deliver the code. Default: `sms`, or the first channel that this server allows.
    #[schema(nullable = false)]
    pub channel: Option<PhoneChannel>,
    /// The language of the message, as a BCP 47 tag. Default: the language of the header `Accept-Language`.
    #[schema(
        nullable = false,
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
    )]
    pub locale: Option<String>,
    /// The hash of the Android app that reads the code from the text message (SMS Retriever). It must be one
    /// that this server allows.
    #[schema(nullable = false, min_length = 11, max_length = 11, pattern = "^[A-Za-z0-9+/]{11}$")]
    pub app_hash: Option<String>,
}

/// A change of the phone number.
pub struct PhoneChange(ContactChange);

impl FromFields for PhoneChange {
    fn from_fields(fields: &mut Fields, context: &ParseContext<'_>) -> Option<Self> {
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
/// Sends a code to the new number. Requires the password. The phone number does not change until the code is
/// verified. Call this operation again to send another code, to the same or another number; the waiting times
/// are those of resend. If the number belongs to another user, the request fails with 409 `user_exists` and
/// no code is sent.
#[utoipa::path(
    operation_id = "changePhone",
    tag = "Account",
    request_body = ChangePhoneRequest,
    responses((status = 202, description = "A code was sent to the new number.", body = Challenge)),
)]
#[post("/v1/users/me/phone")]
pub async fn change_phone(
    auth: Data<Auth>,
    request: AuthorizedRequest<Verified<FullAccess>, Json<PhoneChange>>,
) -> Result<HttpResponse, Problem> {
    let challenge = auth.begin_contact_change(&request.caller, request.body.0.0, request.client).await?;
    Ok(HttpResponse::Accepted().json(Challenge::from(challenge)))
}

/// Verify the new phone number
///
/// Checks the code sent to the new number and changes the phone number. All other sessions of the user, and
/// pending log-ins whose code went to the old number, end (reason `phone_changed`); the current session
/// continues.
#[utoipa::path(
    operation_id = "verifyPhone",
    tag = "Account",
    request_body = VerifyRequest,
    responses((status = 200, description = "The phone number is changed.", body = User)),
)]
#[post("/v1/users/me/phone/verify")]
pub async fn verify_phone(
    auth: Data<Auth>,
    request: AuthorizedRequest<Verified<FullAccess>, Json<Code>>,
) -> Result<web::Json<User>, Problem> {
    let user =
        auth.verify_contact(&request.caller, ContactKind::Phone, request.body.0, request.client).await?;
    Ok(web::Json(user.into()))
}
