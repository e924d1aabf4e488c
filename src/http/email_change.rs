//! `POST /v1/users/me/email`, `POST /v1/users/me/email/verify`

use actix_web::web::{self, Data};
use actix_web::{HttpResponse, post};
use utoipa::ToSchema;

use super::answer::challenge::Challenge;
use super::answer::problem::Problem;
use super::answer::user::User;
use super::request::authorized_request::AuthorizedRequest;
use super::request::body::{FromFields, Json, ParseContext};
use super::request::fields::Fields;
use super::request::guard::WithEmail;
use super::verify::VerifyRequest;
use crate::auth::proof::{FullAccess, Verified};
use crate::auth::{Auth, Code, ContactChange, ContactKind, Delivery, Email, NewContact, Password};

/// The new email address, and the password to confirm the change.
#[derive(ToSchema)]
pub struct ChangeEmailRequest {
    /// The new email address, to which the code is sent.
    #[schema(format = Email, min_length = 5, max_length = 254)]
    pub email: String,
    /// The user's current password.
    #[schema(format = Password, min_length = 1, max_length = 1024, write_only)]
    pub password: String,
}

/// A change of the email address.
pub struct EmailChange(ContactChange);

impl FromFields for EmailChange {
    fn from_fields(fields: &mut Fields, _: &ParseContext<'_>) -> Option<Self> {
        let contact = fields.required("email", Email::parse).map(NewContact::Email);
        let password = fields.required("password", Password::parse_attempt);
        let delivery = Delivery::by_email();
        Some(Self(ContactChange { contact: contact?, password: password?, delivery }))
    }
}

/// Change the email address
///
/// Sends a code to the new address. Requires the password. The email address does not change until the code
/// is verified. Call this operation again to send another code, to the same or another address; the waiting
/// times are those of resend. If the address belongs to another user, the request fails with 409
/// `user_exists` and no code is sent. If this server does not send codes by email, the request fails with
/// 404.
#[utoipa::path(
    operation_id = "changeEmail",
    tag = "Account",
    request_body = ChangeEmailRequest,
    responses((status = 202, description = "A code was sent to the new address.", body = Challenge)),
)]
#[post("/v1/users/me/email")]
pub async fn change_email(
    auth: Data<Auth>,
    request: AuthorizedRequest<WithEmail<Verified<FullAccess>>, Json<EmailChange>>,
) -> Result<HttpResponse, Problem> {
    let challenge = auth.begin_contact_change(&request.caller.0, request.body.0.0, request.client).await?;
    Ok(HttpResponse::Accepted().json(Challenge::from(challenge)))
}

/// Verify the new email address
///
/// Checks the code sent to the new address and changes the email address. All other sessions and pending
/// log-ins of the user end (reason `email_changed`); the current session continues. If this server does not
/// send codes by email, the request fails with 404.
#[utoipa::path(
    operation_id = "verifyEmail",
    tag = "Account",
    request_body = VerifyRequest,
    responses((status = 200, description = "The email address is changed.", body = User)),
)]
#[post("/v1/users/me/email/verify")]
pub async fn verify_email(
    auth: Data<Auth>,
    request: AuthorizedRequest<WithEmail<Verified<FullAccess>>, Json<Code>>,
) -> Result<web::Json<User>, Problem> {
    let user =
        auth.verify_contact(&request.caller.0, ContactKind::Email, request.body.0, request.client).await?;
    Ok(web::Json(user.into()))
}
