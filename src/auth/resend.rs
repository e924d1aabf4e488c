//! Resend: another code for the same challenge, by the same or another channel.

use storage::challenges::Challenge;
use storage::{ReservedSend, Timestamp};

use super::client::Client;
use super::codes::challenge::{
    ended, exhausted_challenge, resend_available_at, resend_rejection, retry_after,
};
use super::codes::challenge_view::ChallengeView;
use super::codes::send_code::Delivery;
use super::error::Error;
use super::limits::send::SendPermit;
use super::proof::{PasswordOk, Verified};
use super::{Auth, run_to_completion};

impl Auth {
    /// Sends another code. It forgives no wrong ones (NIST SP 800-63B-4, section 3.1.3.2).
    ///
    /// # Errors
    /// [`Error::ResendTooSoon`], [`Error::TooManyAttempts`], [`Error::RateLimited`], and those of sending a
    /// code.
    pub async fn resend(
        &self,
        caller: Verified<PasswordOk>,
        delivery: Delivery,
        client: Client,
    ) -> Result<ChallengeView, Error> {
        let auth = self.clone();
        run_to_completion(async move { auth.send_again(&caller, &delivery, &client).await }).await
    }

    async fn send_again(
        &self,
        caller: &Verified<PasswordOk>,
        delivery: &Delivery,
        client: &Client,
    ) -> Result<ChallengeView, Error> {
        let seen = caller.challenge();
        let now = self.clock.now();
        if let Some(error) = resend_rejection(&self.policy, seen, now) {
            return Err(error);
        }
        self.ensure_region_allowed(&seen.destination, Some(seen))?;
        self.ensure_provider_available(Some(seen))?;
        let permit = self.reserve_resend(caller, client).await?;
        let counted_at = Timestamp(permit.counted_at());
        let sent = match self.send_code(permit, seen, delivery, client).await {
            Ok(sent) => sent,
            Err(failure) => {
                if failure.certainly_not_processed() {
                    self.db.refund_resend(seen.clone(), counted_at).await?;
                }
                return Err(self.error_for_failure(&failure, seen).await?);
            }
        };
        let challenge = self.record_send(sent, None).await?;
        if let Some(reason) = ended(&challenge) {
            // The user logged out or verified while the code was being sent.
            return Err(Error::InvalidToken(reason));
        }
        Ok(self.policy.view(&challenge, self.clock.now()))
    }

    async fn reserve_resend(
        &self,
        caller: &Verified<PasswordOk>,
        client: &Client,
    ) -> Result<SendPermit, Error> {
        let seen = caller.challenge();
        let now = self.clock.now();
        let checks = self.limits.code(caller.user(), &seen.destination, client);
        let limits = checks.limits(now, &client.limits);
        match self.db.reserve_resend(seen.clone(), limits, Timestamp(now)).await? {
            ReservedSend::Reserved(states) => Ok(checks.permit(states, now, &client.limits)),
            ReservedSend::Rejected(rejection) => {
                let view = Box::new(self.policy.view(seen, now));
                Err(checks.rejection(&rejection, now, &client.limits).with_challenge(Some(view)))
            }
            ReservedSend::ChallengeChanged | ReservedSend::UserChanged => {
                Err(self.error_for_changed(seen).await?)
            }
        }
    }

    /// Builds the error of a request that lost against another one, which ended the challenge or sent a code.
    async fn error_for_changed(&self, seen: &Challenge) -> Result<Error, Error> {
        let row = self.db.challenge(seen.id).await?;
        if let Some(reason) = ended(&row) {
            return Ok(Error::InvalidToken(reason));
        }
        let now = self.clock.now();
        let view = Box::new(self.policy.view(&row, now));
        Ok(match resend_available_at(&row) {
            Some(at) => Error::ResendTooSoon { challenge: view, retry_after: retry_after(at, now) },
            None => exhausted_challenge(view, now),
        })
    }
}
