//! `/v2/Services/{ServiceSid}/Entities/{Identity}/Challenges`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};

use super::body::Body;
use super::call::{Call, created, found};
use super::entities::in_entity;
use super::paging::Listed;
use crate::random;
use crate::totp::challenge::{Challenge, NewChallenge};
use crate::totp::challenge_filter::ChallengeFilter;
use crate::totp::challenge_form::ChallengeUpdate;
use crate::totp::entity_json::EntityRenderer;
use crate::twilio::errors::TwilioError;

impl Listed for Challenge {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (self.created_at, &self.sid)
    }
}

/// `GET /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges`
pub(super) async fn list(call: Call, path: web::Path<(String, String)>) -> Result<HttpResponse, TwilioError> {
    let (service_sid, identity) = path.into_inner();
    let answer = in_entity(&call, &service_sid, &identity, |entity| {
        let filter = ChallengeFilter::from_form(&call.query()?).map_err(TwilioError::of_factors)?;
        let page = call.page().map_err(TwilioError::of_factors)?;
        let page = if filter.newest_first { page } else { page.oldest_first() };
        let (base, now) = (call.base(), call.now);
        let renderer = EntityRenderer { account_sid: call.account_sid(), base: &base };
        let wanted = entity.challenges().filter(|challenge| filter.matches(challenge, now)).collect();
        Ok(page.of("challenges", wanted, |challenge: &&Challenge| renderer.challenge(entity, challenge, now)))
    });
    answer.map(found)
}

/// `POST /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges`. A wrong code that comes along is no error: 201
/// and `pending`.
pub(super) async fn create(
    call: Call,
    path: web::Path<(String, String)>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, identity) = path.into_inner();
    let answer = in_entity(&call, &service_sid, &identity, |entity| {
        let new = NewChallenge::from_form(&body.form()?, call.now)?;
        let challenge = entity.add_challenge(random::sid("YC"), new, call.now);
        let challenge = challenge.ok_or_else(|| call.not_found())??;
        let base = call.base();
        Ok(EntityRenderer { account_sid: call.account_sid(), base: &base }
            .challenge(entity, &challenge, call.now))
    });
    answer.map(created)
}

/// `GET /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}`
pub(super) async fn fetch(
    call: Call,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, identity, sid) = path.into_inner();
    let answer = in_entity(&call, &service_sid, &identity, |entity| {
        let challenge = entity.challenge(&sid).ok_or_else(|| call.not_found())?;
        let base = call.base();
        Ok(EntityRenderer { account_sid: call.account_sid(), base: &base }
            .challenge(entity, challenge, call.now))
    });
    answer.map(found)
}

/// `POST /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}`. A wrong code is no error: 200 and still
/// `pending`.
pub(super) async fn update(
    call: Call,
    path: web::Path<(String, String, String)>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let (service_sid, identity, sid) = path.into_inner();
    let answer = in_entity(&call, &service_sid, &identity, |entity| {
        entity.challenge(&sid).ok_or_else(|| call.not_found())?;
        let update = ChallengeUpdate::from_form(&body.form()?)?;
        let challenge =
            entity.update_challenge(&sid, update, call.now).ok_or_else(|| call.not_found())??.clone();
        let base = call.base();
        Ok(EntityRenderer { account_sid: call.account_sid(), base: &base }
            .challenge(entity, &challenge, call.now))
    });
    answer.map(found)
}
