//! Has Twilio send a code, and writes down what came of it. Log in and resend share it.

use chrono::{DateTime, TimeDelta, Utc};

use super::challenge::{CODE_LIFETIME_SECONDS, retry_after};
use super::error::Error;
use super::{AppHash, Auth, Locale};
use crate::storage::challenges::{self, Challenge};
use crate::storage::{Id, Timestamp};
use crate::twilio::{Channel, Failure, FailureKind, StartVerification};

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

impl Auth {
    /// Asks Twilio for a code for a challenge whose send has been counted.
    pub(super) async fn start_verification(
        &self,
        challenge: &Challenge,
        delivery: &Delivery,
    ) -> Result<Challenge, Failure> {
        let app_hash = delivery.app_hash.as_ref().filter(|_| delivery.channel == Channel::Sms);
        let started = self
            .twilio
            .start(&StartVerification {
                to: &challenge.phone_number,
                channel: delivery.channel,
                locale: delivery.locale.as_ref().and_then(Locale::supported),
                app_hash: app_hash.map(AppHash::as_str),
                template_sid: self.policy.template_sid.as_deref(),
                device_ip: None,
            })
            .await?;
        Ok(Challenge {
            verification_sid: Some(started.sid.as_str().to_owned()),
            channel: delivery.channel.as_str().to_owned(),
            ..challenge.clone()
        })
    }

    /// Writes down which verification a challenge leans on. Twilio answers with the pending verification
    /// where there is one, and does not prolong its code's life.
    pub(super) async fn record_send(
        &self,
        sent: Challenge,
        sent_at: DateTime<Utc>,
    ) -> Result<Challenge, Error> {
        let sid = sent.verification_sid.unwrap_or_default();
        self.db
            .write(async move |mut c| {
                let fresh = Timestamp(sent_at + TimeDelta::seconds(CODE_LIFETIME_SECONDS));
                let known = challenges::verification_expires_at(&mut c, &sid).await?;
                let expires_at = known.map_or(fresh, |known| known.min(fresh));
                Ok(challenges::sent(&mut c, sent.id, &sid, &sent.channel, expires_at).await?)
            })
            .await
    }

    /// What a caller is told when Twilio did not do as asked. `challenge`: the one that still lives.
    pub(super) async fn told(&self, failure: &Failure, challenge: Option<Id>) -> Result<Error, Error> {
        let now = self.clock.now();
        let challenge = match challenge {
            Some(id) => {
                let row = self.db.read(async move |mut c| challenges::find(&mut c, id).await).await?;
                Some(Box::new(self.policy.view(&row, now)))
            }
            None => None,
        };
        let asked = failure.retry_after().map(|wait| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX));
        let wait = asked.unwrap_or(UNAVAILABLE_RETRY_AFTER).clamp(1, MAX_RETRY_AFTER);
        Ok(match failure.kind() {
            FailureKind::InvalidNumber | FailureKind::Undeliverable => Error::OtpUndeliverable(challenge),
            FailureKind::TooManySends | FailureKind::TooManyChecks => {
                let end = challenge.as_ref().map_or_else(
                    || now + TimeDelta::seconds(CODE_LIFETIME_SECONDS),
                    |challenge| challenge.expires_at,
                );
                Error::TooManyAttempts { retry_after: Some(retry_after(end, now)), challenge }
            }
            FailureKind::VerificationGone
            | FailureKind::Busy
            | FailureKind::Unavailable
            | FailureKind::Misconfigured => Error::OtpUnavailable { challenge, retry_after: wait },
        })
    }
}
