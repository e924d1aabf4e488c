//! Has Twilio send a code, and writes down what came of it. Log in and resend share it.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join;

use super::challenge::{CODE_LIFETIME_SECONDS, ended, retry_after};
use super::channel::stored_channel;
use super::line_lookup::Line;
use crate::auth::client::Client;
use crate::auth::error::Error;
use crate::auth::events::event::Event;
use crate::auth::events::transaction::Transaction;
use crate::auth::limits::send::SendPermit;
use crate::auth::values::phone_number::country;
use crate::auth::{AppHash, Auth, Locale};
use storage::Timestamp;
use storage::challenges;
use storage::challenges::Challenge;
use twilio_verify::{Channel, Failure, FailureKind, Operation, StartVerification, VerificationSid};

/// Seconds after which a client may try again when Twilio gives no time of its own.
const UNAVAILABLE_RETRY_AFTER: u32 = 5;
/// Longest wait that is passed on from Twilio, in seconds.
const MAX_RETRY_AFTER: u32 = 3600;

/// How a code shall travel.
#[derive(Clone)]
pub struct Delivery {
    /// By what.
    pub channel: Channel,
    /// In which language; where there is none, Twilio decides by the number's country.
    pub locale: Option<Locale>,
    /// Which Android app may read it.
    pub app_hash: Option<AppHash>,
}

impl Delivery {
    /// By email, where what the message says and in which language is a matter of the Verify service.
    pub fn by_email() -> Self {
        Self { channel: Channel::Email, locale: None, app_hash: None }
    }
}

impl Auth {
    /// That codes may go to this number: the regions, or what is known of numbers, may have changed since it was stored.
    ///
    /// # Errors
    /// [`Error::OtpUndeliverable`], with the challenge where there is one.
    pub(crate) fn number_is_served(&self, e164: &str, challenge: Option<&Challenge>) -> Result<(), Error> {
        if self.policy.regions.allow(e164) {
            return Ok(());
        }
        let now = self.clock.now();
        Err(Error::OtpUndeliverable(challenge.map(|challenge| Box::new(self.policy.view(challenge, now)))))
    }

    /// Fails at once where Twilio fails so often that it is not asked for the moment: before a send is counted that will
    /// not be made. The challenge is one that lives.
    pub(crate) fn twilio_is_asked(&self, challenge: Option<&Challenge>) -> Result<(), Error> {
        self.twilio.ensure_available(Operation::Start).map_err(|failure| Error::OtpUnavailable {
            challenge: challenge.map(|challenge| Box::new(self.policy.view(challenge, self.clock.now()))),
            retry_after: unavailable_for(&failure),
        })
    }

    /// Asks Twilio for a code, and before the first to a number for what kind of line it is. Where the code was certainly not
    /// sent, the limits forget it; unless that has cost a look-up, of which there must not be more than the limits allow.
    pub(crate) async fn send_code(
        &self,
        permit: SendPermit,
        to: &str,
        delivery: &Delivery,
        client: &Client,
    ) -> Result<VerificationSid, Failure> {
        let is_first = !permit.is_proved && delivery.channel != Channel::Email;
        let line = if is_first { self.line(to, delivery.channel).await } else { Line::default() };
        let started = match line.is_refused {
            true => Err(Failure::unsuitable_line()),
            false => self.ask_for_code(to, delivery).await,
        };
        if let Err(failure) = &started
            && failure.certainly_not_processed()
            && !line.was_paid
            && let Err(error) = self.give_back_send(permit, client).await
        {
            tracing::warn!(%error, "a code that was not sent stays counted");
        }
        started
    }

    async fn give_back_send(&self, permit: SendPermit, client: &Client) -> Result<(), Error> {
        self.give_back(permit.counted, client).await?;
        if let Some(watched) = permit.watched {
            self.db.write(async move |mut c| watched.give_back(&mut c).await).await?;
        }
        Ok(())
    }

    /// Asks Twilio for a code that replaces a forgotten password. What was counted stays counted whatever comes of it, as
    /// it does for an address that is nobody's.
    pub(crate) async fn send_to_mailbox(&self, _: SendPermit, to: &str) -> Result<VerificationSid, Failure> {
        self.ask_for_code(to, &Delivery::by_email()).await
    }

