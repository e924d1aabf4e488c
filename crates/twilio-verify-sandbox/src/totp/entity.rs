//! An entity: one of the caller's users, under an identity that the caller chooses, with factors and
//! challenges. Pure: the time is an argument.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::challenge::{Challenge, NewChallenge};
use super::challenge_form::ChallengeUpdate;
use super::factor::Factor;
use super::factor_error::FactorError;
use super::factor_form::NewFactor;

/// The maximum number of factors of an entity (Twilio's error 60315).
pub(crate) const MAX_FACTORS: usize = 100;
/// The maximum number of factors that an entity creates per day (Twilio's error 60326).
const MAX_FACTORS_PER_DAY: usize = 100;
/// The maximum number of stored challenges. The oldest are evicted first. No working program has that many
/// pending.
const MAX_CHALLENGES: usize = 500;

/// An entity.
#[derive(Clone, Debug)]
pub(crate) struct Entity {
    /// `YE…`.
    pub(crate) sid: String,
    /// The service of the entity, `VA…`.
    pub(crate) service_sid: String,
    /// The caller's name of the user.
    pub(crate) identity: String,
    /// When the entity was created. It never changes.
    pub(crate) created_at: DateTime<Utc>,
    /// Oldest first.
    factors: Vec<Factor>,
    /// Oldest first.
    challenges: VecDeque<Challenge>,
    /// When the factors of the last day were created, oldest first.
    factors_created_at: VecDeque<DateTime<Utc>>,
}

impl Entity {
    /// Creates an entity without factors.
    pub(crate) fn new(sid: String, service_sid: &str, identity: &str, now: DateTime<Utc>) -> Self {
        Self {
            sid,
            service_sid: service_sid.to_owned(),
            identity: identity.to_owned(),
            created_at: now,
            factors: Vec::new(),
            challenges: VecDeque::new(),
            factors_created_at: VecDeque::new(),
        }
    }

    /// Returns the factors, oldest first.
    pub(crate) fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// Returns a factor of this entity.
    pub(crate) fn factor_mut(&mut self, sid: &str) -> Option<&mut Factor> {
        self.factors.iter_mut().find(|factor| factor.sid == sid)
    }

    /// Adds a factor.
    ///
    /// # Errors
    /// [`FactorError::FactorExists`] if a factor has the same secret. [`FactorError::TooManyFactors`] and
    /// [`FactorError::TooManyNewFactors`] if there are 100 factors or 100 were created within a day.
    pub(crate) fn add_factor(
        &mut self,
        sid: String,
        new: NewFactor,
        now: DateTime<Utc>,
    ) -> Result<Factor, FactorError> {
        if self.factors.iter().any(|factor| factor.secret == new.secret) {
            return Err(FactorError::FactorExists);
        }
        if self.factors.len() >= MAX_FACTORS {
            return Err(FactorError::TooManyFactors);
        }
        self.factors_created_at.retain(|at| *at > now - TimeDelta::days(1));
        if self.factors_created_at.len() >= MAX_FACTORS_PER_DAY {
            return Err(FactorError::TooManyNewFactors);
        }
        self.factors_created_at.push_back(now);
        let factor = Factor::new(sid, new, now);
        self.factors.push(factor.clone());
        Ok(factor)
    }

    /// Deletes a factor with its challenges. Returns whether it existed.
    pub(crate) fn delete_factor(&mut self, sid: &str) -> bool {
        let before = self.factors.len();
        self.factors.retain(|factor| factor.sid != sid);
        self.challenges.retain(|challenge| challenge.factor_sid != sid);
        self.factors.len() < before
    }

    /// Returns the challenges, oldest first.
    pub(crate) fn challenges(&self) -> impl Iterator<Item = &Challenge> {
        self.challenges.iter()
    }

    /// Returns a challenge of this entity.
    pub(crate) fn challenge(&self, sid: &str) -> Option<&Challenge> {
        self.challenges.iter().find(|challenge| challenge.sid == sid)
    }

    /// Challenges a factor and checks the code, if the request has one. Returns `None` if the factor does not
    /// exist.
    ///
    /// # Errors
    /// See [`Factor::reserve_challenge`].
    pub(crate) fn add_challenge(
        &mut self,
        sid: String,
        new: NewChallenge,
        now: DateTime<Utc>,
    ) -> Option<Result<Challenge, FactorError>> {
        let factor = self.factor_mut(&new.factor_sid)?;
        if let Err(error) = factor.reserve_challenge(now) {
            return Some(Err(error));
        }
        let is_right = new.code.as_deref().map(|code| factor.accept_code(code, now));
        let mut challenge = Challenge::new(sid, new, now);
        if let Some(is_right) = is_right {
            challenge.record_answer(is_right, now);
        }
        while self.challenges.len() >= MAX_CHALLENGES {
            self.challenges.pop_front();
        }
        self.challenges.push_back(challenge.clone());
        Some(Ok(challenge))
    }

    /// Updates a challenge and checks the code, if the update has one. Returns `None` if the challenge does
    /// not exist.
    ///
    /// # Errors
    /// See [`Challenge::ensure_open`].
    pub(crate) fn update_challenge(
        &mut self,
        sid: &str,
        update: ChallengeUpdate,
        now: DateTime<Utc>,
    ) -> Option<Result<&Challenge, FactorError>> {
        let challenge = self.challenges.iter_mut().find(|challenge| challenge.sid == sid)?;
        let factor = self.factors.iter_mut().find(|factor| factor.sid == challenge.factor_sid)?;
        if let Err(error) = challenge.ensure_open(now) {
            return Some(Err(error));
        }
        if let Some(code) = update.code {
            challenge.record_answer(factor.accept_code(&code, now), now);
        }
        if update.metadata.is_some() {
            challenge.metadata = update.metadata;
            challenge.updated_at = now;
        }
        Some(Ok(challenge))
    }

    /// Removes the factors that were not verified in time.
    pub(crate) fn remove_unverified(&mut self, now: DateTime<Utc>) {
        self.factors.retain(|factor| !factor.has_lapsed(now));
    }

    /// Handles a clock that goes back from `moved` to `real`. See [`Factor::rewind`] and
    /// [`Challenge::rewind`].
    pub(crate) fn rewind(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        self.remove_unverified(moved);
        self.factors_created_at.retain(|at| *at <= real);
        for factor in &mut self.factors {
            factor.rewind(real);
        }
        for challenge in &mut self.challenges {
            challenge.rewind(moved, real);
        }
    }
}
