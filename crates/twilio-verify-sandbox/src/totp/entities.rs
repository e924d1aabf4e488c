//! The entities of an account's services.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::entity::Entity;
use super::factor::Factor;
use super::factor_errors::FactorRefusal;
use crate::random;
use crate::twilio::errors::TwilioError;

/// How many entities one account remembers; the oldest go first. Enough for a suite with one for each test.
const CAPACITY: usize = 10_000;

/// The entities of one account.
#[derive(Debug, Default)]
pub(crate) struct Entities {
    /// By service and identity.
    by_key: HashMap<(String, String), Entity>,
}

impl Entities {
    /// Those of a service, in no order.
    pub(crate) fn of_service(&self, service_sid: &str) -> impl Iterator<Item = &Entity> {
        self.by_key.values().filter(move |entity| entity.service_sid == service_sid)
    }

    /// One of a service's, to change it.
    pub(crate) fn get_mut(
        &mut self,
        service_sid: &str,
        identity: &str,
        now: DateTime<Utc>,
    ) -> Option<&mut Entity> {
        let entity = self.by_key.get_mut(&key(service_sid, identity))?;
        entity.forget_unverified(now);
        Some(entity)
    }

    /// Adds an entity to a service.
    ///
    /// # Errors
    /// [`FactorRefusal::EntityExists`].
    pub(crate) fn add(
        &mut self,
        service_sid: &str,
        identity: &str,
        now: DateTime<Utc>,
    ) -> Result<&Entity, FactorRefusal> {
        if self.by_key.contains_key(&key(service_sid, identity)) {
            return Err(FactorRefusal::EntityExists);
        }
        Ok(self.open(service_sid, identity, now))
    }

    /// One of a service's; the first factor makes it (Twilio's own sample code never makes one otherwise).
    pub(crate) fn open(&mut self, service_sid: &str, identity: &str, now: DateTime<Utc>) -> &mut Entity {
        let key = key(service_sid, identity);
        if !self.by_key.contains_key(&key) && self.by_key.len() >= CAPACITY {
            let oldest = self.by_key.iter().min_by_key(|(_, entity)| entity.created_at);
            let oldest = oldest.map(|(key, _)| key.clone());
            oldest.and_then(|key| self.by_key.remove(&key));
        }
        let new = || Entity::new(random::sid("YE"), service_sid, identity, now);
        let entity = self.by_key.entry(key).or_insert_with(new);
        entity.forget_unverified(now);
        entity
    }

    /// Deletes an entity and all that it has. False when there was none.
    pub(crate) fn delete(&mut self, service_sid: &str, identity: &str) -> bool {
        self.by_key.remove(&key(service_sid, identity)).is_some()
    }

    /// The factor of that SID, whosoever it is, unless its time to be verified is over.
    pub(crate) fn factor(&self, sid: &str, now: DateTime<Utc>) -> Option<&Factor> {
        let mut factors = self.by_key.values().flat_map(Entity::factors);
        factors.find(|factor| factor.sid == sid && !factor.is_gone(now))
    }

    /// Forgets the entities of a deleted service.
    pub(crate) fn forget_service(&mut self, service_sid: &str) {
        self.by_key.retain(|_, entity| entity.service_sid != service_sid);
    }

    /// See [`Entity::turn_back`].
    pub(crate) fn turn_back(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        self.by_key.values_mut().for_each(|entity| entity.turn_back(moved, real));
    }
}

fn key(service_sid: &str, identity: &str) -> (String, String) {
    (service_sid.to_owned(), identity.to_owned())
}

/// 8 to 64 letters, digits and hyphens (Twilio's description).
///
/// # Errors
/// 60306.
pub(crate) fn check_identity(identity: &str) -> Result<(), TwilioError> {
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
    fn identities() {
        let (longest, long) = ("a".repeat(64), "a".repeat(65));
        for good in ["ff483d1f", "-A-b-9-z", "ff483d1f-f591-898a-9942-916050d2ca3f", &longest] {
            assert!(check_identity(good).is_ok(), "{good}");
        }
        for bad in
            ["", "1234567", &long, "ada_lovelace", "ada@example.org", "+12015550123", "lovelacé", "a b c d e"]
        {
            assert!(check_identity(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_oldest_entity_is_forgotten() {
        let mut entities = Entities::default();
        for n in 0..=CAPACITY {
            let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(n).unwrap());
            entities.open("VA", &format!("entity-{n}"), now);
        }
        assert_eq!(entities.by_key.len(), CAPACITY);
        assert!(entities.get_mut("VA", "entity-0", DateTime::UNIX_EPOCH).is_none());
        assert!(entities.get_mut("VA", "entity-1", DateTime::UNIX_EPOCH).is_some());
    }

    #[test]
    fn a_deleted_service_takes_its_entities_along() {
        let (mut entities, now) = (Entities::default(), DateTime::UNIX_EPOCH);
        assert!(entities.add("VA1", "entity-1", now).is_ok());
        assert_eq!(entities.add("VA1", "entity-1", now).unwrap_err(), FactorRefusal::EntityExists);
        assert!(entities.add("VA2", "entity-1", now).is_ok());
        entities.forget_service("VA1");
        assert_eq!((entities.of_service("VA1").count(), entities.of_service("VA2").count()), (0, 1));
        assert!(entities.delete("VA2", "entity-1") && !entities.delete("VA2", "entity-1"));
    }
}
