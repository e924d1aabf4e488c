//! Attempts that were counted before they are made, to be refunded if they turn out to be no failures.

use chrono::{DateTime, Utc};
use storage::throttles::State;

use super::limit_check::{LimitCheck, LimitChecks};
use super::limit_report::LimitReport;
use crate::auth::error::Error;

/// An attempt that every limit has counted, and what each of them added for it.
#[derive(Clone, Default)]
pub(crate) struct Reservation(Vec<(LimitCheck, State)>);

/// An attempt that some limits have counted and the others rejected.
pub(crate) struct PartialReservation {
    reserved: Vec<(LimitCheck, State)>,
    rejected: LimitChecks,
}

impl Reservation {
    /// Returns what was counted after every limit allowed the attempt, and reports the limits. `states`: the
    /// states after it.
    pub(crate) fn new(
        checks: LimitChecks,
        states: Vec<State>,
        now: DateTime<Utc>,
        report: &LimitReport,
    ) -> Self {
        PartialReservation::new(checks, states).into_reservation(now, report)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds another reservation to this one.
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Returns what the database must subtract to refund the attempt.
    pub(crate) fn refunds(&self) -> Vec<State> {
        self.0.iter().map(|(_, added)| added.clone()).collect()
    }

    /// Reports the limits after a refund. `states`: the states after it.
    pub(crate) fn report_refund(&self, states: &[State], now: DateTime<Utc>, report: &LimitReport) {
        for (check, _) in &self.0 {
            let arrival = states.iter().find(|state| state.key == check.key).map(|state| state.arrival);
            report.put(check.status(arrival, false, now));
        }
    }
}

impl PartialReservation {
    /// Returns what was counted if only the limits in `states` allowed the attempt.
    pub(crate) fn new(checks: LimitChecks, states: Vec<State>) -> Self {
        let mut reserved = vec![];
        let mut rejected = vec![];
        for check in checks.0 {
            match states.iter().find(|state| state.key == check.key) {
                Some(state) => reserved.push((check, state.clone())),
                None => rejected.push(check),
            }
        }
        Self { reserved, rejected: LimitChecks(rejected) }
    }

    /// Whether every limit has counted the attempt.
    pub(crate) fn is_complete(&self) -> bool {
        self.rejected.is_empty()
    }

    /// Reports the limits and returns what was counted. The attempt must be complete.
    pub(crate) fn into_reservation(self, now: DateTime<Utc>, report: &LimitReport) -> Reservation {
        let added = self.reserved.into_iter().map(|(check, state)| {
            report.put(check.status(Some(state.arrival), false, now));
            let added = check.limit.added(&state, now);
            (check, added)
        });
        Reservation(added.collect())
    }

    /// Returns what the database must subtract to refund the attempt.
    pub(crate) fn refunds(&self, now: DateTime<Utc>) -> Vec<State> {
        self.reserved.iter().map(|(check, state)| check.limit.added(state, now)).collect()
    }

    /// Returns the keys of the limits that rejected the attempt.
    pub(crate) fn rejecting_keys(&self) -> Vec<Vec<u8>> {
        self.rejected.keys()
    }

    /// Builds the error of a rate-limited client, unless the attempt is complete. `states`: the states of the
    /// limits that rejected it.
    pub(crate) fn rejection(
        &self,
        states: &[State],
        now: DateTime<Utc>,
        report: &LimitReport,
    ) -> Option<Error> {
        (!self.is_complete()).then(|| self.rejected.rejection(states, now, report))
    }
}
