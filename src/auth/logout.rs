//! Log out: a token of either kind is revoked at once.

use storage::{ActivityKind, EndReason, EventKind, SessionEnd, SessionScope, Timestamp};
use twilio_verify::VerificationSid;

use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::proof::{Caller, FullAccess, PasswordOk, Verified};
use super::{Auth, run_to_completion};

impl Auth {
    /// Ends sessions, or cancels the challenge of a caller who is not verified yet.
    ///
    /// # Errors
    /// [`Error::OtpRequired`] if a caller who is not verified wants to end other sessions.
    pub async fn log_out(&self, caller: Caller, scope: SessionScope, client: Client) -> Result<(), Error> {
        let auth = self.clone();
        run_to_completion(async move {
            match (caller, scope) {
                (Caller::FullAccess(caller), scope) => auth.end_sessions(&caller, scope, client).await,
                (Caller::PasswordOk(caller), SessionScope::Current) => {
                    auth.cancel_challenge(&caller, client).await
                }
                (Caller::PasswordOk(_), SessionScope::Others | SessionScope::All) => Err(Error::OtpRequired),
            }
        })
        .await
    }

    async fn end_sessions(
        &self,
        caller: &Verified<FullAccess>,
        scope: SessionScope,
        client: Client,
    ) -> Result<(), Error> {
        let user_id = caller.user().id;
        let now = self.clock.now();
        let event = Event::of_activity(ActivityKind::LoggedOut, user_id, &client, now);
        let end = SessionEnd {
            session: caller.session().id,
            user_id,
            reason: EndReason::LoggedOut,
            event: self.rows(&event),
            now: Timestamp(now),
        };
        if self.db.end_sessions(end, scope).await? {
            self.emit(&event);
        }
        Ok(())
    }

    /// Cancels the challenge, and Twilio's verification unless that would allow more guesses: a cancelled
    /// verification is followed by one with five new checks. So one with wrong checks, or one that another
    /// challenge waits for, is left to expire.
    async fn cancel_challenge(&self, caller: &Verified<PasswordOk>, client: Client) -> Result<(), Error> {
        let challenge = caller.challenge();
        let now = self.clock.now();
        let event = Event::new(EventKind::TokenRevoked, challenge.user_id, &client, now);
        let event = event.with_reason("logged_out");
        let cancelled = self.db.cancel_challenge(challenge.clone(), self.rows(&event), Timestamp(now));
        let verification = cancelled.await?;
        self.emit(&event);
        let is_unused = verification.is_some_and(|other| other.waiting == 0 && other.failed_checks == 0);
        if is_unused
            && let Some(sid) = &challenge.verification_sid
            && let Ok(sid) = VerificationSid::parse(sid)
        {
            // The challenge stays cancelled if this fails. The Twilio client logs the failure.
            let _ = self.twilio.cancel(&sid).await;
        }
        Ok(())
    }
}
