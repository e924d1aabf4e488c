//! Everything that one account has. Accounts know nothing of each other.

use chrono::{DateTime, Utc};

use super::inbox::Inbox;
use super::journal::Journal;
use super::ledger::Ledger;
use super::service::Service;
use super::under_way::UnderWay;

/// How many services one account remembers besides the well-known one; the oldest go first.
const MAX_SERVICES: usize = 1_000;

/// One account.
#[derive(Debug)]
pub(crate) struct Account {
    /// The well-known service first, then the created ones, oldest first.
    services: Vec<Service>,
    /// Its verifications.
    pub(crate) ledger: Ledger,
    /// What its virtual phones received.
    pub(crate) inbox: Inbox,
    /// What they have still to receive.
    pub(crate) under_way: UnderWay,
    /// What it asked for.
    pub(crate) journal: Journal,
}

impl Account {
    /// An account with the well-known service and nothing else.
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self {
            services: vec![Service::well_known(now)],
            ledger: Ledger::default(),
            inbox: Inbox::default(),
            under_way: UnderWay::default(),
            journal: Journal::default(),
        }
    }

    /// Forgets its verifications, messages and requests; its services stay.
    pub(crate) fn forget_traffic(&mut self) {
        self.ledger = Ledger::default();
        self.inbox = Inbox::default();
        self.under_way = UnderWay::default();
        self.journal = Journal::default();
    }

    /// The service of that SID.
    pub(crate) fn service(&self, sid: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.sid == sid)
    }

    /// Adds a service.
    pub(crate) fn add_service(&mut self, service: Service) {
        if self.services.len() > MAX_SERVICES {
            self.services.remove(1);
        }
        self.services.push(service);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::wire::form::Form;

    #[test]
    fn the_well_known_service_outlives_all_others() {
        let now = DateTime::UNIX_EPOCH;
        let mut account = Account::new(now);
        let form = Form::from_pairs([("FriendlyName", "x")]);
        for n in 0..=MAX_SERVICES {
            account.add_service(Service::from_form(format!("VA{n}"), &form, now).unwrap());
        }
        assert_eq!(account.services.len(), MAX_SERVICES + 1);
        assert!(account.service(crate::sandbox::SERVICE_SID).is_some());
        assert!(account.service("VA0").is_none());
        assert!(account.service("VA1").is_some());
    }
}
