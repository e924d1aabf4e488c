//! `/v2/Services`: create and fetch.

use actix_web::{HttpRequest, HttpResponse, web};

use super::base;
use super::form::Body;
use crate::sandbox::auth::Caller;
use crate::sandbox::errors::TwilioError;
use crate::sandbox::random;
use crate::sandbox::service::Service;
use crate::sandbox::state::State;

/// `POST /v2/Services`
pub(super) async fn create(
    caller: Caller,
    request: HttpRequest,
    state: web::Data<State>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let now = state.clock.now();
    let service = Service::from_form(random::sid("VA"), &body.form()?, now)?;
    let answer = service.to_json(&caller.account_sid, &base(&request));
    state.accounts().open(&caller.account_sid, now).add_service(service);
    Ok(HttpResponse::Created().json(answer))
}

/// `GET /v2/Services/{Sid}`
pub(super) async fn fetch(
    caller: Caller,
    request: HttpRequest,
    state: web::Data<State>,
    sid: web::Path<String>,
) -> Result<HttpResponse, TwilioError> {
    let now = state.clock.now();
    let mut accounts = state.accounts();
    let account = accounts.open(&caller.account_sid, now);
    let service = account.service(&sid).ok_or_else(|| TwilioError::not_found(request.path()))?;
    Ok(HttpResponse::Ok().json(service.to_json(&caller.account_sid, &base(&request))))
}
