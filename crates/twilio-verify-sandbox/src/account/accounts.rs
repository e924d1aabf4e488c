//! All accounts, and the counters that they share. Pure: the time is an argument.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Account;
use crate::faults::journal::RequestFilter;
use crate::faults::recorded_request::{Outcome, RecordedRequest};
use crate::phone::message::{Message, MessageFilter};
use crate::totp::factor::Factor;

/// The maximum number of accounts. The least recently used one is evicted first. A test suite can use one per
/// test.
const MAX_ACCOUNTS: usize = 1_000;

/// All accounts that requests have named.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    by_sid: HashMap<String, AccountEntry>,
    uses: u64,
    messages: u64,
    tickets: u64,
    requests: u64,
}

#[derive(Debug)]
struct AccountEntry {
    account: Account,
    last_use: u64,
}

impl Accounts {
    /// Returns the account with this SID and creates it if necessary.
    pub(crate) fn get_or_create(&mut self, sid: &str, now: DateTime<Utc>) -> &mut Account {
        self.uses += 1;
        if self.by_sid.len() >= MAX_ACCOUNTS && !self.by_sid.contains_key(sid) {
            let idle = self.by_sid.iter().min_by_key(|(_, entry)| entry.last_use).map(|(sid, _)| sid.clone());
            idle.and_then(|sid| self.by_sid.remove(&sid));
        }
        let last_use = self.uses;
        let new = || AccountEntry { account: Account::new(now), last_use };
        let entry = self.by_sid.entry(sid.to_owned()).or_insert_with(new);
        entry.last_use = last_use;
        &mut entry.account
    }

    /// Returns up to `limit` of the selected messages, newest first.
    pub(crate) fn messages(&self, filter: &MessageFilter, limit: usize) -> Vec<Message> {
        let mut found: Vec<&Message> = self
            .accounts(filter.account.as_deref())
            .flat_map(|account| account.inbox.newest_first(filter).take(limit))
            .collect();
        found.sort_unstable_by_key(|message| std::cmp::Reverse(message.number));
        found.into_iter().take(limit).cloned().collect()
    }

    /// Removes the messages of one account or of all, to one recipient or to all.
    pub(crate) fn remove_messages(&mut self, account_sid: Option<&str>, to: Option<&str>) {
        for account in self.accounts_mut(account_sid) {
            account.inbox.remove(to);
        }
    }

    /// Returns up to `limit` of the selected requests, newest first.
    pub(crate) fn requests(&self, filter: &RequestFilter, limit: usize) -> Vec<RecordedRequest> {
        let mut found: Vec<&RecordedRequest> = self
            .accounts(filter.account.as_deref())
            .flat_map(|account| account.journal.newest_first(filter).take(limit))
            .collect();
        found.sort_unstable_by_key(|request| std::cmp::Reverse(request.number));
        found.into_iter().take(limit).cloned().collect()
    }

    /// Removes the requests of one account or of all, about one recipient or about all.
    pub(crate) fn remove_requests(&mut self, account_sid: Option<&str>, to: Option<&str>) {
        for account in self.accounts_mut(account_sid) {
            account.journal.remove(to);
        }
    }

    /// Returns the recipient of a verification.
    pub(crate) fn recipient_of(&self, account_sid: &str, verification_sid: &str) -> Option<String> {
        self.by_sid.get(account_sid)?.account.ledger.recipient(verification_sid).map(str::to_owned)
    }

    /// Adds a request to the journal and returns its number.
    pub(crate) fn record(&mut self, request: RecordedRequest) -> u64 {
        self.requests += 1;
        let number = self.requests;
        let account = self.get_or_create(request.account_sid(), request.arrived_at());
        account.journal.push(request.numbered(number));
        number
    }

    /// Records the outcome of a request.
    pub(crate) fn record_outcome(&mut self, account_sid: &str, number: u64, outcome: Outcome) {
        if let Some(entry) = self.by_sid.get_mut(account_sid) {
            entry.account.journal.record_outcome(number, outcome);
        }
    }

