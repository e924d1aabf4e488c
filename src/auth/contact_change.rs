//! Change the phone number or the email address: a code goes to the new one, and until it comes back nothing changes.

use chrono::{DateTime, TimeDelta, Utc};

use super::client::Client;
use super::codes::challenge::{
    CODE_LIFETIME_SECONDS, dead, ended, is_exhausted, resend_available_at, retry_after,
};
use super::codes::challenge_view::ChallengeView;
use super::codes::channel::stored_channel;
use super::codes::send_code::Delivery;
use super::error::Error;
use super::limits::send::SendPermit;
use super::proof::{FullAccess, Verified};
use super::values::contact::NewContact;
use super::{Auth, Invalid, InvalidKind, Password, to_the_end};
use storage::EventKind;
use storage::challenges;
use storage::challenges::Challenge;
use storage::contact_changes;
use storage::unverified;
use storage::users;
use storage::users::User;
use storage::{Error as StorageError, Id, Timestamp};

/// Another number or address, and the password once more.
pub struct ContactChange {
    /// What shall be the user's.
    pub contact: NewContact,
    /// To be compared: an access token that was stolen is not enough.
    pub password: Password,
    /// How the code shall travel.
    pub delivery: Delivery,
}

/// Why a send was not counted.
enum NotCounted {
    /// Another request of the same user was faster.
    Late,
    /// Everything else.
    Failed(Error),
}

impl From<StorageError> for NotCounted {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Unique { index } if index == contact_changes::OPEN_KEY => Self::Late,
            other => Self::Failed(other.into()),
        }
    }
}

impl Auth {
    /// Sends a code to the new number or address. Asked again while the last code can still be checked, it is a resend:
    /// with its waits, its five sends and its wrong codes counted on, wherever the code shall go now.
    ///
    /// # Errors
    /// [`Error::UserExists`], as sign-up tells it too; [`Error::InvalidField`] where it is the user's own, [`Error::WrongPassword`], [`Error::RateLimited`], [`Error::ResendTooSoon`],
    /// [`Error::TooManyAttempts`], and those of sending a code.
    pub async fn change_contact(
        &self,
        caller: &Verified<FullAccess>,
        change: ContactChange,
        client: Client,
    ) -> Result<ChallengeView, Error> {
        let ContactChange { contact, password, delivery } = change;
        if contact.is_of(caller.user()) {
            let invalid = Invalid::new(InvalidKind::NotAllowed, "This is yours already.");
            return Err(Error::InvalidField { field: contact.field(), invalid });
        }
        self.confirm_password(caller, password, EventKind::AuthzFail, &client).await?;
        let (auth, user) = (self.clone(), caller.user().clone());
        to_the_end(async move { auth.send_to(user, &contact, &delivery, &client).await }).await
    }

    async fn send_to(
        &self,
        user: User,
        contact: &NewContact,
        delivery: &Delivery,
        client: &Client,
    ) -> Result<ChallengeView, Error> {
        let (now, id, purpose) = (self.clock.now(), user.id, contact.purpose());
        let open =
            self.db.read(async move |mut c| contact_changes::find_open(&mut c, id, purpose).await).await?;
        let running = open.clone().filter(|open| now < open.expires_at.0);
        let next = match &running {
            Some(seen) => {
                self.may_send_again(seen, now)?;
                next_send(seen, contact, now)
            }
            None => first_send(id, contact, delivery, now),
        };
        if let NewContact::PhoneNumber(number) = contact {
            self.number_is_served(number.as_str(), running.as_ref())?;
        }
        self.twilio_is_asked(running.as_ref())?;
        let (counted, permit) = match self.count_change(user, open, running.clone(), next, client).await {
            Ok(counted) => counted,
            Err(NotCounted::Late) => return Err(self.was_late(id, contact).await?),
            Err(NotCounted::Failed(error)) => {
                let view = running.as_ref().map(|running| Box::new(self.policy.view(running, now)));
                return Err(error.about(view));
            }
        };
        let (claim, before) = (contact.claim(), self.stale_before());
        if self.db.read(async move |mut c| unverified::is_held(&mut c, &claim, before).await).await? {
            // Nothing is sent: Twilio has one verification for a recipient, and its checks and sends are the holder's. It
            // stays counted, so that asking for other people's has a limit.
            self.take_back(&counted, running).await?;
            return Err(Error::UserExists);
        }
        let sent = match self.start_verification(permit, &counted, delivery, client).await {
            Ok(sent) => sent,
            Err(failure) => {
                if failure.certainly_not_processed() {
                    self.take_back(&counted, running).await?;
                }
                return Err(self.told(&failure, &counted).await?);
            }
        };
        let challenge = self.record_send(sent, now, None).await?;
        match ended(&challenge) {
            // The password was changed while the code was being sent.
            Some(_) => Err(Error::ChallengeExpired(None)),
            None => Ok(self.policy.view(&challenge, self.clock.now())),
        }
    }

