//! `/v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};

use super::body::Body;
use super::call::{Call, created, deleted, found};
use super::paging::Listed;
use crate::random;
use crate::rate_limit::{Bucket, RateLimit};
use crate::twilio::errors::TwilioError;

impl Listed for Bucket {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (self.created_at, &self.sid)
    }
}

/// `GET /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets`
pub(super) async fn list(call: Call, path: web::Path<(String, String)>) -> Result<HttpResponse, TwilioError> {
    let (service_sid, limit_sid) = path.into_inner();
    let answer = in_limit(&call, &service_sid, &limit_sid, |limit| {
        let (page, base) = (call.page()?, call.base());
        Ok(page.of("buckets", limit.buckets.iter().collect(), |bucket: &&Bucket| {
            limit.bucket_to_json(bucket, call.account_sid(), &base)
        }))
    });
    answer.map(found)
}

/// `POST /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets`
pub(super) async fn create(
    call: Call,
    path: web::Path<(String, String)>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, limit_sid) = path.into_inner();
    let answer = in_limit(&call, &service_sid, &limit_sid, |limit| {
        let bucket = Bucket::from_form(random::sid("BL"), &body.form()?, call.now)?;
        limit.add_bucket(bucket.clone())?;
        Ok(limit.bucket_to_json(&bucket, call.account_sid(), &call.base()))
    });
    answer.map(created)
}

/// `GET /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}`
pub(super) async fn fetch(
    call: Call,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, limit_sid, sid) = path.into_inner();
    let answer = in_limit(&call, &service_sid, &limit_sid, |limit| {
        let bucket = limit.buckets.iter().find(|bucket| bucket.sid == sid).ok_or_else(|| call.not_found())?;
        Ok(limit.bucket_to_json(bucket, call.account_sid(), &call.base()))
    });
    answer.map(found)
}

/// `POST /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}`
pub(super) async fn update(
    call: Call,
    path: web::Path<(String, String, String)>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, limit_sid, sid) = path.into_inner();
    let answer = in_limit(&call, &service_sid, &limit_sid, |limit| {
        let bucket = limit.buckets.iter().find(|bucket| bucket.sid == sid).ok_or_else(|| call.not_found())?;
        let bucket = bucket.updated(&body.form()?, call.now)?;
        limit.replace_bucket(bucket.clone())?;
        Ok(limit.bucket_to_json(&bucket, call.account_sid(), &call.base()))
    });
    answer.map(found)
}

/// `DELETE /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}`
pub(super) async fn delete(
    call: Call,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, limit_sid, sid) = path.into_inner();
    let gone = call.in_service(&service_sid, |account| {
        Ok(account.rate_limits.delete_bucket(&service_sid, &limit_sid, &sid))
    })?;
    if gone { Ok(deleted()) } else { Err(call.not_found()) }
}

fn in_limit<T>(
    call: &Call,
    service_sid: &str,
    sid: &str,
    work: impl FnOnce(&mut RateLimit) -> Result<T, TwilioError>,
) -> Result<T, TwilioError> {
    call.in_service(service_sid, |account| {
        work(account.rate_limits.get_mut(service_sid, sid).ok_or_else(|| call.not_found())?)
    })
}
