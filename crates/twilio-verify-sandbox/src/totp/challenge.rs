//! A challenge: the request for a code of a factor. Pure: the time is an argument.
//!
//! ```text
//! create ──▶ pending ──right code──────▶ approved
//!               └──expiration date─────▶ expired
//! ```

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::factor_error::FactorError;

/// The maximum number of answers to a challenge (Twilio's error 60308).
const MAX_ANSWERS: u8 = 5;

/// The status of a challenge. Twilio has another status, denied, for push factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChallengeStatus {
    /// The challenge accepts answers.
    Pending,
    /// The challenge ended without the right code.
    Expired,
    /// The right code was sent.
    Approved,
}

impl ChallengeStatus {
    /// Returns Twilio's name of the status.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Expired => "expired",
            Self::Approved => "approved",
        }
    }
}

/// The parameters of a challenge to create.
#[derive(Clone, Debug)]
pub(crate) struct NewChallenge {
    /// `YF…`.
    pub(crate) factor_sid: String,
    /// When the challenge expires.
    pub(crate) expires_at: DateTime<Utc>,
    /// A message and fields to show to the user.
    pub(crate) details: Option<Value>,
    /// An object with string values.
    pub(crate) hidden_details: Option<Value>,
    /// The code, if the request already answers the challenge.
    pub(crate) code: Option<String>,
}

/// A challenge.
#[derive(Clone, Debug)]
pub(crate) struct Challenge {
    /// `YC…`.
    pub(crate) sid: String,
    /// The challenged factor, `YF…`.
    pub(crate) factor_sid: String,
    /// A message and fields to show to the user.
    pub(crate) details: Option<Value>,
    /// An object with string values, which the caller stores.
    pub(crate) hidden_details: Option<Value>,
    /// An object with string values, which the user's device adds.
    pub(crate) metadata: Option<Value>,
    /// When the challenge expires.
    pub(crate) expires_at: DateTime<Utc>,
    /// When the right code was sent.
    pub(crate) responded_at: Option<DateTime<Utc>>,
    /// When the challenge was created.
    pub(crate) created_at: DateTime<Utc>,
    /// When the challenge last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// The number of answers so far.
    answers: u8,
    /// Whether the challenge stays expired although the clock was set back.
    expired_before_rewind: bool,
}

impl Challenge {
    /// Creates a pending challenge.
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
            answers: 0,
            expired_before_rewind: false,
        }
    }

    /// Returns the status at `now`.
    pub(crate) fn status(&self, now: DateTime<Utc>) -> ChallengeStatus {
        match self.responded_at {
            Some(_) => ChallengeStatus::Approved,
            None if self.expired_before_rewind || now >= self.expires_at => ChallengeStatus::Expired,
            None => ChallengeStatus::Pending,
        }
    }

    /// Ensures that the challenge accepts an answer.
    ///
    /// # Errors
    /// [`FactorError::AlreadyResponded`], [`FactorError::ChallengeExpired`] or, after five answers,
    /// [`FactorError::TooManyAnswers`].
    pub(crate) fn ensure_open(&self, now: DateTime<Utc>) -> Result<(), FactorError> {
        match self.status(now) {
            ChallengeStatus::Approved => Err(FactorError::AlreadyResponded),
            ChallengeStatus::Expired => Err(FactorError::ChallengeExpired),
            ChallengeStatus::Pending if self.answers >= MAX_ANSWERS => Err(FactorError::TooManyAnswers),
            ChallengeStatus::Pending => Ok(()),
        }
    }

    /// Counts an answer. A wrong answer is not an error: the challenge stays pending. (Twilio's page on this
    /// change says since October 2021; before, it answered 60324.)
    pub(crate) fn record_answer(&mut self, is_right: bool, now: DateTime<Utc>) {
        self.answers = self.answers.saturating_add(1);
        self.updated_at = now;
        if is_right {
            self.responded_at = Some(now);
        }
    }

    /// Handles a clock that goes back from `moved` to `real`. An expired challenge stays expired, and a
    /// challenge that was created after `real` expires.
    pub(crate) fn rewind(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        self.expired_before_rewind |= moved >= self.expires_at || self.created_at > real;
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn challenge_at(seconds: i64) -> Challenge {
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
    fn an_approved_challenge_stays_approved() {
        let mut challenge = challenge_at(0);
        challenge.record_answer(true, at(299));
        assert_eq!(challenge.status(at(1_000)), ChallengeStatus::Approved);
        assert_eq!(challenge.ensure_open(at(299)), Err(FactorError::AlreadyResponded));
    }

    #[test]
    fn a_challenge_accepts_five_answers_and_none_after_it_expired() {
        let mut challenge = challenge_at(0);
        for _ in 0..5 {
            assert_eq!(challenge.ensure_open(at(0)), Ok(()));
            challenge.record_answer(false, at(0));
        }
        assert_eq!(challenge.ensure_open(at(299)), Err(FactorError::TooManyAnswers));
        assert_eq!(challenge.ensure_open(at(300)), Err(FactorError::ChallengeExpired));
        assert_eq!(challenge_at(0).ensure_open(at(300)), Err(FactorError::ChallengeExpired));
    }

    #[test]
    fn an_expired_challenge_stays_expired_when_the_clock_goes_back() {
        let status_after_rewind = |created_at| {
            let mut challenge = challenge_at(created_at);
            challenge.rewind(at(390), at(110));
            challenge.status(at(110))
        };
        assert_eq!(status_after_rewind(0), ChallengeStatus::Expired);
        assert_eq!(status_after_rewind(350), ChallengeStatus::Expired, "created in the future");
        assert_eq!(status_after_rewind(100), ChallengeStatus::Pending);
    }
}
