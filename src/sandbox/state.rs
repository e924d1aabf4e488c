//! The sandbox's memory: the accounts behind one lock, and word of every message that arrives.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::account::Account;
use super::faults::Faults;
use super::inbox::{Filter, Message};
use super::journal::{self, Entry, Outcome};
use crate::clock::Clock;

/// How many accounts are remembered; the one that was not used for longest goes first. Enough for a suite in
/// which every test invents one.
const MAX_ACCOUNTS: usize = 1_000;

/// What all handlers share. The lock is never held while waiting for anything.
#[derive(Debug)]
pub(crate) struct State {
    /// The time.
    pub(crate) clock: Clock,
    accounts: Mutex<Accounts>,
    faults: Mutex<Faults>,
    arrivals: watch::Sender<u64>,
    requests: watch::Sender<u64>,
}

impl State {
    /// A sandbox that knows nothing.
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            accounts: Mutex::default(),
            faults: Mutex::default(),
            arrivals: watch::Sender::new(0),
            requests: watch::Sender::new(0),
        }
    }

    /// The accounts, locked. A handler that panicked leaves them usable: no change spans more than one of them.
    pub(crate) fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is broken on purpose, locked; never together with the accounts.
    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message arrives at `account_sid`, and whoever waits for one looks again.
    pub(crate) fn deliver(&self, account_sid: &str, message: Message, now: DateTime<Utc>) {
        let number = self.accounts().deliver(account_sid, message, now);
        self.arrivals.send_replace(number);
    }

    /// Changes with every message that arrives from now on.
    pub(crate) fn arrivals(&self) -> watch::Receiver<u64> {
        self.arrivals.subscribe()
    }

    /// A request comes, and whoever waits for one looks again. Its number in the journal.
    pub(crate) fn write_down(&self, entry: Entry) -> u64 {
        let number = self.accounts().write_down(entry);
        self.requests.send_replace(number);
        number
    }

    /// A request is over.
    pub(crate) fn settle(&self, account_sid: &str, number: u64, outcome: Outcome) {
        self.accounts().settle(account_sid, number, outcome);
    }

    /// Changes with every request that comes from now on.
    pub(crate) fn requests(&self) -> watch::Receiver<u64> {
        self.requests.subscribe()
    }

    /// Forgets everything; the clock shows real time again.
    pub(crate) fn reset(&self) {
        self.accounts().forget_all();
        self.faults().forget(None, None);
        self.clock.reset();
    }

    /// The clock shows real time again; what expired stays expired.
    pub(crate) fn reset_clock(&self) {
        let mut accounts = self.accounts();
        let moved = self.clock.now();
        self.clock.reset();
        let real = self.clock.now();
        accounts.by_sid.values_mut().for_each(|entry| entry.account.ledger.turn_back(moved, real));
    }
}

/// Every account that was named so far.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    by_sid: HashMap<String, Known>,
    uses: u64,
    messages: u64,
    requests: u64,
}

#[derive(Debug)]
struct Known {
    account: Account,
    last_use: u64,
}

impl Accounts {
    /// The account of that SID; it begins to exist by being named.
    pub(crate) fn open(&mut self, sid: &str, now: DateTime<Utc>) -> &mut Account {
        self.uses += 1;
        if self.by_sid.len() >= MAX_ACCOUNTS && !self.by_sid.contains_key(sid) {
            let idle = self.by_sid.iter().min_by_key(|(_, entry)| entry.last_use).map(|(sid, _)| sid.clone());
            idle.and_then(|sid| self.by_sid.remove(&sid));
        }
        let last_use = self.uses;
        let new = || Known { account: Account::new(now), last_use };
        let entry = self.by_sid.entry(sid.to_owned()).or_insert_with(new);
        entry.last_use = last_use;
        &mut entry.account
    }

