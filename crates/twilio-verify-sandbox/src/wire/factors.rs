//! `/v2/Services/{ServiceSid}/Entities/{Identity}/Factors`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};

use super::body::Body;
use super::call::{Call, created, deleted, found};
use super::entities::in_entity;
use super::paging::Listed;
use crate::random;
use crate::totp::entities::ensure_valid_identity;
use crate::totp::entity_json::EntityRenderer;
use crate::totp::factor::Factor;
use crate::totp::factor_form::{FactorUpdate, NewFactor};
use crate::twilio::errors::TwilioError;

impl Listed for Factor {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (self.created_at, &self.sid)
    }
}

/// `GET /v2/Services/{ServiceSid}/Entities/{Identity}/Factors`
pub(super) async fn list(call: Call, path: web::Path<(String, String)>) -> Result<HttpResponse, TwilioError> {
    let (service_sid, identity) = path.into_inner();
    let answer = in_entity(&call, &service_sid, &identity, |entity| {
        let (page, base) = (call.page().map_err(TwilioError::of_factors)?, call.base());
        let renderer = EntityRenderer { account_sid: call.account_sid(), base: &base };
        Ok(page.of("factors", entity.factors().iter().collect(), |factor: &&Factor| {
            renderer.factor(entity, factor)
        }))
    });
    answer.map(found)
}

/// `POST /v2/Services/{ServiceSid}/Entities/{Identity}/Factors`
pub(super) async fn create(
    call: Call,
    path: web::Path<(String, String)>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, identity) = path.into_inner();
    let answer = call.in_service(&service_sid, |account| {
        ensure_valid_identity(&identity)?;
        let service = account.service(&service_sid).ok_or_else(|| call.not_found())?;
        let new = NewFactor::from_form(&body.form()?, service)?;
        let issuer = service.settings.totp.issuer.as_ref().unwrap_or(&service.friendly_name).clone();
        let entity = account.entities.get_or_create(&service_sid, &identity, call.now);
        let factor = entity.add_factor(random::sid("YF"), new, call.now)?;
        let base = call.base();
        Ok(EntityRenderer { account_sid: call.account_sid(), base: &base }
            .new_factor(entity, &factor, &issuer))
    });
    answer.map(created)
}

/// `GET /v2/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}`
pub(super) async fn fetch(
    call: Call,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, identity, sid) = path.into_inner();
    let answer = in_entity(&call, &service_sid, &identity, |entity| {
        let factor = entity.factors().iter().find(|factor| factor.sid == sid);
        let factor = factor.ok_or_else(|| call.not_found())?;
        Ok(EntityRenderer { account_sid: call.account_sid(), base: &call.base() }.factor(entity, factor))
    });
    answer.map(found)
}

/// `POST /v2/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}`. A wrong code is no error: 200 and still
/// `unverified`.
pub(super) async fn update(
    call: Call,
    path: web::Path<(String, String, String)>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, identity, sid) = path.into_inner();
    let answer = in_entity(&call, &service_sid, &identity, |entity| {
        let factor = entity.factor_mut(&sid).ok_or_else(|| call.not_found())?;
        factor.update(FactorUpdate::from_form(&body.form()?, factor.config)?, call.now)?;
        let factor = factor.clone();
        Ok(EntityRenderer { account_sid: call.account_sid(), base: &call.base() }.factor(entity, &factor))
    });
    answer.map(found)
}

/// `DELETE /v2/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}`
pub(super) async fn delete(
    call: Call,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, identity, sid) = path.into_inner();
    let gone = in_entity(&call, &service_sid, &identity, |entity| Ok(entity.delete_factor(&sid)))?;
    if gone { Ok(deleted()) } else { Err(call.not_found()) }
}
