//! A factor: a secret that a person's authenticator shares. A state machine without I/O, time is an argument.
//!
//! ```text
//! create ──▶ unverified ──right code──▶ verified   (can be challenged)
//!                 └────────24 hours───▶ gone
//! ```

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::Config;
use super::factor_errors::FactorRefusal;
use super::factor_form::{FactorChange, NewFactor};
use super::used_steps::UsedSteps;

/// Codes that are looked at until one is right (Twilio's error 60310 tells the number).
const MAX_ATTEMPTS: u8 = 5;
/// Codes of at most so many digits are short: so few challenges that a guess stays unlikely (Twilio's error 60312).
const SHORT_CODE: u8 = 4;
/// Challenges in a day for short codes, and in an hour and in a day for others (Twilio's error 60312).
const MAX_SHORT_PER_DAY: usize = 10;
const MAX_PER_HOUR: usize = 50;
const MAX_PER_DAY: usize = 100;
/// How long a factor waits to be verified. Twilio's error 60318 tells of 1 to 24 hours; a double must not vary.
const UNVERIFIED_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// One factor.
#[derive(Clone, Debug)]
pub(crate) struct Factor {
    /// `YF…`.
    pub(crate) sid: String,
    /// For people; the account's name in an authenticator.
    pub(crate) friendly_name: String,
    /// What codes are made of.
    pub(crate) secret: Vec<u8>,
    /// How codes are made.
    pub(crate) config: Config,
    /// What the caller keeps with it: an object of texts.
    pub(crate) metadata: Option<Value>,
    /// Whether a right code has come.
    pub(crate) is_verified: bool,
    /// When it was made.
    pub(crate) created_at: DateTime<Utc>,
    /// The last change.
    pub(crate) updated_at: DateTime<Utc>,
    /// Codes looked at while it was unverified.
    attempts: u8,
    /// By the length of a step, since another length counts other steps.
    used: BTreeMap<u8, UsedSteps>,
    /// Its challenges of the last day, oldest first.
    challenged_at: VecDeque<DateTime<Utc>>,
}

impl Factor {
    /// An unverified factor.
    pub(crate) fn new(sid: String, new: NewFactor, now: DateTime<Utc>) -> Self {
        let NewFactor { friendly_name, secret, config, metadata } = new;
        Self {
            sid,
            friendly_name,
            secret,
            config,
            metadata,
            is_verified: false,
            created_at: now,
            updated_at: now,
            attempts: 0,
            used: BTreeMap::new(),
            challenged_at: VecDeque::new(),
        }
    }

    /// What an authenticator shows.
    pub(crate) fn code(&self, now: DateTime<Utc>) -> String {
        self.config.code(&self.secret, self.config.step(now))
    }

    /// Whether this is the code of a step within the skew whose code was not taken before; it then is.
    pub(crate) fn accept(&mut self, code: &str, now: DateTime<Utc>) -> bool {
        let used = self.used.entry(self.config.time_step).or_default();
        let step = self.config.steps_of(&self.secret, code, now).find(|step| !used.contains(*step));
        step.inspect(|step| used.insert(*step)).is_some()
    }

    /// Takes a change over, and looks at the code if it brings one. A wrong one is no error: the factor stays
    /// unverified (since October 2021, as Twilio's page on that change says; 60311 was the answer before).
    /// A code for a verified factor is not looked at: it is for the first time only.
    ///
    /// # Errors
    /// [`FactorRefusal::FactorAttempts`], and nothing is changed.
    pub(crate) fn update(&mut self, change: FactorChange, now: DateTime<Utc>) -> Result<(), FactorRefusal> {
        let code = change.code.filter(|_| !self.is_verified);
        if code.is_some() && self.attempts >= MAX_ATTEMPTS {
            return Err(FactorRefusal::FactorAttempts);
        }
        if let Some(name) = change.friendly_name {
            self.friendly_name = name;
        }
        self.config = change.config;
        self.updated_at = now;
        if let Some(code) = code {
            self.attempts += 1;
            self.is_verified = self.accept(&code, now);
        }
        Ok(())
    }