    /// The wanted messages of one account or of all, newest first, at most `limit`.
    pub(crate) fn messages(&self, account_sid: Option<&str>, filter: &Filter, limit: usize) -> Vec<Message> {
        let mut found: Vec<&Message> = self
            .by_sid
            .iter()
            .filter(|(sid, _)| account_sid.is_none_or(|wanted| wanted == *sid))
            .flat_map(|(_, entry)| entry.account.inbox.newest_first(filter).take(limit))
            .collect();
        found.sort_unstable_by_key(|message| std::cmp::Reverse(message.number));
        found.into_iter().take(limit).cloned().collect()
    }

    /// Forgets the messages of one account or of all, to one recipient or to all.
    pub(crate) fn forget_messages(&mut self, account_sid: Option<&str>, to: Option<&str>) {
        for (sid, entry) in &mut self.by_sid {
            if account_sid.is_none_or(|wanted| wanted == sid) {
                entry.account.inbox.forget(to);
            }
        }
    }

    /// The wanted requests of one account or of all, newest first, at most `limit`.
    pub(crate) fn requests(
        &self,
        account_sid: Option<&str>,
        filter: &journal::Filter,
        limit: usize,
    ) -> Vec<Entry> {
        let entries = self.chosen(account_sid);
        let mut found: Vec<&Entry> =
            entries.flat_map(|entry| entry.account.journal.newest_first(filter).take(limit)).collect();
        found.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.number));
        found.into_iter().take(limit).cloned().collect()
    }

    /// Forgets the requests of one account or of all, about one number or address or about all.
    pub(crate) fn forget_requests(&mut self, account_sid: Option<&str>, to: Option<&str>) {
        for (sid, entry) in &mut self.by_sid {
            if account_sid.is_none_or(|wanted| wanted == sid) {
                entry.account.journal.forget(to);
            }
        }
    }

    /// Whom an account's verification is about.
    pub(crate) fn recipient_of(&self, account_sid: &str, verification_sid: &str) -> Option<String> {
        self.by_sid.get(account_sid)?.account.ledger.recipient(verification_sid).map(str::to_owned)
    }

    fn write_down(&mut self, mut entry: Entry) -> u64 {
        self.requests += 1;
        let number = self.requests;
        entry.number = number;
        entry.id = number.to_string();
        let account_sid = entry.account_sid.clone();
        self.open(&account_sid, entry.at).journal.push(entry);
        number
    }

    fn settle(&mut self, account_sid: &str, number: u64, outcome: Outcome) {
        if let Some(entry) = self.by_sid.get_mut(account_sid) {
            entry.account.journal.settle(number, outcome);
        }
    }

    /// One account, or all.
    fn chosen(&self, account_sid: Option<&str>) -> impl Iterator<Item = &Known> {
        let wanted = move |sid: &String| account_sid.is_none_or(|wanted| wanted == sid);
        self.by_sid.iter().filter(move |(sid, _)| wanted(sid)).map(|(_, entry)| entry)
    }

    fn deliver(&mut self, account_sid: &str, mut message: Message, now: DateTime<Utc>) -> u64 {
        self.messages += 1;
        let number = self.messages;
        message.number = number;
        message.id = number.to_string();
        self.open(account_sid, now).inbox.push(message);
        number
    }

    /// Forgets every account. The count of messages goes on: an `after` from before still means "later than".
    fn forget_all(&mut self) {
        self.by_sid.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_idle_account_is_forgotten() {
        let (mut accounts, now) = (Accounts::default(), DateTime::UNIX_EPOCH);
        for n in 0..MAX_ACCOUNTS {
            accounts.open(&format!("AC{n}"), now);
        }
        accounts.open("AC0", now);
        accounts.open("ACnew", now);
        assert_eq!(accounts.by_sid.len(), MAX_ACCOUNTS);
        assert!(accounts.by_sid.contains_key("AC0"));
        assert!(!accounts.by_sid.contains_key("AC1"));
    }
}
