//! `POST /v1/users/resend`

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use utoipa::ToSchema;

use super::answer::challenge::Challenge;
use super::answer::problem::Problem;
use super::request::authorized_request::AuthorizedRequest;
use super::request::body::{FromFields, Json, ParseContext};
use super::request::delivery::{PhoneChannel, delivery};
use super::request::fields::Fields;
use crate::auth::proof::{PasswordOk, Verified};
use crate::auth::{Auth, Delivery};

/// How to deliver the code. All fields and the body itself are optional.
#[derive(ToSchema)]
pub struct ResendRequest {
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

impl FromFields for Delivery {
    const OPTIONAL: bool = true;

    fn from_fields(fields: &mut Fields, context: &ParseContext<'_>) -> Option<Self> {
        Some(delivery(fields, context))
    }
}

/// Send the code again
///
/// Sends the same code again, by the same or another channel. The first resend is possible 30 seconds after
/// the code was sent, the next ones after another 40, 60 and 90 seconds. A resend does not reset the number
/// of attempts left.
#[utoipa::path(
    operation_id = "resend",
    tag = "Log in",
    request_body = ResendRequest,
    responses((status = 202, description = "The code was sent.", body = Challenge)),
)]
#[post("/v1/users/resend")]
pub async fn resend(
    auth: Data<Auth>,
    request: AuthorizedRequest<Verified<PasswordOk>, Json<Delivery>>,
) -> Result<HttpResponse, Problem> {
    let challenge = auth.resend(request.caller, request.body.0, request.client).await?;
    Ok(HttpResponse::Accepted().json(Challenge::from(challenge)))
}
