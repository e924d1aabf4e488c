//! `/v2/Services/{ServiceSid}/Entities`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};

use super::body::Body;
use super::call::{Call, created, deleted, found};
use super::paging::Listed;
use crate::totp::entities::ensure_valid_identity;
use crate::totp::entity::Entity;
use crate::totp::entity_json::EntityRenderer;
use crate::twilio::errors::TwilioError;

impl Listed for Entity {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (self.created_at, &self.sid)
    }
}

/// `GET /v2/Services/{ServiceSid}/Entities`
pub(super) async fn list(call: Call, service_sid: web::Path<String>) -> Result<HttpResponse, TwilioError> {
    let answer = call.in_service(&service_sid, |account| {
        let (page, base) = (call.page().map_err(TwilioError::of_factors)?, call.base());
        let renderer = EntityRenderer { account_sid: call.account_sid(), base: &base };
        let entities = account.entities.of_service(&service_sid).collect();
        Ok(page.of("entities", entities, |entity| renderer.entity(entity)))
    });
    answer.map(found)
}

/// `POST /v2/Services/{ServiceSid}/Entities`
pub(super) async fn create(
    call: Call,
    service_sid: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let answer = call.in_service(&service_sid, |account| {
        let form = body.form()?;
        let identity = form.get("Identity").ok_or_else(|| TwilioError::missing("Identity"))?;
        ensure_valid_identity(identity)?;
        let entity = account.entities.add(&service_sid, identity, call.now)?;
        Ok(EntityRenderer { account_sid: call.account_sid(), base: &call.base() }.entity(entity))
    });
    answer.map(created)
}

/// `GET /v2/Services/{ServiceSid}/Entities/{Identity}`
pub(super) async fn fetch(
    call: Call,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, identity) = path.into_inner();
    let answer = in_entity(&call, &service_sid, &identity, |entity| {
        Ok(EntityRenderer { account_sid: call.account_sid(), base: &call.base() }.entity(entity))
    });
    answer.map(found)
}

/// `DELETE /v2/Services/{ServiceSid}/Entities/{Identity}`
pub(super) async fn delete(
    call: Call,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, identity) = path.into_inner();
    let gone = call.in_service(&service_sid, |account| {
        ensure_valid_identity(&identity)?;
        Ok(account.entities.delete(&service_sid, &identity))
    })?;
    if gone { Ok(deleted()) } else { Err(call.not_found()) }
}

/// What `work` finds in that entity.
///
/// # Errors
/// 60306 for an identity that is none, 20404 for one that is unknown, and what `work` gives.
pub(super) fn in_entity<T>(
    call: &Call,
    service_sid: &str,
    identity: &str,
    work: impl FnOnce(&mut Entity) -> Result<T, TwilioError>,
) -> Result<T, TwilioError> {
    call.in_service(service_sid, |account| {
        ensure_valid_identity(identity)?;
        let entity = account.entities.get_mut(service_sid, identity, call.now);
        work(entity.ok_or_else(|| call.not_found())?)
    })
}
