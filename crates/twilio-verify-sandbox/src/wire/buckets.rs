//! `/v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets`.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::answer::{created, deleted, found};
use super::paging::Listed;
use super::request::WireRequest;
use crate::random;
use crate::rate_limit::{Bucket, RateLimit};
use crate::twilio::errors::TwilioError;

impl Listed for Bucket {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (self.created_at, &self.sid)
    }
}

/// `GET /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets`
pub(super) async fn list(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    in_limit(&request, |limit| {
        let buckets = limit.buckets.iter().collect();
        Ok(found(request.page()?.of("buckets", buckets, |bucket: &&Bucket| render(&request, limit, bucket))))
    })
}

/// `POST /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets`
pub(super) async fn create(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    in_limit(&request, |limit| {
        let bucket = Bucket::from_form(random::sid("BL"), request.form()?, request.now)?;
        limit.add_bucket(bucket.clone())?;
        Ok(created(render(&request, limit, &bucket)))
    })
}

/// `GET /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}`
pub(super) async fn fetch(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    in_limit(&request, |limit| Ok(found(render(&request, limit, find(&request, limit)?))))
}

/// `POST /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}`
pub(super) async fn update(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    in_limit(&request, |limit| {
        let bucket = find(&request, limit)?.updated(request.form()?, request.now)?;
        limit.replace_bucket(bucket.clone())?;
        Ok(found(render(&request, limit, &bucket)))
    })
}

/// `DELETE /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}`
pub(super) async fn delete(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_service(|account, service| {
        let limit_sid = request.parameter("RateLimitSid");
        let existed = account.rate_limits.delete_bucket(&service.sid, limit_sid, request.sid());
        if existed { Ok(deleted()) } else { Err(request.not_found()) }
    })
}

/// Calls `work` with the rate limit in the path.
///
/// # Errors
/// 20404 if there is no such rate limit, and the errors of `work`.
fn in_limit<T>(
    request: &WireRequest,
    work: impl FnOnce(&mut RateLimit) -> Result<T, TwilioError>,
) -> Result<T, TwilioError> {
    request.in_service(|account, service| {
        let limit = account.rate_limits.get_mut(&service.sid, request.parameter("RateLimitSid"));
        work(limit.ok_or_else(|| request.not_found())?)
    })
}

fn find<'a>(request: &WireRequest, limit: &'a RateLimit) -> Result<&'a Bucket, TwilioError> {
    let found = limit.buckets.iter().find(|bucket| bucket.sid == request.sid());
    found.ok_or_else(|| request.not_found())
}

fn render(request: &WireRequest, limit: &RateLimit, bucket: &Bucket) -> Value {
    limit.bucket_to_json(bucket, request.account_sid(), request.base())
}
