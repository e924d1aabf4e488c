//! The sandbox's memory behind its locks, and word of every message that arrives and every request that comes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::account::accounts::Accounts;
use super::faults::FaultStore;
use super::faults::recorded_request::{Outcome, RecordedRequest};
use super::phone::message::Message;
use super::random;
use movable_clock::Clock;

/// What all handlers share. The lock is never held while waiting for anything.
#[derive(Debug)]
pub(crate) struct State {
    /// The time.
    pub(crate) clock: Clock,
    accounts: Mutex<Accounts>,
    faults: Mutex<FaultStore>,
    arrivals: watch::Sender<u64>,
    requests: watch::Sender<u64>,
    changes: watch::Sender<u64>,
    forgettings: AtomicU64,
    instance: String,
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
            changes: watch::Sender::new(0),
            forgettings: AtomicU64::new(0),
            instance: random::sid(""),
        }
    }

    /// The accounts, locked. A handler that panicked leaves them usable: no change spans more than one of them.
    pub(crate) fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is broken on purpose, locked; never together with the accounts.
    pub(crate) fn faults(&self) -> MutexGuard<'_, FaultStore> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message arrives at `account_sid`, and whoever waits for one looks again.
    pub(crate) fn deliver(&self, account_sid: &str, message: Message, now: DateTime<Utc>) {
        let number = self.accounts().deliver(account_sid, message, now);
        self.arrivals.send_replace(number);
    }

    /// A message of `account_sid` sets out, to arrive when the clock shows `arrives_at`. Its ticket for
    /// [`Self::arrive`], which must be called when as much real time has passed.
    pub(crate) fn send_late(&self, account_sid: &str, message: Message, arrives_at: DateTime<Utc>) -> u64 {
        let mut accounts = self.accounts();
        let ticket = accounts.send_late(account_sid, message, arrives_at);
        // The clock may have been moved since the time was read.
        self.announce(accounts.deliver_due(self.clock.now()));
        ticket
    }

    /// The time of a message is over: it arrives, unless it has.
    pub(crate) fn arrive(&self, account_sid: &str, ticket: u64) {
        let arrived = self.accounts().arrive(account_sid, ticket, self.clock.now());
        self.announce(arrived);
    }

    /// Moves the clock forward; what was under way and should have arrived meanwhile arrives.
    pub(crate) fn advance_clock(&self, seconds: u32) {
        let mut accounts = self.accounts();
        self.clock.advance(seconds);
        self.announce(accounts.deliver_due(self.clock.now()));
    }

    /// Whoever waits for a message looks again, if one has arrived: the last one's number.
    fn announce(&self, arrived: Option<u64>) {
        if let Some(number) = arrived {
            self.arrivals.send_replace(number);
            self.changed();
        }
    }

    /// Something may look different now: whoever listens looks again.
    pub(crate) fn changed(&self) {
        self.changes.send_modify(|number| *number += 1);
    }

    /// Changes with everything that a listener is told of.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// How often messages have been forgotten.
    pub(crate) fn forgettings(&self) -> u64 {
        self.forgettings.load(Ordering::SeqCst)
    }

    /// Names this sandbox: another one, after a restart, counts its messages anew.
    pub(crate) fn instance(&self) -> &str {
        &self.instance
    }

    /// Forgets the messages of one account or of all, to one recipient or to all.
    pub(crate) fn forget_messages(&self, account_sid: Option<&str>, to: Option<&str>) {
        self.accounts().remove_messages(account_sid, to);
        self.forgettings.fetch_add(1, Ordering::SeqCst);
    }

    /// Changes with every message that arrives from now on.
    pub(crate) fn arrivals(&self) -> watch::Receiver<u64> {
        self.arrivals.subscribe()
    }

    /// Adds a request to the journal, wakes those who wait for one, and returns its number.
    pub(crate) fn record(&self, request: RecordedRequest) -> u64 {
        let number = self.accounts().record(request);
        self.requests.send_replace(number);
        number
    }

    /// A request is over.
    pub(crate) fn settle(&self, account_sid: &str, number: u64, outcome: Outcome) {
        self.accounts().record_outcome(account_sid, number, outcome);
    }

    /// Changes with every request that comes from now on.
    pub(crate) fn requests(&self) -> watch::Receiver<u64> {
        self.requests.subscribe()
    }

    /// Forgets everything; the clock shows real time again.
    pub(crate) fn reset(&self) {
        self.accounts().clear();
        self.forgettings.fetch_add(1, Ordering::SeqCst);
        self.faults().clear(None, None);
        self.clock.reset();
    }

    /// Forgets what one account sent, received, asked for and broke; what it has set up stays, and the clock.
    pub(crate) fn reset_account(&self, account_sid: &str) {
        self.accounts().clear_traffic(account_sid);
        self.forgettings.fetch_add(1, Ordering::SeqCst);
        self.faults().clear(None, Some(account_sid));
    }

    /// The clock shows real time again; what expired stays expired, what arrived stays there, and what is under way
    /// keeps the time that it has still to go.
    pub(crate) fn reset_clock(&self) {
        let mut accounts = self.accounts();
        let moved = self.clock.now();
        self.announce(accounts.deliver_due(moved));
        self.clock.reset();
        let real = self.clock.now();
        accounts.rewind(moved, real);
    }
}
