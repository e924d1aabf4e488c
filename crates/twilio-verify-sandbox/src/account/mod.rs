//! Everything that one account has. Accounts know nothing of each other.

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

/// How many services one account remembers besides the well-known one; the oldest go first.
const MAX_SERVICES: usize = 1_000;

/// One account.
#[derive(Debug)]
pub(crate) struct Account {
    /// Oldest first.
    services: Vec<Service>,
    /// Its verifications.
    pub(crate) ledger: Ledger,
    /// What its virtual phones received.
    pub(crate) inbox: Inbox,
    /// What they have still to receive.
    pub(crate) in_transit: MessagesInTransit,
    /// What it asked for.
    pub(crate) journal: Journal,
    /// The rate limits of its services.
    pub(crate) rate_limits: RateLimits,
    /// The persons of its services, with their factors and challenges.
    pub(crate) entities: Entities,
    /// Numbers that are never blocked.
    pub(crate) safe_list: SafeList,
}

impl Account {
    /// An account with the well-known service and nothing else.
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self {
            // Older than what the request makes that begins the account: lists are ordered by age.
            services: vec![Service::well_known(now - TimeDelta::seconds(1))],
            ledger: Ledger::default(),
            inbox: Inbox::default(),
            in_transit: MessagesInTransit::default(),
            journal: Journal::default(),
            rate_limits: RateLimits::default(),
            entities: Entities::default(),
            safe_list: SafeList::default(),
        }
    }

    /// Forgets its verifications, messages and requests, and what its rate limits counted; what it has set up stays.
    pub(crate) fn forget_traffic(&mut self) {
        self.ledger = Ledger::default();
        self.inbox = Inbox::default();
        self.in_transit = MessagesInTransit::default();
        self.journal = Journal::default();
        self.rate_limits.forget_counts();
    }

    /// Its services, oldest first.
    pub(crate) fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.iter()
    }

    /// The service of that SID.
    pub(crate) fn service(&self, sid: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.sid == sid)
    }

    /// The service of that SID, to change it.
    pub(crate) fn service_mut(&mut self, sid: &str) -> Option<&mut Service> {
        self.services.iter_mut().find(|service| service.sid == sid)
    }

    /// Adds a service. Where there are too many, the oldest goes, but not the well-known one.
    pub(crate) fn add_service(&mut self, service: Service) {
        let created = || self.services.iter().filter(|service| service.sid != SERVICE_SID);
        if created().count() >= MAX_SERVICES
            && let Some(oldest) = created().next().map(|service| service.sid.clone())
        {
            self.delete_service(&oldest);
        }
        self.services.push(service);
    }

    /// Deletes a service and what hangs on it; its attempts stay in the log, as its messages do. The well-known
    /// one goes like any other and is back when everything is forgotten. False when there was none.
    pub(crate) fn delete_service(&mut self, sid: &str) -> bool {
        let before = self.services.len();
        self.rate_limits.forget_service(sid);
        self.entities.remove_service(sid);
        self.services.retain(|service| service.sid != sid);
        self.services.len() < before
    }

    /// The clock goes back from `moved` to `real`: what expired stays expired, and what is under way keeps the time that
    /// it has still to go.
    pub(crate) fn rewind(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        self.ledger.rewind(moved, real);
        self.entities.rewind(moved, real);
        self.in_transit.rewind(moved - real);
    }

    /// Adds a number to the Safe List.
    ///
    /// # Errors
    /// 60411 when it is there already.
    pub(crate) fn add_safe_number(&mut self, number: SafeNumber) -> Result<(), TwilioError> {
        if self.is_safe_listed(&number.phone_number) {
            return Err(TwilioError::already_safe_listed());
        }
        self.safe_list.add(number);
        Ok(())
    }

    /// Whether Fraud Guard and the geo permissions leave this number alone.
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
    fn the_well_known_service_outlives_all_others() {
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
    fn a_number_is_safe_listed_once() {
        let mut account = Account::new(DateTime::UNIX_EPOCH);
        let form = Form::from_pairs([("PhoneNumber", "+12015550123")]);
        let number = SafeNumber::from_form("GN".into(), &form).unwrap();
        assert!(account.add_safe_number(number.clone()).is_ok() && account.add_safe_number(number).is_err());
        assert!(account.is_safe_listed("+12015550123") && !account.is_safe_listed("+12015550124"));
    }

    #[test]
    fn a_deleted_service_is_gone() {
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
