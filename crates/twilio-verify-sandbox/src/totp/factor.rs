//! A factor: a secret shared with the user's authenticator. Pure: the time is an argument.
//!
//! ```text
//! create ──▶ unverified ──right code──▶ verified   (can be challenged)
//!                 └────────24 hours───▶ deleted
//! ```

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::config::TotpConfig;
use super::factor_error::FactorError;
use super::factor_form::{FactorUpdate, NewFactor};
use super::used_steps::UsedSteps;

/// The maximum number of codes to verify a factor (Twilio's error 60310).
const MAX_CODES: u8 = 5;
/// The maximum length of a short code. Short codes are easier to guess, so they allow fewer challenges
/// (Twilio's error 60312).
const SHORT_CODE: u8 = 4;
/// The maximum number of challenges: per day for short codes, per hour and day for others (Twilio's error
/// 60312).
const MAX_SHORT_PER_DAY: usize = 10;
const MAX_PER_HOUR: usize = 50;
const MAX_PER_DAY: usize = 100;
/// The time to verify a factor. Twilio's error 60318 says 1 to 24 hours. The sandbox uses a fixed value, so
/// that tests are deterministic.
const UNVERIFIED_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// A TOTP factor.
#[derive(Clone, Debug)]
pub(crate) struct Factor {
    /// `YF…`.
    pub(crate) sid: String,
    /// The name that an authenticator shows for the account.
    pub(crate) friendly_name: String,
    /// The shared secret.
    pub(crate) secret: Vec<u8>,
    /// The parameters of the codes.
    pub(crate) config: TotpConfig,
    /// An object with string values, which the caller stores.
    pub(crate) metadata: Option<Value>,
    /// Whether the right code was sent.
    pub(crate) is_verified: bool,
    /// When the factor was created.
    pub(crate) created_at: DateTime<Utc>,
    /// When the factor last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// The number of codes checked while the factor was unverified.
    codes: u8,
    /// The used steps by step length, since step numbers depend on the length.
    used_steps: BTreeMap<u8, UsedSteps>,
    /// When the challenges of the last day were created, oldest first.
    challenged_at: VecDeque<DateTime<Utc>>,
}

