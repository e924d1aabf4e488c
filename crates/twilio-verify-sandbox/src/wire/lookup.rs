//! `/v2/PhoneNumbers`, of Lookup v2.

use actix_web::HttpResponse;

use super::answer::found;
use super::request::WireRequest;
use crate::phone::line_types::Query;
use crate::twilio::errors::TwilioError;

/// `GET /v2/PhoneNumbers/{PhoneNumber}`
pub(super) async fn fetch(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    let form = request.query()?;
    let query = Query::new(form.get("Fields"), form.get("CountryCode"))?;
    Ok(found(query.answer(request.parameter("PhoneNumber"), request.base())))
}
