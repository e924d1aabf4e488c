//! Has Twilio send a code, and records what came of it.

use chrono::TimeDelta;
use storage::Timestamp;
use storage::challenges::Challenge;
use storage::verifications::SentCode;
use twilio_verify::{Channel, Failure, FailureKind, Operation, StartVerification, VerificationSid};

use super::challenge::{CODE_LIFETIME_SECONDS, ended, retry_after};
use super::channel::stored_channel;
use super::line_lookup::Line;
use crate::auth::Auth;
use crate::auth::client::Client;
use crate::auth::error::Error;
use crate::auth::events::event::Event;
use crate::auth::limits::send::SendPermit;
use crate::auth::values::app_hash::AppHash;
use crate::auth::values::locale::Locale;
use crate::auth::values::phone_number::country;

/// Seconds after which a client may try again, unless Twilio sets a time.
const UNAVAILABLE_RETRY_AFTER: u32 = 5;
/// The longest wait of Twilio's that is passed on, in seconds.
const MAX_RETRY_AFTER: u32 = 3600;

/// How a code is sent.
#[derive(Clone)]
pub struct Delivery {
    /// The channel.
    pub channel: Channel,
    /// The language. Without one, Twilio decides by the number's country.
    pub locale: Option<Locale>,
    /// The Android app that may read the message.
    pub app_hash: Option<AppHash>,
}

impl Delivery {
    /// By email. The text and its language are configured in the Verify service.
    pub fn by_email() -> Self {
        Self { channel: Channel::Email, locale: None, app_hash: None }
    }
}

impl Auth {
    /// Checks that codes may go to this number. The regions, or what is known of numbers, may have changed
    /// since it was stored.
    ///
    /// # Errors
    /// [`Error::OtpUndeliverable`], with the challenge if there is one.
    pub(crate) fn ensure_region_allowed(
        &self,
        e164: &str,
        challenge: Option<&Challenge>,
    ) -> Result<(), Error> {
        if self.policy.regions.allow(e164) {
            return Ok(());
        }
        let now = self.clock.now();
        Err(Error::OtpUndeliverable(challenge.map(|challenge| Box::new(self.policy.view(challenge, now)))))
    }

    /// Checks that the circuit breaker of Twilio is closed, before a code is counted that will not be sent.
    /// `challenge`: one that has not ended.
    ///
    /// # Errors
    /// [`Error::OtpUnavailable`], with the challenge if there is one.
    pub(crate) fn ensure_provider_available(&self, challenge: Option<&Challenge>) -> Result<(), Error> {
        self.twilio.ensure_available(Operation::Start).map_err(|failure| Error::OtpUnavailable {
            challenge: challenge.map(|challenge| Box::new(self.policy.view(challenge, self.clock.now()))),
            retry_after: seconds_until_retry(&failure),
        })
    }

    /// Sends a code for a challenge, and looks up the line type of a number before the first code to it. A
    /// code that was certainly not sent is refunded, unless it has cost a look-up: there must not be more
    /// look-ups than the limits allow codes.
    pub(crate) async fn send_code(
        &self,
        permit: SendPermit,
        challenge: &Challenge,
        delivery: &Delivery,
        client: &Client,
    ) -> Result<SentCode, Failure> {
        let to = &challenge.destination;
        let expires_at = Timestamp(permit.counted_at() + TimeDelta::seconds(CODE_LIFETIME_SECONDS));
        let is_first = !permit.is_proved() && delivery.channel != Channel::Email;
        let line = if is_first { self.look_up_line(to, delivery.channel).await } else { Line::default() };
        let started = if line.is_rejected {
            Err(Failure::unsuitable_line())
        } else {
            self.start_verification(to, delivery).await
        };
        if let Err(failure) = &started
            && failure.certainly_not_processed()
            && !line.was_paid
            && let Err(error) = self.refund_send(permit, client).await
        {
            tracing::warn!(%error, "a code that was not sent stays counted");
        }
        Ok(SentCode {
            challenge: challenge.id,
            verification_sid: started?.as_str().to_owned(),
            channel: stored_channel(delivery.channel),
            destination: to.clone(),
            expires_at,
        })
    }

    async fn refund_send(&self, permit: SendPermit, client: &Client) -> Result<(), Error> {
        let (reservation, conversions) = permit.into_refund();
        if reservation.is_empty() && conversions.is_empty() {
            return Ok(());
        }
        let states = self.db.refund_send(reservation.refunds(), conversions).await?;
        reservation.report_refund(&states, self.clock.now(), &client.limits);
        Ok(())
    }

    /// Sends the code of a password reset. It stays counted whatever comes of it, as for an unregistered
    /// address.
    pub(crate) async fn send_reset_code(&self, _: SendPermit, to: &str) -> Result<VerificationSid, Failure> {
        self.start_verification(to, &Delivery::by_email()).await
    }

    async fn start_verification(&self, to: &str, delivery: &Delivery) -> Result<VerificationSid, Failure> {
        let app_hash = delivery.app_hash.as_ref().filter(|_| delivery.channel == Channel::Sms);
        // The template of a deployment is for messages to phones.
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

    /// Records a code that Twilio has sent, and an event with it.
    pub(crate) async fn record_send(&self, sent: SentCode, event: Option<Event>) -> Result<Challenge, Error> {
        let rows = event.as_ref().map(|event| self.rows(event));
        let challenge = self.db.record_send(sent, rows).await?;
        event.iter().for_each(|event| self.emit(event));
        Ok(challenge)
    }

    /// Builds the error of a password reset for which Twilio failed.
    pub(crate) fn reset_unavailable(failure: &Failure) -> Error {
        Error::OtpUnavailable { challenge: None, retry_after: seconds_until_retry(failure) }
    }

    /// Builds the error for a failure of Twilio. It shows the challenge unless that has ended.
    pub(crate) async fn error_for_failure(
        &self,
        failure: &Failure,
        challenge: &Challenge,
    ) -> Result<Error, Error> {
        let now = self.clock.now();
        let pending =
            self.db.challenge_with_pending(challenge.id, challenge.destination.clone(), Timestamp(now));
        let (row, pending_until) = pending.await?;
        let mut view = ended(&row).is_none().then(|| Box::new(self.policy.view(&row, now)));
        if let Some(view) = &mut view {
            // Log-ins that share a verification share its limits, so Twilio may allow less than the challenge
            // does.
            match failure.kind() {
                FailureKind::TooManyChecks => view.attempts_left = 0,
                FailureKind::TooManySends => view.no_resends_left(),
                _ => {}
            }
        }
        let wait = seconds_until_retry(failure);
        Ok(match failure.kind() {
            FailureKind::InvalidNumber | FailureKind::Undeliverable => Error::OtpUndeliverable(view),
            FailureKind::TooManySends | FailureKind::TooManyChecks => {
                // Twilio accepts no more until the pending verification of the number has expired.
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

/// Returns the seconds after which a client should ask again.
fn seconds_until_retry(failure: &Failure) -> u32 {
    let wait = failure.retry_after().map(|wait| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX));
    wait.unwrap_or(UNAVAILABLE_RETRY_AFTER).clamp(1, MAX_RETRY_AFTER)
}
