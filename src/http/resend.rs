//! `POST /v1/users/resend`

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use utoipa::ToSchema;

use super::answer::challenge::Challenge;
use super::answer::delivery::{PhoneChannel, delivery};
use super::answer::problem::Problem;
use super::request::call::{Call, Context, FromFields, Json};
use super::request::fields::Fields;
use crate::auth::proof::{PasswordOk, Verified};
use crate::auth::{Auth, Delivery};

/// How the next code shall travel. Every field may be left out, and so may the body.
#[derive(ToSchema)]
pub struct ResendRequest {
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

impl FromFields for Delivery {
    const OPTIONAL: bool = true;

    fn from_fields(fields: &mut Fields, context: &Context<'_>) -> Option<Self> {
        Some(delivery(fields, context))
    }
}

/// Send the code again
///
/// The same code goes out once more, by the same or another channel: 30 seconds after the first send, then
/// 40, 60 and 90. Wrong codes that were tried stay counted.
#[utoipa::path(
    operation_id = "resend",
    tag = "Log in",
    request_body = ResendRequest,
    responses((status = 202, description = "A code is on its way.", body = Challenge)),
)]
#[post("/v1/users/resend")]
pub async fn resend(
    auth: Data<Auth>,
    call: Call<Verified<PasswordOk>, Json<Delivery>>,
) -> Result<HttpResponse, Problem> {
    let challenge = auth.resend(call.caller, call.body.0, call.client).await?;
    Ok(HttpResponse::Accepted().json(Challenge::from(challenge)))
}
