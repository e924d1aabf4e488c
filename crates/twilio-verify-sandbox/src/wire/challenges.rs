//! `/v2/Services/{ServiceSid}/Entities/{Identity}/Challenges`.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};

use super::answer::{created, found};
use super::entities::{in_entity, renderer};
use super::paging::Listed;
use super::request::WireRequest;
use crate::random;
use crate::totp::challenge::{Challenge, NewChallenge};
use crate::totp::challenge_filter::ChallengeFilter;
use crate::totp::challenge_form::ChallengeUpdate;
use crate::twilio::errors::TwilioError;

impl Listed for Challenge {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (self.created_at, &self.sid)
    }
}

/// `GET /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges`
pub(super) async fn list(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    in_entity(&request, |entity| {
        let filter = ChallengeFilter::from_form(&request.query()?).map_err(TwilioError::of_factors)?;
        let page = request.page().map_err(TwilioError::of_factors)?;
        let page = if filter.newest_first { page } else { page.oldest_first() };
        let matching =
            entity.challenges().filter(|challenge| filter.matches(challenge, request.now)).collect();
        let render = |challenge: &&Challenge| renderer(&request).challenge(entity, challenge, request.now);
        Ok(found(page.of("challenges", matching, render)))
    })
}

/// `POST /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges`. A wrong code in the form is not an error: the
/// answer is 201 with `pending`.
pub(super) async fn create(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    in_entity(&request, |entity| {
        let new = NewChallenge::from_form(request.form()?, request.now)?;
        let challenge = entity.add_challenge(random::sid("YC"), new, request.now);
        let challenge = challenge.ok_or_else(|| request.not_found())??;
        Ok(created(renderer(&request).challenge(entity, &challenge, request.now)))
    })
}

/// `GET /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}`
pub(super) async fn fetch(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    in_entity(&request, |entity| {
        let challenge = entity.challenge(request.sid()).ok_or_else(|| request.not_found())?;
        Ok(found(renderer(&request).challenge(entity, challenge, request.now)))
    })
}

/// `POST /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}`. A wrong code is not an error: the answer is
/// 200 with `pending`.
pub(super) async fn update(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    in_entity(&request, |entity| {
        entity.challenge(request.sid()).ok_or_else(|| request.not_found())?;
        let update = ChallengeUpdate::from_form(request.form()?)?;
        let challenge = entity.update_challenge(request.sid(), update, request.now);
        let challenge = challenge.ok_or_else(|| request.not_found())??.clone();
        Ok(found(renderer(&request).challenge(entity, &challenge, request.now)))
    })
}
