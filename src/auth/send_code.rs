//! Has Twilio send a code, and writes down what came of it. Log in and resend share it.

use chrono::{DateTime, TimeDelta, Utc};

use super::challenge::{CODE_LIFETIME_SECONDS, ended, retry_after};
use super::error::Error;
use super::{AppHash, Auth, Locale};
use crate::storage::Timestamp;
use crate::storage::activities::{self, Activity};
use crate::storage::challenges::{self, Challenge};
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

    /// Writes down which verification a challenge leans on, and what is to be recorded with it. Twilio answers with the pending verification
    /// where there is one, and does not prolong its code's life.
    pub(super) async fn record_send(
        &self,
        sent: Challenge,
        sent_at: DateTime<Utc>,
        activity: Option<Activity>,
    ) -> Result<Challenge, Error> {
        let sid = sent.verification_sid.unwrap_or_default();
        self.db
            .write(async move |mut c| {
                let fresh = Timestamp(sent_at + TimeDelta::seconds(CODE_LIFETIME_SECONDS));
                let known = challenges::verification_expires_at(&mut c, &sid).await?;
                let expires_at = known.map_or(fresh, |known| known.min(fresh));
                // The challenge before what hangs on its user: who deletes a user locks in this order too.
                let challenge = challenges::sent(&mut c, sent.id, &sid, &sent.channel, expires_at).await?;
                if let Some(activity) = activity {
                    activities::insert(&mut c, &activity).await?;
                }
                Ok(challenge)
            })
            .await
    }

    /// What a caller is told when Twilio did not do as asked. The challenge is shown where it still lives.
    pub(super) async fn told(&self, failure: &Failure, challenge: &Challenge) -> Result<Error, Error> {
        let (id, phone_number, now) = (challenge.id, challenge.phone_number.clone(), self.clock.now());
        let (row, pending_until) = self
            .db
            .read(async move |mut c| {
                let pending = challenges::pending_until(&mut c, &phone_number, Timestamp(now)).await?;
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
        let asked = failure.retry_after().map(|wait| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX));
        let wait = asked.unwrap_or(UNAVAILABLE_RETRY_AFTER).clamp(1, MAX_RETRY_AFTER);
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
