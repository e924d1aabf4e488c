//! Change the phone number or the email address: a code goes to the new one, and nothing changes until it is
//! verified.

use chrono::{DateTime, TimeDelta, Utc};
use storage::challenges::Challenge;
use storage::users::User;
use storage::{ContactChangeSend, EventKind, Id, ReservedSend, Timestamp};

use super::client::Client;
use super::codes::challenge::{CODE_LIFETIME_SECONDS, ended, resend_rejection};
use super::codes::challenge_view::ChallengeView;
use super::codes::channel::stored_channel;
use super::codes::send_code::Delivery;
use super::error::Error;
use super::limits::send::SendPermit;
use super::proof::{FullAccess, Verified};
use super::values::contact::NewContact;
use super::{Auth, Invalid, InvalidKind, Password, run_to_completion};

/// A new phone number or email address, and the password to confirm the change.
pub struct ContactChange {
    /// The new contact.
    pub contact: NewContact,
    /// The password to compare: a stolen access token must not be enough.
    pub password: Password,
    /// How the code is sent.
    pub delivery: Delivery,
}

impl Auth {
    /// Sends a code to the new number or address. While the last code can still be checked, this is a resend:
    /// its waits, its five sends and its wrong codes count on, even if the new code goes elsewhere.
    ///
    /// # Errors
    /// [`Error::UserExists`] if another user has the contact, as at sign-up; [`Error::InvalidField`] if it is
    /// the user's own; [`Error::WrongPassword`], [`Error::RateLimited`], [`Error::ResendTooSoon`],
    /// [`Error::TooManyAttempts`], and those of sending a code.
    pub async fn begin_contact_change(
        &self,
        caller: &Verified<FullAccess>,
        change: ContactChange,
        client: Client,
    ) -> Result<ChallengeView, Error> {
        let ContactChange { contact, password, delivery } = change;
        if contact.is_of(caller.user()) {
            let invalid = Invalid::new(InvalidKind::NotAllowed, "This is already yours. Enter another one.");
            return Err(Error::InvalidField { field: contact.field(), invalid });
        }
        self.confirm_password(caller, password, EventKind::AuthzFail, &client).await?;
        let auth = self.clone();
        let user = caller.user().clone();
        run_to_completion(async move { auth.send_to(user, &contact, &delivery, &client).await }).await
    }

    async fn send_to(
        &self,
        user: User,
        contact: &NewContact,
        delivery: &Delivery,
        client: &Client,
    ) -> Result<ChallengeView, Error> {
        let now = self.clock.now();
        let open = self.db.open_contact_change(user.id, contact.purpose()).await?;
        // The open challenge, if its code can still be checked.
        let running = open.clone().filter(|open| now < open.expires_at.0);
        let next = match &running {
            Some(seen) => match resend_rejection(&self.policy, seen, now) {
                Some(error) => return Err(error),
                None => next_send(seen, contact, now),
            },
            None => first_send(user.id, contact, delivery, now),
        };
        if let NewContact::PhoneNumber(number) = contact {
            self.ensure_region_allowed(number.as_str(), running.as_ref())?;
        }
        self.ensure_provider_available(running.as_ref())?;
        let reserved = self.reserve_contact_change(user, open, next.clone(), contact, client).await;
        let permit = reserved.map_err(|error| {
            error.with_challenge(running.as_ref().map(|running| Box::new(self.policy.view(running, now))))
        })?;
        if self.db.is_held(contact.claim(), self.stale_before()).await? {
            // Nothing is sent: Twilio has one verification per recipient, and its checks and sends are the
            // holder's. The code stays counted by the limits, so that the contacts of other users cannot be
            // probed without limit.
            self.refund_contact_change(&next, running).await?;
            return Err(Error::UserExists);
        }
        let sent = match self.send_code(permit, &next, delivery, client).await {
            Ok(sent) => sent,
            Err(failure) => {
                if failure.certainly_not_processed() {
                    self.refund_contact_change(&next, running).await?;
                }
                return Err(self.error_for_failure(&failure, &next).await?);
            }
        };
        let challenge = self.record_send(sent, None).await?;
        match ended(&challenge) {
            // The password was changed while the code was being sent.
            Some(_) => Err(Error::ChallengeExpired(None)),
            None => Ok(self.policy.view(&challenge, self.clock.now())),
        }
    }

    /// Counts the code before it is sent. `open`: the open challenge, which `next` continues or replaces.
    async fn reserve_contact_change(
        &self,
        user: User,
        open: Option<Challenge>,
        next: Challenge,
        contact: &NewContact,
        client: &Client,
    ) -> Result<SendPermit, Error> {
        let user_id = user.id;
        let now = next.last_sent_at.0;
        let checks = self.limits.code(&user, &next.destination, client);
        let limits = checks.limits(now, &client.limits);
        match self.db.begin_contact_change(ContactChangeSend { user, open, next, limits }).await? {
            ReservedSend::Reserved(states) => Ok(checks.permit(states, now, &client.limits)),
            ReservedSend::Rejected(rejection) => Err(checks.rejection(&rejection, now, &client.limits)),
            ReservedSend::ChallengeChanged => Err(self.error_for_lost_race(user_id, contact).await?),
            ReservedSend::UserChanged => Err(Error::WrongPassword),
        }
    }

    /// Builds the error of a request that lost against another one of the same user, which has just sent a
    /// code.
    async fn error_for_lost_race(&self, user_id: Id, contact: &NewContact) -> Result<Error, Error> {
        let open = self.db.open_contact_change(user_id, contact.purpose()).await?;
        let Some(open) = open else { return Ok(Error::ChallengeExpired(None)) };
        let now = self.clock.now();
        Ok(resend_rejection(&self.policy, &open, now).unwrap_or_else(|| {
            // The wait of the other code is over already.
            let view = Box::new(self.policy.view(&open, now));
            Error::ResendTooSoon { challenge: view, retry_after: 1 }
        }))
    }

    /// Refunds a code that was certainly not sent. `before`: the challenge before the code was counted.
    async fn refund_contact_change(
        &self,
        counted: &Challenge,
        before: Option<Challenge>,
    ) -> Result<(), Error> {
        let now = Timestamp(self.clock.now());
        Ok(self.db.refund_contact_change(counted.clone(), before, now).await?)
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
    let has_same_destination = seen.destination == contact.as_str();
    Challenge {
        destination: contact.as_str().to_owned(),
        verification_sid: seen.verification_sid.clone().filter(|_| has_same_destination),
        sends: seen.sends + 1,
        last_sent_at: Timestamp(now),
        ..seen.clone()
    }
}