    /// Returns the factor with this SID in one account or in any.
    pub(crate) fn factor(&self, account_sid: Option<&str>, sid: &str, now: DateTime<Utc>) -> Option<&Factor> {
        self.accounts(account_sid).find_map(|account| account.entities.factor(sid, now))
    }

    /// Returns one account, or all accounts for `None`.
    fn accounts(&self, account_sid: Option<&str>) -> impl Iterator<Item = &Account> {
        let matches = move |sid: &String| account_sid.is_none_or(|account_sid| account_sid == sid);
        self.by_sid.iter().filter(move |(sid, _)| matches(sid)).map(|(_, entry)| &entry.account)
    }

    fn accounts_mut(&mut self, account_sid: Option<&str>) -> impl Iterator<Item = &mut Account> {
        let matches = move |sid: &String| account_sid.is_none_or(|account_sid| account_sid == sid);
        self.by_sid.iter_mut().filter(move |(sid, _)| matches(sid)).map(|(_, entry)| &mut entry.account)
    }

    /// Delivers a message and returns its number.
    pub(crate) fn deliver(&mut self, account_sid: &str, mut message: Message, now: DateTime<Utc>) -> u64 {
        self.messages += 1;
        let number = self.messages;
        message.number = number;
        message.id = number.to_string();
        self.get_or_create(account_sid, now).inbox.push(message);
        number
    }

    /// Sends a message that arrives later, and returns its ticket.
    pub(crate) fn send_late(
        &mut self,
        account_sid: &str,
        message: Message,
        arrives_at: DateTime<Utc>,
    ) -> u64 {
        self.tickets += 1;
        let ticket = self.tickets;
        let now = message.sent_at;
        let account = self.get_or_create(account_sid, now);
        if let Some(early) = account.in_transit.add(ticket, arrives_at, message) {
            self.deliver(account_sid, early, now);
        }
        ticket
    }

    /// Delivers the message with this ticket and returns its number, unless it has arrived.
    pub(crate) fn arrive(&mut self, account_sid: &str, ticket: u64, now: DateTime<Utc>) -> Option<u64> {
        let message = self.by_sid.get_mut(account_sid)?.account.in_transit.take(ticket)?;
        Some(self.deliver(account_sid, message, now))
    }

    /// Delivers every message that is due at `now` and returns the number of the last one.
    pub(crate) fn deliver_due(&mut self, now: DateTime<Utc>) -> Option<u64> {
        let due = |(sid, entry): (&String, &mut AccountEntry)| {
            let messages = entry.account.in_transit.take_due(now);
            messages.into_iter().map(|message| (sid.clone(), message)).collect::<Vec<_>>()
        };
        let due: Vec<_> = self.by_sid.iter_mut().flat_map(due).collect();
        due.into_iter().map(|(sid, message)| self.deliver(&sid, message, now)).last()
    }

    /// Removes every account. The message counter continues, so that an earlier `after` stays valid.
    pub(crate) fn clear(&mut self) {
        self.by_sid.clear();
    }

    /// Clears the traffic of an account. See [`Account::clear_traffic`].
    pub(crate) fn clear_traffic(&mut self, account_sid: &str) {
        if let Some(entry) = self.by_sid.get_mut(account_sid) {
            entry.account.clear_traffic();
        }
    }

    /// Handles a clock that goes back from `moved` to `real`. See [`Account::rewind`].
    pub(crate) fn rewind(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        for account in self.accounts_mut(None) {
            account.rewind(moved, real);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_account_is_evicted() {
        let mut accounts = Accounts::default();
        let now = DateTime::UNIX_EPOCH;
        for n in 0..MAX_ACCOUNTS {
            accounts.get_or_create(&format!("AC{n}"), now);
        }
        accounts.get_or_create("AC0", now);
        accounts.get_or_create("ACnew", now);
        assert_eq!(accounts.by_sid.len(), MAX_ACCOUNTS);
        assert!(accounts.by_sid.contains_key("AC0"));
        assert!(!accounts.by_sid.contains_key("AC1"));
    }
}