    fn may_send_again(&self, seen: &Challenge, now: DateTime<Utc>) -> Result<(), Error> {
        let view = Box::new(self.policy.view(seen, now));
        match resend_available_at(seen) {
            _ if is_exhausted(seen) => Err(dead(view, now)),
            None => Err(dead(view, now)),
            Some(at) if at > now => {
                Err(Error::ResendTooSoon { challenge: view, retry_after: retry_after(at, now) })
            }
            Some(_) => Ok(()),
        }
    }

    /// Counts the send before it is made: the challenge as it is then. `None`: another request of the same user was
    /// faster. `open`: the challenge that is in the way of a new one; `running`: the same, where its code can still be
    /// checked.
    async fn count_change(
        &self,
        user: User,
        open: Option<Challenge>,
        running: Option<Challenge>,
        next: Challenge,
        client: &Client,
    ) -> Result<(Challenge, SendPermit), NotCounted> {
        let row = next.clone();
        let (code, standings) =
            (self.limits.code(&user, &next.destination, client), client.standings.clone());
        let permit = self
            .db
            .write(async move |mut c| -> Result<SendPermit, NotCounted> {
                match (&running, &open) {
                    (Some(seen), _) => {
                        if !contact_changes::count_send(&mut c, seen, &row).await? {
                            return Err(NotCounted::Late);
                        }
                    }
                    (None, stale) => {
                        if let Some(stale) = stale {
                            challenges::cancel(&mut c, stale.id, row.created_at).await?;
                        }
                        challenges::insert(&mut c, &row).await?;
                    }
                }
                // Challenges before users, as everywhere.
                if !users::is_unchanged(&mut c, &user).await? {
                    return Err(NotCounted::Failed(Error::WrongPassword));
                }
                code.count(&mut c, row.last_sent_at.0, &standings).await.map_err(NotCounted::Failed)
            })
            .await?;
        Ok((next, permit))
    }

    /// What somebody is told whose other request has just sent a code.
    async fn was_late(&self, user_id: Id, contact: &NewContact) -> Result<Error, Error> {
        let purpose = contact.purpose();
        let open = self
            .db
            .read(async move |mut c| contact_changes::find_open(&mut c, user_id, purpose).await)
            .await?;
        let now = self.clock.now();
        let error = open.map(|open| match self.may_send_again(&open, now) {
            Err(error) => error,
            // Its wait is over already.
            Ok(()) => {
                let view = Box::new(self.policy.view(&open, now));
                Error::ResendTooSoon { challenge: view, retry_after: 1 }
            }
        });
        Ok(error.unwrap_or(Error::ChallengeExpired(None)))
    }

    /// A send that was counted and certainly not made.
    async fn take_back(&self, counted: &Challenge, before: Option<Challenge>) -> Result<(), Error> {
        let (counted, now) = (counted.clone(), Timestamp(self.clock.now()));
        self.db
            .write(async move |mut c| -> Result<(), StorageError> {
                match before {
                    Some(before) => contact_changes::count_send(&mut c, &counted, &before).await?,
                    None => challenges::cancel(&mut c, counted.id, now).await?,
                };
                Ok(())
            })
            .await?;
        Ok(())
    }
}

fn first_send(user_id: Id, contact: &NewContact, delivery: &Delivery, now: DateTime<Utc>) -> Challenge {
    Challenge {
        id: Id::new(now),
        user_id,
        destination: contact.as_str().to_owned(),
        channel: stored_channel(delivery.channel),
        verification_sid: None,
        sends: 1,
        last_sent_at: Timestamp(now),
        failed_checks: 0,
        created_at: Timestamp(now),
        expires_at: Timestamp(now + TimeDelta::seconds(CODE_LIFETIME_SECONDS)),
        spent_at: None,
        cancelled_at: None,
        cancel_reason: None,
        purpose: contact.purpose(),
    }
}

fn next_send(seen: &Challenge, contact: &NewContact, now: DateTime<Utc>) -> Challenge {
    let same = seen.destination == contact.as_str();
    Challenge {
        destination: contact.as_str().to_owned(),
        verification_sid: seen.verification_sid.clone().filter(|_| same),
        sends: seen.sends + 1,
        last_sent_at: Timestamp(now),
        ..seen.clone()
    }
}
