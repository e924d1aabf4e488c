//! A challenge: the demand for a factor's code. A state machine without I/O, time is an argument.
//!
//! ```text
//! create ──▶ pending ──right code──────▶ approved
//!               └──expiration date─────▶ expired
//! ```

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::factor_errors::FactorRefusal;

/// Answers that are looked at (Twilio's error 60308 tells the number).
const MAX_ATTEMPTS: u8 = 5;

/// What became of a challenge. Twilio knows a denied one too, which is for push factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChallengeStatus {
    /// An answer is awaited.
    Pending,
    /// Its time is over.
    Expired,
    /// The right code came.
    Approved,
}

impl ChallengeStatus {
    /// The name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Expired => "expired",
            Self::Approved => "approved",
        }
    }
}

/// A challenge that is wanted.
#[derive(Clone, Debug)]
pub(crate) struct NewChallenge {
    /// `YF…`.
    pub(crate) factor_sid: String,
    /// When its time is over.
    pub(crate) expires_at: DateTime<Utc>,
    /// Shown to the person: a message and fields.
    pub(crate) details: Option<Value>,
    /// An object of texts.
    pub(crate) hidden_details: Option<Value>,
    /// The code, where it comes along at once.
    pub(crate) code: Option<String>,
}

/// One challenge.
#[derive(Clone, Debug)]
pub(crate) struct Challenge {
    /// `YC…`.
    pub(crate) sid: String,
    /// Whose code is demanded, `YF…`.
    pub(crate) factor_sid: String,
    /// What the caller shows to the person.
    pub(crate) details: Option<Value>,
    /// What the caller keeps with it: an object of texts.
    pub(crate) hidden_details: Option<Value>,
    /// What the person's device adds: an object of texts.
    pub(crate) metadata: Option<Value>,
    /// When its time is over.
    pub(crate) expires_at: DateTime<Utc>,
    /// When the right code came.
    pub(crate) responded_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub(crate) created_at: DateTime<Utc>,
    /// The last change.
    pub(crate) updated_at: DateTime<Utc>,
    /// Answers looked at.
    attempts: u8,
    /// Its time is over although the clock does not say so any more.
    is_over: bool,
}

impl Challenge {
    /// A pending challenge.
    pub(crate) fn new(sid: String, new: NewChallenge, now: DateTime<Utc>) -> Self {
        let NewChallenge { factor_sid, expires_at, details, hidden_details, code: _ } = new;
        Self {
            sid,
            factor_sid,
            details,
            hidden_details,
            metadata: None,
            expires_at,
            responded_at: None,
            created_at: now,
            updated_at: now,
            attempts: 0,
            is_over: false,
        }
    }

    /// What became of it so far.
    pub(crate) fn status(&self, now: DateTime<Utc>) -> ChallengeStatus {
        match self.responded_at {
            Some(_) => ChallengeStatus::Approved,
            None if self.is_over || now >= self.expires_at => ChallengeStatus::Expired,
            None => ChallengeStatus::Pending,
        }
    }

    /// Whether an answer to it is looked at.
    ///
    /// # Errors
    /// [`FactorRefusal::AlreadyResponded`], [`FactorRefusal::ChallengeExpired`],
    /// [`FactorRefusal::ChallengeAttempts`].
    pub(crate) fn check_open(&self, now: DateTime<Utc>) -> Result<(), FactorRefusal> {
        match self.status(now) {
            ChallengeStatus::Approved => Err(FactorRefusal::AlreadyResponded),
            ChallengeStatus::Expired => Err(FactorRefusal::ChallengeExpired),
            ChallengeStatus::Pending if self.attempts >= MAX_ATTEMPTS => {
                Err(FactorRefusal::ChallengeAttempts)
            }
            ChallengeStatus::Pending => Ok(()),
        }
    }

    /// Counts an answer that was looked at. A wrong one is no error: the challenge stays pending (since October 2021,
    /// as Twilio's page on that change says; 60324 was the answer before).
    pub(crate) fn answer(&mut self, is_right: bool, now: DateTime<Utc>) {
        self.attempts = self.attempts.saturating_add(1);
        self.updated_at = now;
        if is_right {
            self.responded_at = Some(now);
        }
    }

    /// The clock goes back from `moved` to `real`: what expired stays expired, and what was made in a future that never
    /// came ends.
    pub(crate) fn turn_back(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        self.is_over |= moved >= self.expires_at || self.created_at > real;
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn made(seconds: i64) -> Challenge {
        let new = NewChallenge {
            factor_sid: "YF".into(),
            expires_at: at(seconds + 300),
            details: None,
            hidden_details: None,
            code: None,
        };
        Challenge::new("YC".into(), new, at(seconds))
    }

    #[test]
    fn an_approved_one_stays_approved() {
        let mut challenge = made(0);
        challenge.answer(true, at(299));
        assert_eq!(challenge.status(at(1_000)), ChallengeStatus::Approved);
        assert_eq!(challenge.check_open(at(299)), Err(FactorRefusal::AlreadyResponded));
    }

    #[test]
    fn five_answers_are_looked_at_and_none_after_the_end() {
        let mut challenge = made(0);
        for _ in 0..5 {
            assert_eq!(challenge.check_open(at(0)), Ok(()));
            challenge.answer(false, at(0));
        }
        assert_eq!(challenge.check_open(at(299)), Err(FactorRefusal::ChallengeAttempts));
        assert_eq!(challenge.check_open(at(300)), Err(FactorRefusal::ChallengeExpired));
        assert_eq!(made(0).check_open(at(300)), Err(FactorRefusal::ChallengeExpired));
    }

    #[test]
    fn what_expired_stays_expired_when_the_clock_goes_back() {
        let (mut old, mut future, mut young) = (made(0), made(350), made(100));
        for challenge in [&mut old, &mut future, &mut young] {
            challenge.turn_back(at(390), at(110));
        }
        let statuses = [old, future, young].map(|challenge| challenge.status(at(110)));
        assert_eq!(statuses, [ChallengeStatus::Expired, ChallengeStatus::Expired, ChallengeStatus::Pending]);
    }
}
