//! An account and its resources. Accounts are isolated from each other.

pub(crate) mod accounts;
pub(crate) mod safe_list;
pub(crate) mod service;
pub(crate) mod service_settings;

use chrono::{DateTime, TimeDelta, Utc};

use super::SERVICE_SID;
use super::faults::journal::Journal;
use super::phone::in_transit::MessagesInTransit;
use super::phone::inbox::Inbox;
use super::rate_limit::rate_limits::RateLimits;
use super::totp::entities::Entities;
use super::verification::ledger::Ledger;
use crate::twilio::errors::TwilioError;
use safe_list::{SafeList, SafeNumber};
use service::Service;

/// The maximum number of services per account, besides the default service. The oldest are evicted first.
const MAX_SERVICES: usize = 1_000;

/// An account.
#[derive(Debug)]
pub(crate) struct Account {
    /// The services, oldest first.
    services: Vec<Service>,
    /// The verifications of all services.
    pub(crate) ledger: Ledger,
    /// The received messages.
    pub(crate) inbox: Inbox,
    /// The messages that have not arrived yet.
    pub(crate) in_transit: MessagesInTransit,
    /// The requests of the account.
    pub(crate) journal: Journal,
    /// The rate limits of all services.
    pub(crate) rate_limits: RateLimits,
    /// The entities of all services, with their factors and challenges.
    pub(crate) entities: Entities,
    /// The numbers that are never blocked.
    pub(crate) safe_list: SafeList,
}

impl Account {
    /// Creates an account with the default service.
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self {
            // Lists are ordered by age, and the request that creates the account may create another service.
            services: vec![Service::default_service(now - TimeDelta::seconds(1))],
            ledger: Ledger::default(),
            inbox: Inbox::default(),
            in_transit: MessagesInTransit::default(),
            journal: Journal::default(),
            rate_limits: RateLimits::default(),
            entities: Entities::default(),
            safe_list: SafeList::default(),
        }
    }

    /// Removes the verifications, messages and requests, and resets the counts of the rate limits. Services,
    /// rate limits, entities and the Safe List stay.
    pub(crate) fn clear_traffic(&mut self) {
        self.ledger = Ledger::default();
        self.inbox = Inbox::default();
        self.in_transit = MessagesInTransit::default();
        self.journal = Journal::default();
        self.rate_limits.reset_counts();
    }

    /// Returns the services, oldest first.
    pub(crate) fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.iter()
    }

    /// Returns the service with this SID.
    pub(crate) fn service(&self, sid: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.sid == sid)
    }

    /// Returns the service with this SID for updates.
    pub(crate) fn service_mut(&mut self, sid: &str) -> Option<&mut Service> {
        self.services.iter_mut().find(|service| service.sid == sid)
    }

    /// Adds a service. If there are too many, evicts the oldest one except the default service.
    pub(crate) fn add_service(&mut self, service: Service) {
        let created = || self.services.iter().filter(|service| service.sid != SERVICE_SID);
        if created().count() >= MAX_SERVICES
            && let Some(oldest) = created().next().map(|service| service.sid.clone())
        {
            self.delete_service(&oldest);
        }
        self.services.push(service);
    }

    /// Deletes a service with its rate limits and entities. Its attempts and messages stay. The default
    /// service can be deleted too, and returns with the next reset. Returns whether the service existed.
    pub(crate) fn delete_service(&mut self, sid: &str) -> bool {
        let before = self.services.len();
        self.rate_limits.remove_service(sid);
        self.entities.remove_service(sid);
        self.services.retain(|service| service.sid != sid);
        self.services.len() < before
    }

    /// Handles a clock that goes back from `moved` to `real`. Expired resources stay expired, and messages in
    /// transit keep their remaining time.
    pub(crate) fn rewind(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        self.ledger.rewind(moved, real);
        self.entities.rewind(moved, real);
        self.in_transit.rewind(moved - real);
    }

    /// Adds a number to the Safe List.
    ///
    /// # Errors
    /// 60411 if the list contains the number.
    pub(crate) fn add_safe_number(&mut self, number: SafeNumber) -> Result<(), TwilioError> {
        if self.is_safe_listed(&number.phone_number) {
            return Err(TwilioError::already_safe_listed());
        }
        self.safe_list.add(number);
        Ok(())
    }

    /// Returns whether the Safe List contains the number.
    pub(crate) fn is_safe_listed(&self, number: &str) -> bool {
        self.safe_list.get(number).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate_limit::RateLimit;
    use crate::twilio::form::Form;

    #[test]
    fn the_default_service_is_never_evicted() {
        let now = DateTime::UNIX_EPOCH;
        let mut account = Account::new(now);
        let form = Form::from_pairs([("FriendlyName", "x")]);
        for n in 0..=MAX_SERVICES {
            account.add_service(Service::from_form(format!("VA{n}"), &form, now).unwrap());
        }
        assert_eq!(account.services.len(), MAX_SERVICES + 1);
        assert!(account.service(SERVICE_SID).is_some());
        assert!(account.service("VA0").is_none());
        assert!(account.service("VA1").is_some());
    }

    #[test]
    fn a_number_is_added_to_the_safe_list_once() {
        let mut account = Account::new(DateTime::UNIX_EPOCH);
        let form = Form::from_pairs([("PhoneNumber", "+12015550123")]);
        let number = SafeNumber::from_form("GN".into(), &form).unwrap();
        assert!(account.add_safe_number(number.clone()).is_ok() && account.add_safe_number(number).is_err());
        assert!(account.is_safe_listed("+12015550123") && !account.is_safe_listed("+12015550124"));
    }

    #[test]
    fn a_deleted_service_loses_its_rate_limits() {
        let now = DateTime::UNIX_EPOCH;
        let mut account = Account::new(now);
        let form = Form::from_pairs([("UniqueName", "ip")]);
        let limit = RateLimit::from_form("RK".into(), SERVICE_SID, &form, now).unwrap();
        account.rate_limits.add(limit).unwrap();
        assert!(account.delete_service(SERVICE_SID));
        assert!(account.rate_limits.of_service(SERVICE_SID).is_empty());
        assert!(account.service(SERVICE_SID).is_none() && !account.delete_service(SERVICE_SID));
    }
}