    /// Counts a challenge, or refuses it.
    ///
    /// # Errors
    /// [`FactorRefusal::FactorUnverified`], [`FactorRefusal::TooManyChallenges`].
    pub(crate) fn challenge(&mut self, now: DateTime<Utc>) -> Result<(), FactorRefusal> {
        if !self.is_verified {
            return Err(FactorRefusal::FactorUnverified);
        }
        let (day, hour) = (now - TimeDelta::days(1), now - TimeDelta::hours(1));
        self.challenged_at.retain(|at| *at > day);
        let in_hour = self.challenged_at.iter().filter(|at| **at > hour).count();
        let in_day = self.challenged_at.len();
        let is_full = if self.config.code_length <= SHORT_CODE {
            in_day >= MAX_SHORT_PER_DAY
        } else {
            in_hour >= MAX_PER_HOUR || in_day >= MAX_PER_DAY
        };
        if is_full {
            return Err(FactorRefusal::TooManyChallenges);
        }
        self.challenged_at.push_back(now);
        Ok(())
    }

    /// Whether it was never verified and its time is over.
    pub(crate) fn is_gone(&self, now: DateTime<Utc>) -> bool {
        !self.is_verified && now >= self.created_at + UNVERIFIED_LIFETIME
    }

    /// The clock goes back to `real`: challenges of a future that never came count no more. Codes that were taken stay
    /// taken.
    pub(crate) fn turn_back(&mut self, real: DateTime<Utc>) {
        self.challenged_at.retain(|at| *at <= real);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::totp::Algorithm;

    const CONFIG: Config = Config { alg: Algorithm::Sha1, skew: 1, code_length: 6, time_step: 30 };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(1_000_000 + seconds)
    }

    fn factor(code_length: u8) -> Factor {
        let config = Config { code_length, ..CONFIG };
        let new =
            NewFactor { friendly_name: "Ada".into(), secret: b"secret".to_vec(), config, metadata: None };
        Factor::new("YF".into(), new, at(0))
    }

    fn check(factor: &mut Factor, code: &str, now: DateTime<Utc>) -> Result<bool, FactorRefusal> {
        let change = FactorChange { code: Some(code.into()), friendly_name: None, config: factor.config };
        factor.update(change, now).map(|()| factor.is_verified)
    }

    #[test]
    fn five_codes_are_looked_at() {
        let mut unlucky = factor(6);
        let right = unlucky.code(at(0));
        for _ in 0..4 {
            assert_eq!(check(&mut unlucky, "wrong", at(0)), Ok(false));
        }
        let mut lucky = unlucky.clone();
        assert_eq!(check(&mut lucky, &right, at(0)), Ok(true));
        assert_eq!(check(&mut lucky, "wrong", at(0)), Ok(true), "only the first time");
        assert_eq!(check(&mut unlucky, "wrong", at(0)), Ok(false));
        assert_eq!(check(&mut unlucky, &right, at(0)), Err(FactorRefusal::FactorAttempts));
    }

    #[test]
    fn a_code_is_taken_once_even_if_the_length_of_a_step_changes_meanwhile() {
        let mut factor = factor(6);
        let code = factor.code(at(0));
        assert!(factor.accept(&code, at(0)) && !factor.accept(&code, at(1)));
        for time_step in [20, 30] {
            let config = Config { time_step, ..CONFIG };
            factor.update(FactorChange { code: None, friendly_name: None, config }, at(1)).unwrap();
        }
        assert!(!factor.accept(&code, at(1)));
        assert!(factor.accept(&factor.code(at(30)), at(1)), "the next one");
    }

    #[test]
    fn challenges_are_counted_by_hour_and_day() {
        let mut factor = factor(5);
        assert_eq!(factor.challenge(at(0)), Err(FactorRefusal::FactorUnverified));
        factor.is_verified = true;
        for start in [0, 3_600] {
            for _ in 0..50 {
                assert_eq!(factor.challenge(at(start)), Ok(()));
            }
            assert_eq!(factor.challenge(at(start + 3_599)), Err(FactorRefusal::TooManyChallenges));
        }
        assert_eq!(factor.challenge(at(86_399)), Err(FactorRefusal::TooManyChallenges));
        assert_eq!(factor.challenge(at(86_400)), Ok(()));
        factor.turn_back(at(0));
        assert_eq!(factor.challenged_at.len(), 0);
    }

    #[test]
    fn short_codes_have_fewer_challenges() {
        let mut factor = factor(4);
        factor.is_verified = true;
        for _ in 0..10 {
            assert_eq!(factor.challenge(at(0)), Ok(()));
        }
        assert_eq!(factor.challenge(at(86_399)), Err(FactorRefusal::TooManyChallenges));
        assert_eq!(factor.challenge(at(86_400)), Ok(()));
    }

    #[test]
    fn what_is_never_verified_goes() {
        let mut factor = factor(6);
        assert!(!factor.is_gone(at(86_399)) && factor.is_gone(at(86_400)));
        factor.is_verified = true;
        assert!(!factor.is_gone(at(86_400)));
    }
}
