//! The entities of an account.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::entity::Entity;
use super::factor::Factor;
use super::factor_error::FactorError;
use crate::random;
use crate::twilio::errors::TwilioError;

/// The maximum number of entities per account. The oldest are evicted first. A test suite can use one per
/// test.
const CAPACITY: usize = 10_000;

/// The entities of one account.
#[derive(Debug, Default)]
pub(crate) struct Entities {
    /// Entities by service SID and identity.
    by_key: HashMap<(String, String), Entity>,
}

impl Entities {
    /// Returns the entities of a service in no particular order.
    pub(crate) fn of_service(&self, service_sid: &str) -> impl Iterator<Item = &Entity> {
        self.by_key.values().filter(move |entity| entity.service_sid == service_sid)
    }

    /// Returns an entity of a service.
    pub(crate) fn get_mut(
        &mut self,
        service_sid: &str,
        identity: &str,
        now: DateTime<Utc>,
    ) -> Option<&mut Entity> {
        let entity = self.by_key.get_mut(&key(service_sid, identity))?;
        entity.remove_unverified(now);
        Some(entity)
    }

    /// Adds an entity to a service.
    ///
    /// # Errors
    /// [`FactorError::EntityExists`] if the service has an entity with this identity.
    pub(crate) fn add(
        &mut self,
        service_sid: &str,
        identity: &str,
        now: DateTime<Utc>,
    ) -> Result<&Entity, FactorError> {
        if self.by_key.contains_key(&key(service_sid, identity)) {
            return Err(FactorError::EntityExists);
        }
        Ok(self.get_or_create(service_sid, identity, now))
    }

    /// Returns an entity of a service. Creates it if necessary, because the first factor creates its entity
    /// (as Twilio's sample code relies on).
    pub(crate) fn get_or_create(
        &mut self,
        service_sid: &str,
        identity: &str,
        now: DateTime<Utc>,
    ) -> &mut Entity {
        let key = key(service_sid, identity);
        if !self.by_key.contains_key(&key) && self.by_key.len() >= CAPACITY {
            let oldest = self.by_key.iter().min_by_key(|(_, entity)| entity.created_at);
            let oldest = oldest.map(|(key, _)| key.clone());
            oldest.and_then(|key| self.by_key.remove(&key));
        }
        let new = || Entity::new(random::sid("YE"), service_sid, identity, now);
        let entity = self.by_key.entry(key).or_insert_with(new);
        entity.remove_unverified(now);
        entity
    }

    /// Deletes an entity with its factors and challenges. Returns whether it existed.
    pub(crate) fn delete(&mut self, service_sid: &str, identity: &str) -> bool {
        self.by_key.remove(&key(service_sid, identity)).is_some()
    }

    /// Returns the factor with this SID of any entity, unless it was not verified in time.
    pub(crate) fn factor(&self, sid: &str, now: DateTime<Utc>) -> Option<&Factor> {
        let mut factors = self.by_key.values().flat_map(Entity::factors);
        factors.find(|factor| factor.sid == sid && !factor.has_lapsed(now))
    }

    /// Removes the entities of a deleted service.
    pub(crate) fn remove_service(&mut self, service_sid: &str) {
        self.by_key.retain(|_, entity| entity.service_sid != service_sid);
    }

    /// See [`Entity::rewind`].
    pub(crate) fn rewind(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        for entity in self.by_key.values_mut() {
            entity.rewind(moved, real);
        }
    }
}

fn key(service_sid: &str, identity: &str) -> (String, String) {
    (service_sid.to_owned(), identity.to_owned())
}

/// Ensures that an identity has 8 to 64 letters, digits and hyphens (Twilio's description).
///
/// # Errors
/// 60306 if it has another format.
pub(crate) fn ensure_valid_identity(identity: &str) -> Result<(), TwilioError> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if (8..=64).contains(&identity.len()) && identity.bytes().all(is_allowed) {
        return Ok(());
    }
    Err(TwilioError::invalid_request("Identity"))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn an_identity_has_8_to_64_letters_digits_and_hyphens() {
        let longest = "a".repeat(64);
        let too_long = "a".repeat(65);
        for good in ["ff483d1f", "-A-b-9-z", "ff483d1f-f591-898a-9942-916050d2ca3f", &longest] {
            assert!(ensure_valid_identity(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "1234567",
            &too_long,
            "ada_lovelace",
            "ada@example.org",
            "+12015550123",
            "lovelacé",
            "a b c d e",
        ] {
            assert!(ensure_valid_identity(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_oldest_entity_is_evicted() {
        let mut entities = Entities::default();
        for n in 0..=CAPACITY {
            let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(n).unwrap());
            entities.get_or_create("VA", &format!("entity-{n}"), now);
        }
        assert_eq!(entities.by_key.len(), CAPACITY);
        assert!(entities.get_mut("VA", "entity-0", DateTime::UNIX_EPOCH).is_none());
        assert!(entities.get_mut("VA", "entity-1", DateTime::UNIX_EPOCH).is_some());
    }

    #[test]
    fn a_deleted_service_loses_its_entities() {
        let mut entities = Entities::default();
        let now = DateTime::UNIX_EPOCH;
        assert!(entities.add("VA1", "entity-1", now).is_ok());
        assert_eq!(entities.add("VA1", "entity-1", now).unwrap_err(), FactorError::EntityExists);
        assert!(entities.add("VA2", "entity-1", now).is_ok());
        entities.remove_service("VA1");
        assert_eq!((entities.of_service("VA1").count(), entities.of_service("VA2").count()), (0, 1));
        assert!(entities.delete("VA2", "entity-1") && !entities.delete("VA2", "entity-1"));
    }
}
