//! `/v2/Services/{ServiceSid}/Entities/{Identity}/Factors`.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};

use super::answer::{created, deleted, found};
use super::entities::{in_entity, renderer};
use super::paging::Listed;
use super::request::WireRequest;
use crate::random;
use crate::totp::entities::ensure_valid_identity;
use crate::totp::factor::Factor;
use crate::totp::factor_form::{FactorUpdate, NewFactor};
use crate::twilio::errors::TwilioError;

impl Listed for Factor {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (self.created_at, &self.sid)
    }
}

/// `GET /v2/Services/{ServiceSid}/Entities/{Identity}/Factors`
pub(super) async fn list(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    in_entity(&request, |entity| {
        let page = request.page().map_err(TwilioError::of_factors)?;
        let render = |factor: &&Factor| renderer(&request).factor(entity, factor);
        Ok(found(page.of("factors", entity.factors().iter().collect(), render)))
    })
}

/// `POST /v2/Services/{ServiceSid}/Entities/{Identity}/Factors`
pub(super) async fn create(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_service(|account, service| {
        let identity = request.parameter("Identity");
        ensure_valid_identity(identity)?;
        let new = NewFactor::from_form(request.form()?, &service)?;
        let issuer = service.settings.totp.issuer.as_ref().unwrap_or(&service.friendly_name);
        let entity = account.entities.get_or_create(&service.sid, identity, request.now);
        let factor = entity.add_factor(random::sid("YF"), new, request.now)?;
        Ok(created(renderer(&request).new_factor(entity, &factor, issuer)))
    })
}

/// `GET /v2/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}`
pub(super) async fn fetch(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    in_entity(&request, |entity| {
        let factor = entity.factors().iter().find(|factor| factor.sid == request.sid());
        let factor = factor.ok_or_else(|| request.not_found())?;
        Ok(found(renderer(&request).factor(entity, factor)))
    })
}

/// `POST /v2/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}`. A wrong code is not an error: the answer is 200
/// with `unverified`.
pub(super) async fn update(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    in_entity(&request, |entity| {
        let factor = entity.factor_mut(request.sid()).ok_or_else(|| request.not_found())?;
        factor.update(FactorUpdate::from_form(request.form()?, factor.config)?, request.now)?;
        let factor = factor.clone();
        Ok(found(renderer(&request).factor(entity, &factor)))
    })
}

/// `DELETE /v2/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}`
pub(super) async fn delete(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    let existed = in_entity(&request, |entity| Ok(entity.delete_factor(request.sid())))?;
    if existed { Ok(deleted()) } else { Err(request.not_found()) }
}
