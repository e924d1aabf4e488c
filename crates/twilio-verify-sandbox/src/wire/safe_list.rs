//! `/v2/SafeList/Numbers`.

use actix_web::HttpResponse;

use super::answer::{created, deleted, found};
use super::request::WireRequest;
use crate::account::safe_list::SafeNumber;
use crate::random;
use crate::twilio::errors::TwilioError;

/// `POST /v2/SafeList/Numbers`
pub(super) async fn create(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    let number = SafeNumber::from_form(random::sid("GN"), request.form()?)?;
    let answer = number.to_json(request.base());
    request.in_account(|account| account.add_safe_number(number))?;
    Ok(created(answer))
}

/// `GET /v2/SafeList/Numbers/{PhoneNumber}`
pub(super) async fn fetch(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_account(|account| {
        let number = account.safe_list.get(request.parameter("PhoneNumber"));
        Ok(found(number.ok_or_else(|| request.not_found())?.to_json(request.base())))
    })
}

/// `DELETE /v2/SafeList/Numbers/{PhoneNumber}`
pub(super) async fn delete(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    let existed = request.in_account(|account| account.safe_list.delete(request.parameter("PhoneNumber")));
    if existed { Ok(deleted()) } else { Err(request.not_found()) }
}
