//! The memory of the sandbox behind its locks, and notification of new messages and requests.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use movable_clock::Clock;
use tokio::sync::watch;

use super::account::accounts::Accounts;
use super::faults::FaultStore;
use super::faults::recorded_request::{Outcome, RecordedRequest};
use super::phone::message::Message;
use super::random;

/// The state that all handlers share. No lock is held across an `await`.
#[derive(Debug)]
pub(crate) struct State {
    /// The clock.
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
    /// Creates an empty state.
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

    /// Locks the accounts. They stay usable after a panic, because no change spans several accounts.
    pub(crate) fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the faults. The accounts must not be locked at the same time.
    pub(crate) fn faults(&self) -> MutexGuard<'_, FaultStore> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Delivers a message and wakes those who wait for one.
    pub(crate) fn deliver(&self, account_sid: &str, message: Message, now: DateTime<Utc>) {
        let number = self.accounts().deliver(account_sid, message, now);
        self.arrivals.send_replace(number);
    }

    /// Sends a message that arrives when the clock shows `arrives_at`. Returns its ticket for [`Self::arrive`], which the
    /// caller must call after that much real time.
    pub(crate) fn send_late(&self, account_sid: &str, message: Message, arrives_at: DateTime<Utc>) -> u64 {
        let mut accounts = self.accounts();
        let ticket = accounts.send_late(account_sid, message, arrives_at);
        // The clock may have moved since the caller read it.
        self.announce(accounts.deliver_due(self.clock.now()));
        ticket
    }

    /// Delivers a delayed message, unless it has arrived before.
    pub(crate) fn arrive(&self, account_sid: &str, ticket: u64) {
        let arrived = self.accounts().arrive(account_sid, ticket, self.clock.now());
        self.announce(arrived);
    }

    /// Moves the clock forward and delivers the delayed messages that are due by then.
    pub(crate) fn advance_clock(&self, seconds: u32) {
        let mut accounts = self.accounts();
        self.clock.advance(seconds);
        self.announce(accounts.deliver_due(self.clock.now()));
    }

    /// Wakes those who wait for a message, if one has arrived. `arrived` is the number of the last one.
    fn announce(&self, arrived: Option<u64>) {
        if let Some(number) = arrived {
            self.arrivals.send_replace(number);
            self.changed();
        }
    }

    /// Wakes the readers of events, because something may have changed.
    pub(crate) fn changed(&self) {
        self.changes.send_modify(|number| *number += 1);
    }

    /// Returns a receiver that changes with everything that readers of events see.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Returns how often messages have been forgotten.
    pub(crate) fn forgettings(&self) -> u64 {
        self.forgettings.load(Ordering::SeqCst)
    }

    /// Identifies this sandbox. After a restart, message numbers start from 1 again.
    pub(crate) fn instance(&self) -> &str {
        &self.instance
    }

    /// Forgets the messages of one account or of all, to one recipient or to all.
    pub(crate) fn forget_messages(&self, account_sid: Option<&str>, to: Option<&str>) {
        self.accounts().remove_messages(account_sid, to);
        self.forgettings.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns a receiver that changes with each message from now on.
    pub(crate) fn arrivals(&self) -> watch::Receiver<u64> {
        self.arrivals.subscribe()
    }

    /// Adds a request to the journal, wakes those who wait for one, and returns its number.
    pub(crate) fn record(&self, request: RecordedRequest) -> u64 {
        let number = self.accounts().record(request);
        self.requests.send_replace(number);
        number
    }

    /// Records the outcome of a request.
    pub(crate) fn settle(&self, account_sid: &str, number: u64, outcome: Outcome) {
        self.accounts().record_outcome(account_sid, number, outcome);
    }

    /// Returns a receiver that changes with each request from now on.
    pub(crate) fn requests(&self) -> watch::Receiver<u64> {
        self.requests.subscribe()
    }

    /// Forgets everything and sets the clock back to real time.
    pub(crate) fn reset(&self) {
        self.accounts().clear();
        self.forgettings.fetch_add(1, Ordering::SeqCst);
        self.faults().clear(None, None);
        self.clock.reset();
    }

    /// Forgets the messages, verifications, requests and faults of one account. Its services remain, and the clock does not
    /// change.
    pub(crate) fn reset_account(&self, account_sid: &str) {
        self.accounts().clear_traffic(account_sid);
        self.forgettings.fetch_add(1, Ordering::SeqCst);
        self.faults().clear(None, Some(account_sid));
    }

    /// Sets the clock back to real time. Expired codes stay expired, and delayed messages keep their remaining time.
    pub(crate) fn reset_clock(&self) {
        let mut accounts = self.accounts();
        let moved = self.clock.now();
        self.announce(accounts.deliver_due(moved));
        self.clock.reset();
        let real = self.clock.now();
        accounts.rewind(moved, real);
    }
}
