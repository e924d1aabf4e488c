//! A verification. Pure: no I/O, and the time is an argument.
//!
//! ```text
//! start ──▶ pending ──right code───▶ approved   (can no longer be fetched)
//!              │  └────cancel──────▶ canceled   (can be fetched, not checked)
//!              └──────10 minutes───▶ expired    (can no longer be fetched)
//! ```

pub(crate) mod attempt_filter;
pub(crate) mod attempts;
mod error;
pub(crate) mod ledger;
#[cfg(test)]
mod ledger_properties;
#[cfg(test)]
pub(crate) mod model;
#[cfg(test)]
pub(crate) mod model_check;
pub(crate) mod recipient;
mod send_attempt;
mod status;

use chrono::{DateTime, TimeDelta, Utc};

use super::phone::channel::Channel;
use super::phone::rendering::Payment;

pub(crate) use error::VerificationError;
pub(crate) use send_attempt::SendAttempt;
pub(crate) use status::Status;

/// The lifetime of a code from its first send. A resend does not extend it (Twilio's default).
pub(crate) const LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// The maximum number of sends of a code (Twilio's error 60203).
pub(crate) const MAX_SENDS: usize = 5;
/// The maximum number of checks of a verification (Twilio's error 60202).
pub(crate) const MAX_CHECKS: u8 = 5;

/// A verification: one code for one recipient.
#[derive(Clone, Debug)]
pub(crate) struct Verification {
    /// `VE…`.
    pub(crate) sid: String,
    /// The service of the verification, `VA…`.
    pub(crate) service_sid: String,
    /// The phone number or email address of the recipient.
    pub(crate) to: String,
    /// The code.
    pub(crate) code: String,
    /// The status. [`Self::is_pending`] considers the age, too.
    pub(crate) status: Status,
    /// The sends, oldest first. Never empty.
    pub(crate) sends: Vec<SendAttempt>,
    /// The channel of the last send.
    pub(crate) channel: Channel,
    /// The time of the first send, when the lifetime starts.
    pub(crate) created_at: DateTime<Utc>,
    /// When the verification last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// The number of checks so far.
    checks: u8,
}

impl Verification {
    /// Creates a pending verification with its first send.
    pub(crate) fn new(
        sid: String,
        service_sid: String,
        to: String,
        code: String,
        first: SendAttempt,
    ) -> Self {
        Self {
            sid,
            service_sid,
            to,
            code,
            status: Status::Pending,
            channel: first.channel,
            created_at: first.at,
            updated_at: first.at,
            sends: vec![first],
            checks: 0,
        }
    }

    /// Returns the payment that the code authorizes: that of the last send.
    pub(crate) fn payment(&self) -> Option<&Payment> {
        self.sends.last().and_then(|send| send.payment.as_ref())
    }

    /// Returns whether the code can be checked at `now`.
    pub(crate) fn is_pending(&self, now: DateTime<Utc>) -> bool {
        self.status == Status::Pending && now < self.created_at + LIFETIME
    }

    /// Sends the same code again on any channel.
    ///
    /// # Errors
    /// [`VerificationError::NotFound`] if the verification is not pending,
    /// [`VerificationError::TooManyChecks`] if no check is left, [`VerificationError::TooManySends`] if no
    /// send is left.
    pub(crate) fn resend(&mut self, send: SendAttempt) -> Result<(), VerificationError> {
        if !self.is_pending(send.at) {
            return Err(VerificationError::NotFound);
        }
        if self.checks >= MAX_CHECKS {
            return Err(VerificationError::TooManyChecks);
        }
        if self.sends.len() >= MAX_SENDS {
            return Err(VerificationError::TooManySends);
        }
        self.channel = send.channel;
        self.updated_at = send.at;
        self.sends.push(send);
        Ok(())
    }

    /// Checks a code. A wrong code is not an error: the verification stays pending.
    ///
    /// # Errors
    /// [`VerificationError::NotFound`] if the verification is not pending,
    /// [`VerificationError::TooManyChecks`] if no check is left.
    pub(crate) fn check(&mut self, code: &str, now: DateTime<Utc>) -> Result<(), VerificationError> {
        if !self.is_pending(now) {
            return Err(VerificationError::NotFound);
        }
        if self.checks >= MAX_CHECKS {
            return Err(VerificationError::TooManyChecks);
        }
        self.checks += 1;
        self.updated_at = now;
        if code == self.code {
            self.status = Status::Approved;
        }
        Ok(())
    }

