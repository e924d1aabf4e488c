//! `POST /v1/users/me/email`, `POST /v1/users/me/email/verify`

use actix_web::web::{self, Data};
use actix_web::{HttpResponse, post};
use utoipa::ToSchema;

use super::answer::challenge::Challenge;
use super::answer::problem::Problem;
use super::answer::user::User;
use super::request::call::{Call, Context, FromFields, Json, WithEmail};
use super::request::fields::Fields;
use super::verify::VerifyRequest;
use crate::auth::proof::{FullAccess, Verified};
use crate::auth::{Auth, Code, ContactChange, ContactKind, Delivery, Email, NewContact, Password};

/// Another email address, and the password once more.
#[derive(ToSchema)]
pub struct ChangeEmailRequest {
    /// The code is sent to it.
    #[schema(format = Email, min_length = 5, max_length = 254)]
    pub email: String,
    /// The password that one logs in with.
    #[schema(format = Password, min_length = 1, max_length = 1024, write_only)]
    pub password: String,
}

/// A change whose contact is an address.
pub struct EmailChange(ContactChange);

impl FromFields for EmailChange {
    fn from_fields(fields: &mut Fields, _: &Context<'_>) -> Option<Self> {
        let contact = fields.required("email", Email::parse).map(NewContact::Email);
        let password = fields.required("password", Password::parse_attempt);
        let delivery = Delivery::by_email();
        Some(Self(ContactChange { contact: contact?, password: password?, delivery }))
    }
}

/// Change the email address
///
/// Takes the password again and sends a code to the new address; until that code comes back nothing changes. Called
/// again it sends again, to the same or another address, after the same waits as resend. An address that somebody
/// else has gets 409 `user_exists` and no code. 404 where this deployment sends no codes by email.
#[utoipa::path(
    operation_id = "changeEmail",
    tag = "Account",
    request_body = ChangeEmailRequest,
    responses((status = 202, description = "A code is on its way to the new address.", body = Challenge)),
)]
#[post("/v1/users/me/email")]
pub async fn change_email(
    auth: Data<Auth>,
    call: Call<WithEmail<Verified<FullAccess>>, Json<EmailChange>>,
) -> Result<HttpResponse, Problem> {
    let challenge = auth.change_contact(&call.caller.0, call.body.0.0, call.client).await?;
    Ok(HttpResponse::Accepted().json(Challenge::from(challenge)))
}

/// Verify the new email address
///
/// With the code that came to the new address it becomes the user's. Every other session ends (reason `email_changed`),
/// and so does every log-in that still waits for its code; the session that asks goes on. 404 where this deployment
/// sends no codes by email.
#[utoipa::path(
    operation_id = "verifyEmail",
    tag = "Account",
    request_body = VerifyRequest,
    responses((status = 200, description = "The address is the user's now.", body = User)),
)]
#[post("/v1/users/me/email/verify")]
pub async fn verify_email(
    auth: Data<Auth>,
    call: Call<WithEmail<Verified<FullAccess>>, Json<Code>>,
) -> Result<web::Json<User>, Problem> {
    let user = auth.verify_contact(&call.caller.0, ContactKind::Email, call.body.0, call.client).await?;
    Ok(web::Json(user.into()))
}
