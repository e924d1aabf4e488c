//! Every account, and what counts over all of them. Pure: time is an argument.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Account;
use crate::faults::journal::RequestFilter;
use crate::faults::recorded_request::{Outcome, RecordedRequest};
use crate::phone::message::{Message, MessageFilter};
use crate::totp::factor::Factor;

/// How many accounts are remembered; the one that was not used for longest goes first. Enough for a suite in
/// which every test invents one.
const MAX_ACCOUNTS: usize = 1_000;

/// Every account that was named so far.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    by_sid: HashMap<String, Known>,
    uses: u64,
    messages: u64,
    tickets: u64,
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

    /// Returns at most `limit` of the selected messages, newest first.
    pub(crate) fn messages(&self, filter: &MessageFilter, limit: usize) -> Vec<Message> {
        let accounts = self.chosen(filter.account.as_deref());
        let mut found: Vec<&Message> =
            accounts.flat_map(|entry| entry.account.inbox.newest_first(filter).take(limit)).collect();
        found.sort_unstable_by_key(|message| std::cmp::Reverse(message.number));
        found.into_iter().take(limit).cloned().collect()
    }

    /// Forgets the messages of one account or of all, to one recipient or to all.
    pub(crate) fn forget_messages(&mut self, account_sid: Option<&str>, to: Option<&str>) {
        for (sid, entry) in &mut self.by_sid {
            if account_sid.is_none_or(|wanted| wanted == sid) {
                entry.account.inbox.remove(to);
            }
        }
    }

    /// Returns at most `limit` of the selected requests, newest first.
    pub(crate) fn requests(&self, filter: &RequestFilter, limit: usize) -> Vec<RecordedRequest> {
        let accounts = self.chosen(filter.account.as_deref());
        let mut found: Vec<&RecordedRequest> =
            accounts.flat_map(|entry| entry.account.journal.newest_first(filter).take(limit)).collect();
        found.sort_unstable_by_key(|request| std::cmp::Reverse(request.number));
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

    /// Adds a request to the journal and returns its number.
    pub(crate) fn record(&mut self, request: RecordedRequest) -> u64 {
        self.requests += 1;
        let number = self.requests;
        let account = self.open(request.account_sid(), request.arrived_at());
        account.journal.push(request.numbered(number));
        number
    }

    /// Records the outcome of a request.
    pub(crate) fn settle(&mut self, account_sid: &str, number: u64, outcome: Outcome) {
        if let Some(entry) = self.by_sid.get_mut(account_sid) {
            entry.account.journal.settle(number, outcome);
        }
    }

    /// The factor of that SID in one account or in any.
    pub(crate) fn factor(&self, account_sid: Option<&str>, sid: &str, now: DateTime<Utc>) -> Option<&Factor> {
        self.chosen(account_sid).find_map(|entry| entry.account.entities.factor(sid, now))
    }

    /// One account, or all.
    fn chosen(&self, account_sid: Option<&str>) -> impl Iterator<Item = &Known> {
        let wanted = move |sid: &String| account_sid.is_none_or(|wanted| wanted == sid);
        self.by_sid.iter().filter(move |(sid, _)| wanted(sid)).map(|(_, entry)| entry)
    }

    /// A message arrives at `account_sid`. Its number.
    pub(crate) fn deliver(&mut self, account_sid: &str, mut message: Message, now: DateTime<Utc>) -> u64 {
        self.messages += 1;
        let number = self.messages;
        message.number = number;
        message.id = number.to_string();
        self.open(account_sid, now).inbox.push(message);
        number
    }

    /// A message sets out. Its ticket.
    pub(crate) fn send_late(
        &mut self,
        account_sid: &str,
        message: Message,
        arrives_at: DateTime<Utc>,
    ) -> u64 {
        self.tickets += 1;
        let (ticket, now) = (self.tickets, message.sent_at);
        if let Some(early) = self.open(account_sid, now).in_transit.add(ticket, arrives_at, message) {
            self.deliver(account_sid, early, now);
        }
        ticket
    }

    /// The message of that ticket arrives, unless it has: its number.
    pub(crate) fn arrive(&mut self, account_sid: &str, ticket: u64, now: DateTime<Utc>) -> Option<u64> {
        let message = self.by_sid.get_mut(account_sid)?.account.in_transit.take(ticket)?;
        Some(self.deliver(account_sid, message, now))
    }

    /// Every message whose time has come arrives: the last one's number.
    pub(crate) fn deliver_due(&mut self, now: DateTime<Utc>) -> Option<u64> {
        let due = |(sid, known): (&String, &mut Known)| {
            let messages = known.account.in_transit.take_due(now);
            messages.into_iter().map(|message| (sid.clone(), message)).collect::<Vec<_>>()
        };
        let due: Vec<_> = self.by_sid.iter_mut().flat_map(due).collect();
        due.into_iter().map(|(sid, message)| self.deliver(&sid, message, now)).last()
    }

    /// Forgets every account. The count of messages goes on: an `after` from before still means "later than".
    pub(crate) fn forget_all(&mut self) {
        self.by_sid.clear();
    }

    /// See [`Account::forget_traffic`].
    pub(crate) fn forget_traffic(&mut self, account_sid: &str) {
        if let Some(known) = self.by_sid.get_mut(account_sid) {
            known.account.forget_traffic();
        }
    }

    /// The clock goes back from `moved` to `real`.
    pub(crate) fn rewind(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        for Known { account, .. } in self.by_sid.values_mut() {
            account.rewind(moved, real);
        }
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