impl Factor {
    /// Creates an unverified factor.
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
            codes: 0,
            used_steps: BTreeMap::new(),
            challenged_at: VecDeque::new(),
        }
    }

    /// Returns the code that an authenticator shows at `now`.
    pub(crate) fn code(&self, now: DateTime<Utc>) -> String {
        self.config.code(&self.secret, self.config.step(now))
    }

    /// Returns whether `code` belongs to an unused step within the skew, and marks that step as used.
    pub(crate) fn accept_code(&mut self, code: &str, now: DateTime<Utc>) -> bool {
        let used = self.used_steps.entry(self.config.time_step).or_default();
        let step = self.config.matching_steps(&self.secret, code, now).find(|step| !used.contains(*step));
        step.inspect(|step| used.insert(*step)).is_some()
    }

    /// Updates the factor and checks the code, if the update has one. A wrong code is not an error: the
    /// factor stays unverified. (Twilio's page on this change says since October 2021; before, it answered
    /// 60311.) A code for a verified factor is ignored.
    ///
    /// # Errors
    /// [`FactorError::TooManyCodes`] if five codes were wrong. Nothing changes in this case.
    pub(crate) fn update(&mut self, update: FactorUpdate, now: DateTime<Utc>) -> Result<(), FactorError> {
        let code = update.code.filter(|_| !self.is_verified);
        if code.is_some() && self.codes >= MAX_CODES {
            return Err(FactorError::TooManyCodes);
        }
        if let Some(name) = update.friendly_name {
            self.friendly_name = name;
        }
        self.config = update.config;
        self.updated_at = now;
        if let Some(code) = code {
            self.codes += 1;
            self.is_verified = self.accept_code(&code, now);
        }
        Ok(())
    }

    /// Counts a challenge if the limits allow it.
    ///
    /// # Errors
    /// [`FactorError::FactorUnverified`] if the factor is not verified, [`FactorError::TooManyChallenges`] if
    /// the limit per hour or day is reached.
    pub(crate) fn reserve_challenge(&mut self, now: DateTime<Utc>) -> Result<(), FactorError> {
        if !self.is_verified {
            return Err(FactorError::FactorUnverified);
        }
        let day_ago = now - TimeDelta::days(1);
        let hour_ago = now - TimeDelta::hours(1);
        self.challenged_at.retain(|at| *at > day_ago);
        let in_hour = self.challenged_at.iter().filter(|at| **at > hour_ago).count();
        let in_day = self.challenged_at.len();
        let limit_reached = if self.config.code_length <= SHORT_CODE {
            in_day >= MAX_SHORT_PER_DAY
        } else {
            in_hour >= MAX_PER_HOUR || in_day >= MAX_PER_DAY
        };
        if limit_reached {
            return Err(FactorError::TooManyChallenges);
        }
        self.challenged_at.push_back(now);
        Ok(())
    }

    /// Returns whether the factor was not verified in time.
    pub(crate) fn has_lapsed(&self, now: DateTime<Utc>) -> bool {
        !self.is_verified && now >= self.created_at + UNVERIFIED_LIFETIME
    }

    /// Handles a clock that goes back to `real`. Challenges after `real` no longer count. Used codes stay
    /// used.
    pub(crate) fn rewind(&mut self, real: DateTime<Utc>) {
        self.challenged_at.retain(|at| *at <= real);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::totp::algorithm::Algorithm;

    const CONFIG: TotpConfig = TotpConfig { alg: Algorithm::Sha1, skew: 1, code_length: 6, time_step: 30 };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(1_000_000 + seconds)
    }

    fn factor(code_length: u8) -> Factor {
        let config = TotpConfig { code_length, ..CONFIG };
        let new =
            NewFactor { friendly_name: "Ada".into(), secret: b"secret".to_vec(), config, metadata: None };
        Factor::new("YF".into(), new, at(0))
    }

    fn check(factor: &mut Factor, code: &str, now: DateTime<Utc>) -> Result<bool, FactorError> {
        let update = FactorUpdate { code: Some(code.into()), friendly_name: None, config: factor.config };
        factor.update(update, now).map(|()| factor.is_verified)
    }

    #[test]
    fn an_unverified_factor_accepts_five_codes() {
        let mut unlucky = factor(6);
        let right = unlucky.code(at(0));
        for _ in 0..4 {
            assert_eq!(check(&mut unlucky, "wrong", at(0)), Ok(false));
        }
        let mut lucky = unlucky.clone();
        assert_eq!(check(&mut lucky, &right, at(0)), Ok(true));
        assert_eq!(check(&mut lucky, "wrong", at(0)), Ok(true), "a verified factor ignores codes");
        assert_eq!(check(&mut unlucky, "wrong", at(0)), Ok(false));
        assert_eq!(check(&mut unlucky, &right, at(0)), Err(FactorError::TooManyCodes));
    }

    #[test]
    fn a_code_is_accepted_once_even_if_the_step_length_changes_and_returns() {
        let mut factor = factor(6);
        let code = factor.code(at(0));
        assert!(factor.accept_code(&code, at(0)) && !factor.accept_code(&code, at(1)));
        for time_step in [20, 30] {
            let config = TotpConfig { time_step, ..CONFIG };
            factor.update(FactorUpdate { code: None, friendly_name: None, config }, at(1)).unwrap();
        }
        assert!(!factor.accept_code(&code, at(1)));
        assert!(factor.accept_code(&factor.code(at(30)), at(1)), "the next code");
    }

    #[test]
    fn challenges_are_limited_per_hour_and_day() {
        let mut factor = factor(5);
        assert_eq!(factor.reserve_challenge(at(0)), Err(FactorError::FactorUnverified));
        factor.is_verified = true;
        for start in [0, 3_600] {
            for _ in 0..50 {
                assert_eq!(factor.reserve_challenge(at(start)), Ok(()));
            }
            assert_eq!(factor.reserve_challenge(at(start + 3_599)), Err(FactorError::TooManyChallenges));
        }
        assert_eq!(factor.reserve_challenge(at(86_399)), Err(FactorError::TooManyChallenges));
        assert_eq!(factor.reserve_challenge(at(86_400)), Ok(()));
        factor.rewind(at(0));
        assert_eq!(factor.challenged_at.len(), 0);
    }

    #[test]
    fn short_codes_allow_fewer_challenges() {
        let mut factor = factor(4);
        factor.is_verified = true;
        for _ in 0..10 {
            assert_eq!(factor.reserve_challenge(at(0)), Ok(()));
        }
        assert_eq!(factor.reserve_challenge(at(86_399)), Err(FactorError::TooManyChallenges));
        assert_eq!(factor.reserve_challenge(at(86_400)), Ok(()));
    }

    #[test]
    fn an_unverified_factor_lapses_after_a_day() {
        let mut factor = factor(6);
        assert!(!factor.has_lapsed(at(86_399)) && factor.has_lapsed(at(86_400)));
        factor.is_verified = true;
        assert!(!factor.has_lapsed(at(86_400)));
    }
}
