//! The code that went to a new number or address has come back: from now on it is the user's.

use super::client::Client;
use super::error::Error;
use super::events::event::Event;
use super::events::transaction::Transaction;
use super::proof::{FullAccess, Verified};
use super::values::code::Code;
use super::{Auth, to_the_end};
use storage::ActivityKind;
use storage::EndReason;
use storage::EventKind;
use storage::challenges;
use storage::challenges::Challenge;
use storage::unverified::Claim;
use storage::users;
use storage::users::User;
use storage::{Error as StorageError, Id, Purpose, Timestamp, contact_changes, password_resets, sessions};
use twilio_verify::{Approved, CheckOutcome};

/// What is being changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactKind {
    /// The number that codes go to at log-in.
    Phone,
    /// The address that one logs in with.
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
}

impl Auth {
    /// Checks the code and, where it is right, makes the change: every other session ends, and so does every log-in that
    /// waits for a code. The unique index decides whether somebody else was first.
    ///
    /// # Errors
    /// [`Error::ChallengeExpired`] where no change waits for a code, [`Error::IncorrectCode`],
    /// [`Error::TooManyAttempts`], [`Error::UserExists`], [`Error::OtpUnavailable`].
    pub async fn verify_contact(
        &self,
        caller: &Verified<FullAccess>,
        kind: ContactKind,
        code: Code,
        client: Client,
    ) -> Result<User, Error> {
        let (auth, user_id, kept) = (self.clone(), caller.user().id, caller.session().id);
        to_the_end(async move {
            let purpose = kind.purpose();
            let open = auth
                .db
                .read(async move |mut c| contact_changes::find_open(&mut c, user_id, purpose).await)
                .await?
                .ok_or(Error::ChallengeExpired(None))?;
            let (reserved, sid, counted) = auth.reserve(&open, &client).await.map_err(as_of_a_change)?;
            match auth.twilio.check(&sid, code.expose()).await {
                Ok(CheckOutcome::Approved(approved)) => {
                    auth.count_verified(&reserved);
                    // The code was right, whatever comes of the change.
                    auth.give_back(counted, &client).await?;
                    auth.change(kind, reserved, approved, kept, client).await
                }
                Ok(CheckOutcome::Wrong) => {
                    auth.report(auth.wrong(EventKind::AuthzFail, &reserved, &client)).await;
                    Err(auth.wrong_code(&reserved))
                }
                Err(failure) => {
                    let told = auth.not_checked(&reserved, counted, &failure, &client).await?;
                    Err(as_of_a_change(told))
                }
            }
        })
        .await
    }

    async fn change(
        &self,
        kind: ContactKind,
        checked: Challenge,
        _: Approved,
        kept: Id,
        client: Client,
    ) -> Result<User, Error> {
        let (id, time) = (checked.user_id, self.clock.now());
        let (now, reason) = (Timestamp(time), kind.reason());
        let destination = Some(checked.destination.clone());
        let claim = match kind {
            ContactKind::Phone => Claim { phone_number: destination, ..Claim::default() },
            ContactKind::Email => Claim { email: destination, ..Claim::default() },
        };
        let event = Event::of_activity(kind.activity(), id, &client, time);
        let watched = self.limits.watch(&checked.destination);
        let changed = self.write_claim(claim, &client, || {
            let (checked, event, watched) = (checked.clone(), event.clone(), watched.clone());
            async move |c: &mut Transaction<'_>| -> Result<Option<User>, StorageError> {
                challenges::lock_open(c, id).await?;
                if !contact_changes::spend(c, &checked, now).await? {
                    return Ok(None);
                }
                // Challenges, resets, sessions, users: whoever ends a session or sends a code locks in this order too, and
                // a change of what a unique index holds lets nobody by.
                challenges::cancel_all(c, id, reason, now).await?;
                password_resets::end_all(c, id, now).await?;
                sessions::end_others(c, id, kept, reason, now).await?;
                if !sessions::is_open(c, kept).await? {
                    // Ended while Twilio was asked: whoever held it was thrown out.
                    return Err(StorageError::NotFound);
                }
                let user = match kind {
                    ContactKind::Phone => {
                        users::change_phone_number(c, id, &checked.destination, now).await?
                    }
                    ContactKind::Email => {
                        // The check had been counted before it was made, and was no failure.
                        users::uncount_check(c, id).await?;
                        users::change_email(c, id, &checked.destination, now).await?
                    }
                };
                c.record(event).await?;
                if let Some(watched) = watched {
                    watched.count_verified(c, checked.sends, time).await?;
                }
                Ok(Some(user))
            }
        });
        match changed.await {
            Ok(Some(user)) => Ok(user),
            Ok(None) => Err(Error::ChallengeExpired(None)),
            Err(StorageError::Unique { .. }) => Err(Error::UserExists),
            Err(other) => Err(other.into()),
        }
    }
}

/// A challenge that is over refuses the token that a log-in got with it; a change has none.
fn as_of_a_change(error: Error) -> Error {
    match error {
        Error::InvalidToken(_) => Error::ChallengeExpired(None),
        other => other,
    }
}
