//! One verification, as a state machine: no I/O, no lock, time is an argument.
//!
//! ```text
//! start ──▶ pending ──check right──▶ approved   (unseen from now on)
//!              │  └────cancel──────▶ canceled   (can be fetched, not checked)
//!              └──────10 minutes───▶ expired    (unseen from now on)
//! ```

pub(crate) mod attempt_filter;
pub(crate) mod attempts;
pub(crate) mod ledger;
#[cfg(test)]
mod ledger_properties;
pub(crate) mod recipient;
mod refusal;
#[cfg(test)]
pub(crate) mod verification_history;
#[cfg(test)]
pub(crate) mod verification_model;

use chrono::{DateTime, TimeDelta, Utc};

use super::phone::channel::Channel;
use super::phone::rendering::Payment;

pub(crate) use refusal::Refusal;

/// How long a code can be used, from its first send on; a resend does not prolong it (Twilio's default).
pub(crate) const LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// How often one code may be sent (Twilio's error 60203 tells of it).
pub(crate) const MAX_SENDS: usize = 5;
/// How many answers are looked at (Twilio's error 60202 tells of it).
pub(crate) const MAX_CHECKS: u8 = 5;

/// What became of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The code is out.
    Pending,
    /// The code came back, or the caller said that it did.
    Approved,
    /// The caller called it off.
    Canceled,
    /// Over for good. Time alone ends a verification without this; it keeps the ended ones ended when a moved
    /// clock goes back to real time.
    Expired,
}

impl Status {
    /// The name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
        }
    }
}

/// One sending of the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Send {
    /// `VL…`.
    pub(crate) attempt_sid: String,
    /// How it went out.
    pub(crate) channel: Channel,
    /// The language of its text.
    pub(crate) locale: String,
    /// What it stands for (PSD2).
    pub(crate) payment: Option<Payment>,
    /// When it went out.
    pub(crate) at: DateTime<Utc>,
}

/// One code on its way to one person.
#[derive(Clone, Debug)]
pub(crate) struct Verification {
    /// `VE…`.
    pub(crate) sid: String,
    /// The service that it belongs to, `VA…`.
    pub(crate) service_sid: String,
    /// Phone number or e-mail address.
    pub(crate) to: String,
    /// What the person must send back.
    pub(crate) code: String,
    /// What became of it so far.
    pub(crate) status: Status,
    /// Every sending, oldest first; never empty.
    pub(crate) sends: Vec<Send>,
    /// The channel of the last sending.
    pub(crate) channel: Channel,
    /// The first sending: the lifetime counts from here.
    pub(crate) created_at: DateTime<Utc>,
    /// The last change.
    pub(crate) updated_at: DateTime<Utc>,
    /// Answers looked at so far.
    checks: u8,
}

impl Verification {
    /// A pending verification whose code goes out for the first time.
    pub(crate) fn new(sid: String, service_sid: String, to: String, code: String, first: Send) -> Self {
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

    /// The payment that the code stands for: that of the last sending.
    pub(crate) fn payment(&self) -> Option<&Payment> {
        self.sends.last().and_then(|send| send.payment.as_ref())
    }

    /// Whether the code is out and not too old.
    pub(crate) fn is_pending(&self, now: DateTime<Utc>) -> bool {
        self.status == Status::Pending && now < self.created_at + LIFETIME
    }

    /// Sends the same code again, on any channel.
    ///
    /// # Errors
    /// [`Refusal::TooManyChecks`] comes first: no further answer would be looked at, so a code would be of no use.
    pub(crate) fn resend(&mut self, send: Send) -> Result<(), Refusal> {
        if !self.is_pending(send.at) {
            return Err(Refusal::NotFound);
        }
        if self.checks >= MAX_CHECKS {
            return Err(Refusal::TooManyChecks);
        }
        if self.sends.len() >= MAX_SENDS {
            return Err(Refusal::TooManySends);
        }
        self.channel = send.channel;
        self.updated_at = send.at;
        self.sends.push(send);
        Ok(())
    }

    /// Looks at an answer. A wrong one is no error: the verification stays pending.
    ///
    /// # Errors
    /// When the answer is not looked at.
    pub(crate) fn check(&mut self, code: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
        if !self.is_pending(now) {
            return Err(Refusal::NotFound);
        }
        if self.checks >= MAX_CHECKS {
            return Err(Refusal::TooManyChecks);
        }
        self.checks += 1;
        self.updated_at = now;
        if code == self.code {
            self.status = Status::Approved;
        }
        Ok(())
    }

    /// Ends it by the caller's word, as approved or canceled.
    ///
    /// # Errors
    /// When it is not pending.
    pub(crate) fn end(&mut self, status: Status, now: DateTime<Utc>) -> Result<(), Refusal> {
        if !self.is_pending(now) {
            return Err(Refusal::NotFound);
        }
        self.status = status;
        self.updated_at = now;
        Ok(())
    }

    /// Whether it was still out when its time was over.
    pub(crate) fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.status == Status::Expired || (self.status == Status::Pending && !self.is_pending(now))
    }

