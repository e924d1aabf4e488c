//! An entity: a person of the caller's, by a name that only the caller understands, with factors and challenges. Pure,
//! time is an argument.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::challenge::{Challenge, NewChallenge};
use super::challenge_form::Answer;
use super::factor::Factor;
use super::factor_errors::FactorRefusal;
use super::factor_form::NewFactor;

/// Factors of an entity (Twilio's error 60315 tells the number for TOTP).
pub(crate) const MAX_FACTORS: usize = 100;
/// Factors that it may make in a day (Twilio's error 60326 tells the number).
const MAX_FACTORS_PER_DAY: usize = 100;
/// Challenges that are remembered; the oldest go first. More than any but a broken program has pending.
const MAX_CHALLENGES: usize = 500;

/// One entity.
#[derive(Clone, Debug)]
pub(crate) struct Entity {
    /// `YE…`.
    pub(crate) sid: String,
    /// The service that it belongs to, `VA…`.
    pub(crate) service_sid: String,
    /// The caller's name for it.
    pub(crate) identity: String,
    /// When it was made; nothing ever changes it.
    pub(crate) created_at: DateTime<Utc>,
    /// Oldest first.
    factors: Vec<Factor>,
    /// Oldest first.
    challenges: VecDeque<Challenge>,
    /// The making of factors in the last day, oldest first.
    factors_made_at: VecDeque<DateTime<Utc>>,
}

impl Entity {
    /// An entity without factors.
    pub(crate) fn new(sid: String, service_sid: &str, identity: &str, now: DateTime<Utc>) -> Self {
        Self {
            sid,
            service_sid: service_sid.to_owned(),
            identity: identity.to_owned(),
            created_at: now,
            factors: Vec::new(),
            challenges: VecDeque::new(),
            factors_made_at: VecDeque::new(),
        }
    }

    /// Its factors, oldest first.
    pub(crate) fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// One of its factors, to change it.
    pub(crate) fn factor_mut(&mut self, sid: &str) -> Option<&mut Factor> {
        self.factors.iter_mut().find(|factor| factor.sid == sid)
    }

    /// Adds a factor.
    ///
    /// # Errors
    /// [`FactorRefusal::FactorExists`] when it has one of the same secret, [`FactorRefusal::TooManyFactors`],
    /// [`FactorRefusal::TooManyNewFactors`].
    pub(crate) fn add_factor(
        &mut self,
        sid: String,
        new: NewFactor,
        now: DateTime<Utc>,
    ) -> Result<Factor, FactorRefusal> {
        if self.factors.iter().any(|factor| factor.secret == new.secret) {
            return Err(FactorRefusal::FactorExists);
        }
        if self.factors.len() >= MAX_FACTORS {
            return Err(FactorRefusal::TooManyFactors);
        }
        self.factors_made_at.retain(|at| *at > now - TimeDelta::days(1));
        if self.factors_made_at.len() >= MAX_FACTORS_PER_DAY {
            return Err(FactorRefusal::TooManyNewFactors);
        }
        self.factors_made_at.push_back(now);
        let factor = Factor::new(sid, new, now);
        self.factors.push(factor.clone());
        Ok(factor)
    }

    /// Deletes a factor and its challenges. False when there was none.
    pub(crate) fn delete_factor(&mut self, sid: &str) -> bool {
        let before = self.factors.len();
        self.factors.retain(|factor| factor.sid != sid);
        self.challenges.retain(|challenge| challenge.factor_sid != sid);
        self.factors.len() < before
    }

    /// Its challenges, oldest first.
    pub(crate) fn challenges(&self) -> impl Iterator<Item = &Challenge> {
        self.challenges.iter()
    }

    /// One of its challenges.
    pub(crate) fn challenge(&self, sid: &str) -> Option<&Challenge> {
        self.challenges.iter().find(|challenge| challenge.sid == sid)
    }

    /// Challenges a factor, and looks at the code that comes along, if one does. `None` when there is no such factor.
    ///
    /// # Errors
    /// See [`Factor::challenge`].
    pub(crate) fn add_challenge(
        &mut self,
        sid: String,
        new: NewChallenge,
        now: DateTime<Utc>,
    ) -> Option<Result<Challenge, FactorRefusal>> {
        let factor = self.factor_mut(&new.factor_sid)?;
        if let Err(refusal) = factor.challenge(now) {
            return Some(Err(refusal));
        }
        let is_right = new.code.as_deref().map(|code| factor.accept(code, now));
        let mut challenge = Challenge::new(sid, new, now);
        if let Some(is_right) = is_right {
            challenge.answer(is_right, now);
        }
        while self.challenges.len() >= MAX_CHALLENGES {
            self.challenges.pop_front();
        }
        self.challenges.push_back(challenge.clone());
        Some(Ok(challenge))
    }

    /// Looks at an answer to a challenge. `None` when there is no such challenge.
    ///
    /// # Errors
    /// See [`Challenge::check_open`].
    pub(crate) fn answer(
        &mut self,
        sid: &str,
        answer: Answer,
        now: DateTime<Utc>,
    ) -> Option<Result<&Challenge, FactorRefusal>> {
        let challenge = self.challenges.iter_mut().find(|challenge| challenge.sid == sid)?;
        let factor = self.factors.iter_mut().find(|factor| factor.sid == challenge.factor_sid)?;
        if let Err(refusal) = challenge.check_open(now) {
            return Some(Err(refusal));
        }
        if let Some(code) = answer.code {
            challenge.answer(factor.accept(&code, now), now);
        }
        if answer.metadata.is_some() {
            challenge.metadata = answer.metadata;
            challenge.updated_at = now;
        }
        Some(Ok(challenge))
    }

    /// Forgets the factors that nobody verified in time.
    pub(crate) fn forget_unverified(&mut self, now: DateTime<Utc>) {
        self.factors.retain(|factor| !factor.is_gone(now));
    }

    /// The clock goes back from `moved` to `real`; see [`Factor::turn_back`] and [`Challenge::turn_back`].
    pub(crate) fn turn_back(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        self.forget_unverified(moved);
        self.factors_made_at.retain(|at| *at <= real);
        self.factors.iter_mut().for_each(|factor| factor.turn_back(real));
        self.challenges.iter_mut().for_each(|challenge| challenge.turn_back(moved, real));
    }
}
