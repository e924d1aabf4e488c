//! `/v2/Services/{ServiceSid}/RateLimits`.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};

use super::answer::{created, deleted, found};
use super::paging::Listed;
use super::request::WireRequest;
use crate::random;
use crate::rate_limit::RateLimit;
use crate::twilio::errors::TwilioError;

impl Listed for RateLimit {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (self.created_at, &self.sid)
    }
}

/// `GET /v2/Services/{ServiceSid}/RateLimits`
pub(super) async fn list(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_service(|account, service| {
        let page = request.page()?;
        let limits = account.rate_limits.of_service(&service.sid).iter().collect();
        Ok(found(page.of("rate_limits", limits, |limit: &&RateLimit| render(&request, limit))))
    })
}

/// `POST /v2/Services/{ServiceSid}/RateLimits`
pub(super) async fn create(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_service(|account, service| {
        let limit = RateLimit::from_form(random::sid("RK"), &service.sid, request.form()?, request.now)?;
        let answer = created(render(&request, &limit));
        account.rate_limits.add(limit).map(|()| answer)
    })
}

/// `GET /v2/Services/{ServiceSid}/RateLimits/{Sid}`
pub(super) async fn fetch(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_service(|account, service| {
        let limit = account.rate_limits.get(&service.sid, request.sid());
        Ok(found(render(&request, limit.ok_or_else(|| request.not_found())?)))
    })
}

/// `POST /v2/Services/{ServiceSid}/RateLimits/{Sid}`
pub(super) async fn update(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_service(|account, service| {
        let limit = account.rate_limits.get_mut(&service.sid, request.sid());
        let limit = limit.ok_or_else(|| request.not_found())?;
        limit.update(request.form()?, request.now)?;
        Ok(found(render(&request, limit)))
    })
}

/// `DELETE /v2/Services/{ServiceSid}/RateLimits/{Sid}`
pub(super) async fn delete(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_service(|account, service| {
        let existed = account.rate_limits.delete(&service.sid, request.sid());
        if existed { Ok(deleted()) } else { Err(request.not_found()) }
    })
}

fn render(request: &WireRequest, limit: &RateLimit) -> serde_json::Value {
    limit.to_json(request.account_sid(), request.base())
}
