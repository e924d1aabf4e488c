//! `/v2/SafeList/Numbers`.

use actix_web::{HttpResponse, web};

use super::body::Body;
use super::call::{Call, created, deleted, found};
use crate::account::safe_list::SafeNumber;
use crate::random;
use crate::twilio::errors::TwilioError;

/// `POST /v2/SafeList/Numbers`
pub(super) async fn create(call: Call, body: Body) -> Result<HttpResponse, TwilioError> {
    let number = SafeNumber::from_form(random::sid("GN"), &body.form()?)?;
    let answer = number.to_json(&call.base());
    call.in_account(|account| account.add_safe_number(number))?;
    Ok(created(answer))
}

/// `GET /v2/SafeList/Numbers/{PhoneNumber}`
pub(super) async fn fetch(call: Call, number: web::Path<String>) -> Result<HttpResponse, TwilioError> {
    let answer =
        call.in_account(|account| account.safe_list.get(&number).map(|entry| entry.to_json(&call.base())));
    answer.map(found).ok_or_else(|| call.not_found())
}

/// `DELETE /v2/SafeList/Numbers/{PhoneNumber}`
pub(super) async fn delete(call: Call, number: web::Path<String>) -> Result<HttpResponse, TwilioError> {
    if call.in_account(|account| account.safe_list.delete(&number)) {
        Ok(deleted())
    } else {
        Err(call.not_found())
    }
}
