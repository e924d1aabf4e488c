//! Log out: a token of either kind stops opening anything, at once.

use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::proof::{Caller, FullAccess, PasswordOk, Verified};
use super::{Auth, to_the_end};
use storage::ActivityKind;
use storage::{EndReason, EventKind};
use storage::{Error as StorageError, Timestamp, challenges, sessions};
use twilio_verify::VerificationSid;

/// Which sessions end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// The caller's own.
    #[default]
    Current,
    /// Every one but the caller's own.
    Others,
    /// Every one.
    All,
}

impl Auth {
    /// Ends sessions, or cancels the challenge of a caller who is not verified yet.
    ///
    /// # Errors
    /// [`Error::OtpRequired`] where a password alone is to end other sessions.
    pub async fn log_out(&self, caller: Caller, scope: Scope, client: Client) -> Result<(), Error> {
        let auth = self.clone();
        to_the_end(async move {
            match (caller, scope) {
                (Caller::FullAccess(caller), scope) => auth.end_sessions(&caller, scope, client).await,
                (Caller::PasswordOk(caller), Scope::Current) => auth.cancel(&caller, client).await,
                (Caller::PasswordOk(_), Scope::Others | Scope::All) => Err(Error::OtpRequired),
            }
        })
        .await
    }

    async fn end_sessions(
        &self,
        caller: &Verified<FullAccess>,
        scope: Scope,
        client: Client,
    ) -> Result<(), Error> {
        let (own, user_id, now) = (caller.session().id, caller.user().id, self.clock.now());
        let reason = EndReason::LoggedOut;
        self.write(async move |mut c| -> Result<(), StorageError> {
            // Of parallel requests one ends the session, and one is recorded.
            sessions::lock_open(&mut c, user_id).await?;
            let first = scope == Scope::Others || sessions::end(&mut c, own, reason, Timestamp(now)).await?;
            if scope != Scope::Current {
                sessions::end_others(&mut c, user_id, own, reason, Timestamp(now)).await?;
            }
            match first {
                true => c.record(Event::of_activity(ActivityKind::LoggedOut, user_id, &client, now)).await,
                false => Ok(()),
            }
        })
        .await?;
        Ok(())
    }

    /// Cancels the challenge, and Twilio's verification where that wins nobody a guess: a cancelled
    /// verification is followed by a new one with five fresh checks, so one with wrong checks, or one that
    /// another challenge waits for, is left to expire.
    async fn cancel(&self, caller: &Verified<PasswordOk>, client: Client) -> Result<(), Error> {
        let (challenge, now) = (caller.challenge(), self.clock.now());
        let (id, user_id, sid) = (challenge.id, challenge.user_id, challenge.verification_sid.clone());
        let idle = self
            .write(async move |mut c| -> Result<_, StorageError> {
                challenges::cancel(&mut c, id, Timestamp(now)).await?;
                c.record(
                    Event::new(EventKind::TokenRevoked, user_id, &client, now).with_reason("logged_out"),
                )
                .await?;
                let Some(sid) = sid else { return Ok(None) };
                let waiting = challenges::count_waiting(&mut c, &sid, Timestamp(now)).await?;
                let untouched = storage::users::find(&mut c, user_id).await?.failed_checks == 0;
                Ok((waiting == 0 && untouched).then_some(sid))
            })
            .await?;
        if let Some(sid) = idle
            && let Ok(sid) = VerificationSid::parse(&sid)
        {
            // The challenge is cancelled whatever Twilio says; the client has logged the failure.
            let _ = self.twilio.cancel(&sid).await;
        }
        Ok(())
    }
}
