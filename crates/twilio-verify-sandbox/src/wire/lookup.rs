//! `/v2/PhoneNumbers`, of Lookup v2.

use actix_web::{HttpResponse, web};

use super::call::{Call, found};
use super::line_types::Query;
use crate::twilio::errors::TwilioError;

/// `GET /v2/PhoneNumbers/{PhoneNumber}`
pub(super) async fn fetch(call: Call, number: web::Path<String>) -> Result<HttpResponse, TwilioError> {
    let form = call.query()?;
    let query = Query::new(form.get("Fields"), form.get("CountryCode"))?;
    Ok(found(query.answer(&number, &call.base())))
}
