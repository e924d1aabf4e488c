//! A check of a code is counted before Twilio is asked, and refunded if it was certainly not made.

use storage::challenges::Challenge;
use storage::{CheckReservation, Id, ReservedCheck, Timestamp, UnansweredCheck};
use twilio_verify::{Failure, FailureKind, VerificationSid};

use super::challenge::{accepts_checks, ended, is_exhausted, rejected_check};
use crate::auth::Auth;
use crate::auth::client::Client;
use crate::auth::error::Error;
use crate::auth::limits::known_client::Account;
use crate::auth::limits::limit_check::LimitChecks;
use crate::auth::limits::quota::Quota;
use crate::auth::limits::reservation::{PartialReservation, Reservation};
use crate::auth::reason::Reason;

/// The permission to check one code: it is counted for the challenge, for its user and by the limits.
pub(crate) struct CheckPermit {
    /// The challenge, including this check.
    pub(crate) challenge: Challenge,
    /// The verification to check. Never checked by number, which may have another verification by now.
    pub(crate) sid: VerificationSid,
    /// What the limits have counted.
    pub(crate) reservation: Reservation,
}

impl Auth {
    /// Counts a check of a code.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`], [`Error::ChallengeExpired`], [`Error::RateLimited`],
    /// [`Error::InvalidToken`] if the challenge has ended.
    pub(crate) async fn reserve_check(
        &self,
        seen: &Challenge,
        client: &Client,
    ) -> Result<CheckPermit, Error> {
        let account = Account::User(seen.user_id);
        let reserved = self
            .with_quota(account, client, async |quota| self.reserve_check_from(seen, quota, client).await);
        let view = || Box::new(self.policy.view(seen, self.clock.now()));
        let (challenge, reservation) = reserved.await.map_err(|error| error.with_challenge(Some(view())))?;
        let sid = challenge.verification_sid.as_deref().unwrap_or_default();
        let sid = VerificationSid::parse(sid).map_err(Error::internal)?;
        Ok(CheckPermit { challenge, sid, reservation })
    }

    async fn reserve_check_from(
        &self,
        seen: &Challenge,
        quota: Quota,
        client: &Client,
    ) -> Result<(Challenge, Reservation), Error> {
        let id = seen.id;
        let user_id = seen.user_id;
        let now = self.clock.now();
        let checks = self.limits.code_check(user_id, quota);
        if is_exhausted(seen) {
            return Err(self.exhausted(id, &checks, client).await?);
        }
        if !accepts_checks(seen, now) {
            return Err(rejected_check(&self.policy, seen, now));
        }
        let reservation =
            CheckReservation { challenge: id, user_id, charges: checks.charges(), now: Timestamp(now) };
        let (challenge, in_a_row, states) = match self.db.reserve_check(reservation).await? {
            ReservedCheck::Reserved { challenge, in_a_row, limits } => (*challenge, in_a_row, limits),
            ReservedCheck::NotAccepted => return Err(self.exhausted(id, &checks, client).await?),
        };
        let partial = PartialReservation::new(checks, states);
        let mut rejection = None;
        if partial.is_complete() {
            let further = self.limits.code_check_in_a_row(user_id, in_a_row);
            match self.reserve(further, client).await {
                Ok(further) => {
                    let reservation = partial.into_reservation(now, &client.limits).with(further);
                    return Ok((challenge, reservation));
                }
                Err(error) => rejection = Some(error),
            }
        }
        // A limit rejects the check after it was counted elsewhere.
        let refunds = partial.refunds(now);
        let states = self.db.refund_rejected_check((id, user_id), refunds, partial.rejecting_keys()).await?;
        let rejection = rejection.or_else(|| partial.rejection(&states, now, &client.limits));
        Err(rejection.unwrap_or_else(|| rejected_check(&self.policy, &challenge, now)))
    }

    /// Builds the error of a challenge that accepts no check. If the limits reject the check too, that error
    /// comes first: other checks may be about to be refunded because of them.
    async fn exhausted(&self, id: Id, checks: &LimitChecks, client: &Client) -> Result<Error, Error> {
        let now = self.clock.now();
        let (challenge, states) = self.db.challenge_with_limits(id, checks.keys()).await?;
        let rejection = checks.expected_rejection(states, now, &client.limits);
        Ok(rejection.unwrap_or_else(|| rejected_check(&self.policy, &challenge, now)))
    }

    /// Builds the error of a check that Twilio did not answer. A check that was certainly not made is
    /// refunded. One whose answer got lost stays counted, and is never taken for a right code.
    pub(crate) async fn unanswered_check(
        &self,
        permit: &CheckPermit,
        failure: &Failure,
        client: &Client,
    ) -> Result<Error, Error> {
        let CheckPermit { challenge, reservation, .. } = permit;
        let is_verification_gone = failure.kind() == FailureKind::VerificationGone;
        if is_verification_gone && let Some(reason) = self.end_reason(challenge.id).await? {
            // Another request of the same challenge was right.
            return Ok(Error::InvalidToken(reason));
        }
        let now = self.clock.now();
        let refunds = failure.certainly_not_processed().then(|| reservation.refunds());
        let is_refunded = refunds.is_some();
        let check = UnansweredCheck {
            challenge: challenge.clone(),
            refunds,
            is_verification_gone,
            now: Timestamp(now),
        };
        let (row, states) = self.db.settle_unanswered_check(check).await?;
        if is_refunded {
            reservation.report_refund(&states, now, &client.limits);
        }
        if is_verification_gone {
            return Ok(Error::ChallengeExpired(Some(Box::new(self.policy.view(&row, now)))));
        }
        self.error_for_failure(failure, challenge).await
    }

    /// Returns why a challenge has ended, if it has.
    pub(crate) async fn end_reason(&self, id: Id) -> Result<Option<Reason>, Error> {
        Ok(ended(&self.db.challenge(id).await?))
    }
}