    /// Sets the status to approved or canceled, as the caller requests.
    ///
    /// # Errors
    /// [`VerificationError::NotFound`] if the verification is not pending.
    pub(crate) fn end(&mut self, status: Status, now: DateTime<Utc>) -> Result<(), VerificationError> {
        if !self.is_pending(now) {
            return Err(VerificationError::NotFound);
        }
        self.status = status;
        self.updated_at = now;
        Ok(())
    }

    /// Returns whether the verification expired.
    pub(crate) fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.status == Status::Expired || (self.status == Status::Pending && !self.is_pending(now))
    }

    /// Returns whether the verification can be fetched: if it is pending or canceled.
    pub(crate) fn is_visible(&self, now: DateTime<Utc>) -> bool {
        self.status == Status::Canceled || self.is_pending(now)
    }

    /// Handles a clock that goes back from `moved` to `real`. An expired verification stays expired. A
    /// verification that was created after `real` expires, since it would live longer than [`LIFETIME`].
    pub(crate) fn rewind(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        if self.status == Status::Pending && (!self.is_pending(moved) || self.created_at > real) {
            self.status = Status::Expired;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(at: DateTime<Utc>, channel: Channel) -> SendAttempt {
        SendAttempt { attempt_sid: "VL".into(), channel, locale: "en".into(), payment: None, at }
    }

    fn verification_at(at: DateTime<Utc>) -> Verification {
        let text = str::to_owned;
        Verification::new(
            text("VE"),
            text("VA"),
            text("+12015550123"),
            text("123456"),
            send(at, Channel::Sms),
        )
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn the_right_code_is_accepted_once() {
        let mut verification = verification_at(at(0));
        assert_eq!(verification.check("000000", at(1)), Ok(()));
        assert_eq!(verification.status, Status::Pending);
        assert_eq!(verification.check("123456", at(2)), Ok(()));
        assert_eq!(verification.status, Status::Approved);
        assert_eq!(verification.check("123456", at(3)), Err(VerificationError::NotFound));
        assert!(!verification.is_visible(at(3)));
    }

    #[test]
    fn the_fifth_check_counts_and_the_sixth_is_rejected() {
        let mut verification = verification_at(at(0));
        for _ in 0..4 {
            verification.check("000000", at(1)).unwrap();
        }
        let mut lucky = verification.clone();
        lucky.check("123456", at(1)).unwrap();
        assert_eq!(lucky.status, Status::Approved);
        verification.check("000000", at(1)).unwrap();
        assert_eq!(verification.check("123456", at(2)), Err(VerificationError::TooManyChecks));
        assert_eq!(verification.resend(send(at(3), Channel::Sms)), Err(VerificationError::TooManyChecks));
        assert_eq!(verification.check("123456", at(600)), Err(VerificationError::NotFound));
    }

    #[test]
    fn a_code_can_be_sent_five_times_on_any_channel() {
        let mut verification = verification_at(at(0));
        for n in 1..5 {
            verification.resend(send(at(n), Channel::Call)).unwrap();
        }
        assert_eq!((verification.sends.len(), verification.channel), (5, Channel::Call));
        assert_eq!(verification.resend(send(at(9), Channel::Sms)), Err(VerificationError::TooManySends));
        assert_eq!(verification.channel, Channel::Call);
    }

    #[test]
    fn the_lifetime_starts_with_the_first_send() {
        let mut verification = verification_at(at(0));
        verification.resend(send(at(590), Channel::Sms)).unwrap();
        assert!(verification.is_pending(at(599)));
        assert_eq!(verification.check("123456", at(600)), Err(VerificationError::NotFound));
        assert!(!verification.is_visible(at(600)));
    }

    #[test]
    fn a_canceled_verification_is_visible_but_cannot_be_checked() {
        let mut verification = verification_at(at(0));
        verification.end(Status::Canceled, at(1)).unwrap();
        assert!(verification.is_visible(at(5_000)));
        assert_eq!(verification.check("123456", at(2)), Err(VerificationError::NotFound));
        assert_eq!(verification.end(Status::Approved, at(2)), Err(VerificationError::NotFound));
    }

    #[test]
    fn an_expired_verification_stays_expired_when_the_clock_goes_back() {
        let rewound = |created_at| {
            let mut verification = verification_at(at(created_at));
            verification.rewind(at(690), at(101));
            verification
        };
        assert_eq!(rewound(0).status, Status::Expired);
        assert_eq!(rewound(700).status, Status::Expired, "created in the future");
        assert!(rewound(100).is_pending(at(101)));
    }
}
