//! `/v2/Services/{ServiceSid}/RateLimits`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};

use super::body::Body;
use super::call::{Call, created, deleted, found};
use super::paging::Listed;
use crate::random;
use crate::rate_limit::RateLimit;
use crate::twilio::errors::TwilioError;

impl Listed for RateLimit {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (self.created_at, &self.sid)
    }
}

/// `GET /v2/Services/{ServiceSid}/RateLimits`
pub(super) async fn list(call: Call, service_sid: web::Path<String>) -> Result<HttpResponse, TwilioError> {
    let answer = call.in_service(&service_sid, |account| {
        let (page, base) = (call.page()?, call.base());
        let limits = account.rate_limits.of_service(&service_sid).iter().collect();
        Ok(page.of("rate_limits", limits, |limit: &&RateLimit| limit.to_json(call.account_sid(), &base)))
    });
    answer.map(found)
}

/// `POST /v2/Services/{ServiceSid}/RateLimits`
pub(super) async fn create(
    call: Call,
    service_sid: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let answer = call.in_service(&service_sid, |account| {
        let limit = RateLimit::from_form(random::sid("RK"), &service_sid, &body.form()?, call.now)?;
        let answer = limit.to_json(call.account_sid(), &call.base());
        account.rate_limits.add(limit).map(|()| answer)
    });
    answer.map(created)
}

/// `GET /v2/Services/{ServiceSid}/RateLimits/{Sid}`
pub(super) async fn fetch(
    call: Call,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, sid) = path.into_inner();
    let answer = call.in_service(&service_sid, |account| {
        let limit = account.rate_limits.get(&service_sid, &sid).ok_or_else(|| call.not_found())?;
        Ok(limit.to_json(call.account_sid(), &call.base()))
    });
    answer.map(found)
}

/// `POST /v2/Services/{ServiceSid}/RateLimits/{Sid}`
pub(super) async fn update(
    call: Call,
    path: web::Path<(String, String)>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, sid) = path.into_inner();
    let answer = call.in_service(&service_sid, |account| {
        let limit = account.rate_limits.get_mut(&service_sid, &sid).ok_or_else(|| call.not_found())?;
        limit.update(&body.form()?, call.now)?;
        Ok(limit.to_json(call.account_sid(), &call.base()))
    });
    answer.map(found)
}

/// `DELETE /v2/Services/{ServiceSid}/RateLimits/{Sid}`
pub(super) async fn delete(
    call: Call,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, sid) = path.into_inner();
    let gone = call.in_service(&service_sid, |account| Ok(account.rate_limits.delete(&service_sid, &sid)))?;
    if gone { Ok(deleted()) } else { Err(call.not_found()) }
}
