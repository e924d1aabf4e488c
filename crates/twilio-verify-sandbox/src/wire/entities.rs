//! `/v2/Services/{ServiceSid}/Entities`.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};

use super::answer::{created, deleted, found};
use super::paging::Listed;
use super::request::WireRequest;
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
pub(super) async fn list(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_service(|account, service| {
        let page = request.page().map_err(TwilioError::of_factors)?;
        let entities = account.entities.of_service(&service.sid).collect();
        Ok(found(page.of("entities", entities, |entity| renderer(&request).entity(entity))))
    })
}

/// `POST /v2/Services/{ServiceSid}/Entities`
pub(super) async fn create(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_service(|account, service| {
        let identity = request.form()?.get("Identity").ok_or_else(|| TwilioError::missing("Identity"))?;
        ensure_valid_identity(identity)?;
        let entity = account.entities.add(&service.sid, identity, request.now)?;
        Ok(created(renderer(&request).entity(entity)))
    })
}

/// `GET /v2/Services/{ServiceSid}/Entities/{Identity}`
pub(super) async fn fetch(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    in_entity(&request, |entity| Ok(found(renderer(&request).entity(entity))))
}

/// `DELETE /v2/Services/{ServiceSid}/Entities/{Identity}`
pub(super) async fn delete(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_service(|account, service| {
        let identity = request.parameter("Identity");
        ensure_valid_identity(identity)?;
        let existed = account.entities.delete(&service.sid, identity);
        if existed { Ok(deleted()) } else { Err(request.not_found()) }
    })
}

/// Calls `work` with the entity in the path.
///
/// # Errors
/// 60306 for an invalid identity, 20404 for an unknown one, and the errors of `work`.
pub(super) fn in_entity<T>(
    request: &WireRequest,
    work: impl FnOnce(&mut Entity) -> Result<T, TwilioError>,
) -> Result<T, TwilioError> {
    request.in_service(|account, service| {
        let identity = request.parameter("Identity");
        ensure_valid_identity(identity)?;
        let entity = account.entities.get_mut(&service.sid, identity, request.now);
        work(entity.ok_or_else(|| request.not_found())?)
    })
}

/// Returns what formats entities, factors and challenges in the answer to a request.
pub(super) fn renderer(request: &WireRequest) -> EntityRenderer<'_> {
    EntityRenderer { account_sid: request.account_sid(), base: request.base() }
}