    /// Whether it can be fetched: while pending, and after a cancellation.
    pub(crate) fn is_visible(&self, now: DateTime<Utc>) -> bool {
        self.status == Status::Canceled || self.is_pending(now)
    }

    /// The clock goes back from `moved` to `real`: what expired stays expired, and what was started in a future
    /// that never came ends, or it would live for longer than [`LIFETIME`].
    pub(crate) fn rewind(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        if self.status == Status::Pending && (!self.is_pending(moved) || self.created_at > real) {
            self.status = Status::Expired;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(at: DateTime<Utc>, channel: Channel) -> Send {
        Send { attempt_sid: "VL".into(), channel, locale: "en".into(), payment: None, at }
    }

    fn started(at: DateTime<Utc>) -> Verification {
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
        let mut verification = started(at(0));
        assert_eq!(verification.check("000000", at(1)), Ok(()));
        assert_eq!(verification.status, Status::Pending);
        assert_eq!(verification.check("123456", at(2)), Ok(()));
        assert_eq!(verification.status, Status::Approved);
        assert_eq!(verification.check("123456", at(3)), Err(Refusal::NotFound));
        assert!(!verification.is_visible(at(3)));
    }

    #[test]
    fn the_fifth_answer_counts_and_the_sixth_does_not() {
        let mut verification = started(at(0));
        for _ in 0..4 {
            verification.check("000000", at(1)).unwrap();
        }
        let mut lucky = verification.clone();
        lucky.check("123456", at(1)).unwrap();
        assert_eq!(lucky.status, Status::Approved);
        verification.check("000000", at(1)).unwrap();
        assert_eq!(verification.check("123456", at(2)), Err(Refusal::TooManyChecks));
        assert_eq!(verification.resend(send(at(3), Channel::Sms)), Err(Refusal::TooManyChecks));
        assert_eq!(verification.check("123456", at(600)), Err(Refusal::NotFound));
    }

    #[test]
    fn a_code_is_sent_five_times_on_any_channel() {
        let mut verification = started(at(0));
        for n in 1..5 {
            verification.resend(send(at(n), Channel::Call)).unwrap();
        }
        assert_eq!((verification.sends.len(), verification.channel), (5, Channel::Call));
        assert_eq!(verification.resend(send(at(9), Channel::Sms)), Err(Refusal::TooManySends));
        assert_eq!(verification.channel, Channel::Call);
    }

    #[test]
    fn ten_minutes_count_from_the_first_send() {
        let mut verification = started(at(0));
        verification.resend(send(at(590), Channel::Sms)).unwrap();
        assert!(verification.is_pending(at(599)));
        assert_eq!(verification.check("123456", at(600)), Err(Refusal::NotFound));
        assert!(!verification.is_visible(at(600)));
    }

    #[test]
    fn a_canceled_one_is_seen_and_not_checked() {
        let mut verification = started(at(0));
        verification.end(Status::Canceled, at(1)).unwrap();
        assert!(verification.is_visible(at(5_000)));
        assert_eq!(verification.check("123456", at(2)), Err(Refusal::NotFound));
        assert_eq!(verification.end(Status::Approved, at(2)), Err(Refusal::NotFound));
    }

    #[test]
    fn what_expired_stays_expired_when_the_clock_goes_back() {
        let (mut old, mut future, mut young) = (started(at(0)), started(at(700)), started(at(100)));
        for verification in [&mut old, &mut future, &mut young] {
            verification.rewind(at(690), at(101));
        }
        assert_eq!(old.status, Status::Expired);
        assert_eq!(future.status, Status::Expired);
        assert!(young.is_pending(at(101)));
    }
}
