//! `/v2/Services`.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};

use super::answer::{created, deleted, found};
use super::paging::Listed;
use super::request::WireRequest;
use crate::account::service::Service;
use crate::random;
use crate::twilio::errors::TwilioError;

impl Listed for Service {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (self.created_at, &self.sid)
    }
}

/// `GET /v2/Services`
pub(super) async fn list(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    let page = request.page()?;
    let render = |service: &&Service| service.to_json(request.account_sid(), request.base());
    Ok(found(request.in_account(|account| page.of("services", account.services().collect(), render))))
}

/// `POST /v2/Services`
pub(super) async fn create(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    let service = Service::from_form(random::sid("VA"), request.form()?, request.now)?;
    let answer = service.to_json(request.account_sid(), request.base());
    request.in_account(|account| account.add_service(service));
    Ok(created(answer))
}

/// `GET /v2/Services/{Sid}`
pub(super) async fn fetch(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_account(|account| {
        let service = account.service(request.sid()).ok_or_else(|| request.not_found())?;
        Ok(found(service.to_json(request.account_sid(), request.base())))
    })
}

/// `POST /v2/Services/{Sid}`
pub(super) async fn update(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_account(|account| {
        let service = account.service_mut(request.sid()).ok_or_else(|| request.not_found())?;
        *service = service.updated(request.form()?, request.now)?;
        Ok(found(service.to_json(request.account_sid(), request.base())))
    })
}

/// `DELETE /v2/Services/{Sid}`
pub(super) async fn delete(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    let existed = request.in_account(|account| account.delete_service(request.sid()));
    if existed { Ok(deleted()) } else { Err(request.not_found()) }
}
