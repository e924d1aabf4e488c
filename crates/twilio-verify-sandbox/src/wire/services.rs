//! `/v2/Services`.

use actix_web::{HttpResponse, web};

use super::body::Body;
use super::call::{Call, created, deleted, found};
use super::paging::Listed;
use crate::account::service::Service;
use crate::random;
use crate::twilio::errors::TwilioError;

impl Listed for Service {
    fn place(&self) -> (chrono::DateTime<chrono::Utc>, &str) {
        (self.created_at, &self.sid)
    }
}

/// `GET /v2/Services`
pub(super) async fn list(call: Call) -> Result<HttpResponse, TwilioError> {
    let (page, base) = (call.page()?, call.base());
    Ok(found(call.in_account(|account| {
        page.of("services", account.services().collect(), |service| {
            service.to_json(call.account_sid(), &base)
        })
    })))
}

/// `POST /v2/Services`
pub(super) async fn create(call: Call, body: Body) -> Result<HttpResponse, TwilioError> {
    let service = Service::from_form(random::sid("VA"), &body.form()?, call.now)?;
    let answer = service.to_json(call.account_sid(), &call.base());
    call.in_account(|account| account.add_service(service));
    Ok(created(answer))
}

/// `GET /v2/Services/{Sid}`
pub(super) async fn fetch(call: Call, sid: web::Path<String>) -> Result<HttpResponse, TwilioError> {
    let answer = call.in_account(|account| {
        account.service(&sid).map(|service| service.to_json(call.account_sid(), &call.base()))
    });
    answer.map(found).ok_or_else(|| call.not_found())
}

/// `POST /v2/Services/{Sid}`
pub(super) async fn update(
    call: Call,
    sid: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let answer = call.in_account(|account| {
        let service = account.service_mut(&sid).ok_or_else(|| call.not_found())?;
        *service = service.updated(&body.form()?, call.now)?;
        Ok(service.to_json(call.account_sid(), &call.base()))
    });
    answer.map(found)
}

/// `DELETE /v2/Services/{Sid}`
pub(super) async fn delete(call: Call, sid: web::Path<String>) -> Result<HttpResponse, TwilioError> {
    if call.in_account(|account| account.delete_service(&sid)) {
        Ok(deleted())
    } else {
        Err(call.not_found())
    }
}
