//! Verify the code that went to a new phone number or email address: the user has it from now on.

use storage::challenges::Challenge;
use storage::unverified::Claim;
use storage::users::User;
use storage::{
    ActivityKind, ContactField, EndReason, Error as StorageError, EventKind, Id, ProvedContact, Purpose,
    Timestamp,
};
use twilio_verify::{Approved, CheckOutcome};

use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::proof::{FullAccess, Verified};
use super::values::code::Code;
use super::{Auth, run_to_completion};

/// The contact that changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactKind {
    /// The number that codes go to at log-in.
    Phone,
    /// The address that identifies the user at log-in.
    Email,
}

impl ContactKind {
    fn purpose(self) -> Purpose {
        match self {
            Self::Phone => Purpose::PhoneChange,
            Self::Email => Purpose::EmailChange,
        }
    }

    fn activity(self) -> ActivityKind {
        match self {
            Self::Phone => ActivityKind::PhoneChanged,
            Self::Email => ActivityKind::EmailChanged,
        }
    }

    fn reason(self) -> EndReason {
        match self {
            Self::Phone => EndReason::PhoneChanged,
            Self::Email => EndReason::EmailChanged,
        }
    }

    fn field(self) -> ContactField {
        match self {
            Self::Phone => ContactField::PhoneNumber,
            Self::Email => ContactField::Email,
        }
    }
}

impl Auth {
    /// Checks the code. If it is right, makes the change and ends every other session and every pending
    /// log-in. The unique index decides if another user was faster.
    ///
    /// # Errors
    /// [`Error::ChallengeExpired`] if no change waits for a code, [`Error::IncorrectCode`],
    /// [`Error::TooManyAttempts`], [`Error::RateLimited`], [`Error::UserExists`], [`Error::OtpUnavailable`].
    pub async fn verify_contact(
        &self,
        caller: &Verified<FullAccess>,
        kind: ContactKind,
        code: Code,
        client: Client,
    ) -> Result<User, Error> {
        let auth = self.clone();
        let user_id = caller.user().id;
        let kept = caller.session().id;
        run_to_completion(async move {
            let open = auth.db.open_contact_change(user_id, kind.purpose()).await?;
            let open = open.ok_or(Error::ChallengeExpired(None))?;
            let permit = auth.reserve_check(&open, &client).await.map_err(without_token)?;
            match auth.twilio.check(&permit.sid, code.expose()).await {
                Ok(CheckOutcome::Approved(approved)) => {
                    auth.count_verified(&permit.challenge);
                    // The code was right, whether or not the change succeeds.
                    auth.refund(&permit.reservation, &client).await?;
                    auth.make_change(kind, permit.challenge, approved, kept, client).await
                }
                Ok(CheckOutcome::Wrong) => {
                    let event = auth.wrong_code_event(EventKind::AuthzFail, &permit.challenge, &client);
                    auth.emit_standalone(event).await;
                    Err(auth.wrong_code(&permit.challenge))
                }
                Err(failure) => {
                    let error = auth.unanswered_check(&permit, &failure, &client).await?;
                    Err(without_token(error))
                }
            }
        })
        .await
    }

    async fn make_change(
        &self,
        kind: ContactKind,
        challenge: Challenge,
        _: Approved,
        kept_session: Id,
        client: Client,
    ) -> Result<User, Error> {
        let now = self.clock.now();
        let destination = Some(challenge.destination.clone());
        let claim = match kind {
            ContactKind::Phone => Claim { phone_number: destination, ..Claim::default() },
            ContactKind::Email => Claim { email: destination, ..Claim::default() },
        };
        let event = Event::of_activity(kind.activity(), challenge.user_id, &client, now);
        let guard = self.limits.guard(&challenge.destination);
        let proved = ProvedContact {
            field: kind.field(),
            kept_session,
            reason: kind.reason(),
            event: self.rows(&event),
            conversions: guard.map(|guard| guard.answered(challenge.sends, now)).unwrap_or_default(),
            now: Timestamp(now),
            challenge,
        };
        let changed = self.with_takeover(claim, &client, async |takeover| {
            self.db.change_contact(proved.clone(), takeover).await
        });
        match changed.await {
            Ok(Some(user)) => {
                self.emit(&event);
                Ok(user)
            }
            Ok(None) => Err(Error::ChallengeExpired(None)),
            Err(StorageError::Unique { .. }) => Err(Error::UserExists),
            Err(other) => Err(other.into()),
        }
    }
}

/// Replaces the error of a rejected password-ok token: a change of a contact has none.
fn without_token(error: Error) -> Error {
    match error {
        Error::InvalidToken(_) => Error::ChallengeExpired(None),
        other => other,
    }
}
