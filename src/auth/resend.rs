//! Resend: another code for the same challenge, by the same or another channel.

use super::client::Client;
use super::codes::challenge::{dead, ended, is_exhausted, resend_available_at, retry_after};
use super::codes::challenge_view::ChallengeView;
use super::codes::send_code::Delivery;
use super::error::Error;
use super::proof::{PasswordOk, Verified};
use super::{Auth, to_the_end};
use storage::challenges;
use storage::challenges::Challenge;
use storage::{Error as StorageError, Timestamp};

impl Auth {
    /// Sends again. A new code forgives no wrong one (NIST SP 800-63B-4, section 3.1.3.2).
    ///
    /// # Errors
    /// [`Error::ResendTooSoon`], [`Error::TooManyAttempts`], [`Error::RateLimited`], and those of sending a code.
    pub async fn resend(
        &self,
        caller: Verified<PasswordOk>,
        delivery: Delivery,
        client: Client,
    ) -> Result<ChallengeView, Error> {
        let auth = self.clone();
        to_the_end(async move { auth.send_again(&caller, &delivery, &client).await }).await
    }

    async fn send_again(
        &self,
        caller: &Verified<PasswordOk>,
        delivery: &Delivery,
        client: &Client,
    ) -> Result<ChallengeView, Error> {
        let seen = caller.challenge();
        let now = self.clock.now();
        let view = Box::new(self.policy.view(seen, now));
        match resend_available_at(seen) {
            _ if is_exhausted(seen) => return Err(dead(view, now)),
            None => return Err(dead(view, now)),
            Some(at) if at > now => {
                return Err(Error::ResendTooSoon { challenge: view, retry_after: retry_after(at, now) });
            }
            Some(_) => {}
        }
        self.number_is_served(&seen.destination, Some(seen))?;
        self.twilio_is_asked(Some(seen))?;
        let (before, at) = (seen.clone(), Timestamp(now));
        let code = self.limits.code(caller.user(), &seen.destination, client);
        let standings = client.standings.clone();
        let permit = self.db.write(async move |mut c| -> Result<_, Error> {
            match challenges::count_send(&mut c, &before, at).await? {
                true => code.count(&mut c, now, &standings).await.map(Some),
                false => Ok(None),
            }
        });
        let permit = match permit.await.map_err(|error| error.about(Some(view)))? {
            Some(permit) => permit,
            None => return Err(self.why_not_sent(seen).await?),
        };
        let sent = match self.start_verification(permit, seen, delivery, client).await {
            Ok(sent) => sent,
            Err(failure) => {
                if failure.certainly_not_processed() {
                    let before = seen.clone();
                    self.db
                        .write(async move |mut c| -> Result<(), StorageError> {
                            challenges::uncount_send(&mut c, &before, at).await
                        })
                        .await?;
                }
                return Err(self.told(&failure, seen).await?);
            }
        };
        let challenge = self.record_send(sent, now, None).await?;
        if let Some(reason) = ended(&challenge) {
            // Its owner logged out, or verified, while the code was being sent.
            return Err(Error::InvalidToken(reason));
        }
        Ok(self.policy.view(&challenge, self.clock.now()))
    }

    /// Somebody else was faster: ended the challenge, or sent again.
    async fn why_not_sent(&self, seen: &Challenge) -> Result<Error, Error> {
        let id = seen.id;
        let row = self.db.read(async move |mut c| challenges::find(&mut c, id).await).await?;
        if let Some(reason) = ended(&row) {
            return Ok(Error::InvalidToken(reason));
        }
        let now = self.clock.now();
        let view = Box::new(self.policy.view(&row, now));
        Ok(match resend_available_at(&row) {
            Some(at) => Error::ResendTooSoon { challenge: view, retry_after: retry_after(at, now) },
            None => dead(view, now),
        })
    }
}