    async fn ask_for_code(&self, to: &str, delivery: &Delivery) -> Result<VerificationSid, Failure> {
        let app_hash = delivery.app_hash.as_ref().filter(|_| delivery.channel == Channel::Sms);
        // The templates that a deployment chooses are those of messages to phones.
        let template_sid = self.policy.template_sid.as_deref().filter(|_| delivery.channel != Channel::Email);
        let started = self
            .twilio
            .start(&StartVerification {
                to,
                channel: delivery.channel,
                locale: delivery.locale.as_ref().and_then(Locale::supported),
                app_hash: app_hash.map(AppHash::as_str),
                template_sid,
                device_ip: None,
            })
            .await?;
        self.metrics.code_sent(delivery.channel.as_str(), &country(to));
        Ok(started.sid)
    }

    /// Asks Twilio for a code for a challenge whose send has been counted.
    pub(crate) async fn start_verification(
        &self,
        permit: SendPermit,
        challenge: &Challenge,
        delivery: &Delivery,
        client: &Client,
    ) -> Result<Challenge, Failure> {
        let sid = self.send_code(permit, &challenge.destination, delivery, client).await?;
        Ok(Challenge {
            verification_sid: Some(sid.as_str().to_owned()),
            channel: stored_channel(delivery.channel),
            ..challenge.clone()
        })
    }

    /// Writes down which verification a challenge leans on, and what is to be recorded with it. Twilio answers with the pending verification
    /// where there is one, and does not prolong its code's life.
    pub(crate) async fn record_send(
        &self,
        sent: Challenge,
        sent_at: DateTime<Utc>,
        event: Option<Event>,
    ) -> Result<Challenge, Error> {
        let sid = sent.verification_sid.unwrap_or_default();
        self.write(async move |mut c| {
            let fresh = Timestamp(sent_at + TimeDelta::seconds(CODE_LIFETIME_SECONDS));
            let known = challenges::verification_expires_at(&mut c, &sid).await?;
            let expires_at = known.map_or(fresh, |known| known.min(fresh));
            // The challenge before what hangs on its user: who deletes a user locks in this order too.
            let record = async |mut c: Transaction<'_>| match event {
                Some(event) => c.record(event).await,
                None => Ok(()),
            };
            let (challenge, recorded) = join(
                challenges::sent(&mut c.again(), sent.id, &sid, sent.channel, &sent.destination, expires_at),
                record(c.again()),
            )
            .await;
            let challenge = challenge?;
            recorded?;
            Ok(challenge)
        })
        .await
    }

    /// What a caller is told about a password reset when Twilio did not do as asked.
    pub(crate) fn reset_unavailable(failure: &Failure) -> Error {
        Error::OtpUnavailable { challenge: None, retry_after: unavailable_for(failure) }
    }

    /// What a caller is told when Twilio did not do as asked. The challenge is shown where it still lives.
    pub(crate) async fn told(&self, failure: &Failure, challenge: &Challenge) -> Result<Error, Error> {
        let (id, destination, now) = (challenge.id, challenge.destination.clone(), self.clock.now());
        let (row, pending_until) = self
            .db
            .read(async move |mut c| {
                let pending = challenges::pending_until(&mut c, &destination, Timestamp(now)).await?;
                Ok((challenges::find(&mut c, id).await?, pending))
            })
            .await?;
        let mut view = ended(&row).is_none().then(|| Box::new(self.policy.view(&row, now)));
        if let Some(view) = &mut view {
            // Log-ins that share a verification share its limits: Twilio's word counts where ours allows more.
            match failure.kind() {
                FailureKind::TooManyChecks => view.attempts_left = 0,
                FailureKind::TooManySends => view.no_resends_left(),
                _ => {}
            }
        }
        let wait = unavailable_for(failure);
        Ok(match failure.kind() {
            FailureKind::InvalidNumber | FailureKind::Undeliverable => Error::OtpUndeliverable(view),
            FailureKind::TooManySends | FailureKind::TooManyChecks => {
                // Twilio takes no more before the verification that is pending for the number has expired.
                let latest = now + TimeDelta::seconds(CODE_LIFETIME_SECONDS);
                let end = pending_until.map_or(latest, |pending| pending.0.min(latest));
                Error::TooManyAttempts { retry_after: Some(retry_after(end, now)), challenge: view }
            }
            FailureKind::VerificationGone
            | FailureKind::Busy
            | FailureKind::Unavailable
            | FailureKind::Misconfigured => Error::OtpUnavailable { challenge: view, retry_after: wait },
        })
    }
}

/// Seconds after which it makes sense to ask Twilio again.
fn unavailable_for(failure: &Failure) -> u32 {
    let asked = failure.retry_after().map(|wait| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX));
    asked.unwrap_or(UNAVAILABLE_RETRY_AFTER).clamp(1, MAX_RETRY_AFTER)
}
