//! Attempts as the limits count them: prepared for the database, and its answers interpreted. Pure; time is
//! an argument.

use chrono::{DateTime, Utc};
use storage::throttles::{Charge, State};

use super::limit_kind::LimitKind;
use super::limit_report::{LimitReport, LimitStatus};
use super::throttle::Limit;
use crate::auth::error::Error;

/// One attempt against one limit.
#[derive(Clone)]
pub(crate) struct LimitCheck {
    pub(crate) kind: LimitKind,
    pub(crate) limit: Limit,
    pub(crate) key: Vec<u8>,
}

/// One attempt against all limits of a request, in the order in which their rows are locked.
#[derive(Clone, Default)]
pub(crate) struct LimitChecks(pub(super) Vec<LimitCheck>);

impl LimitCheck {
    /// The order of the rows, which is the same for all requests.
    fn order(&self) -> (LimitKind, u32, &[u8]) {
        (self.kind, self.limit.rate.period, &self.key)
    }

    /// Returns the status of the limit. `arrival`: what is counted, if anything is.
    pub(super) fn status(&self, arrival: Option<i64>, rejected: bool, now: DateTime<Utc>) -> LimitStatus {
        let Limit { rate, .. } = self.limit;
        LimitStatus {
            kind: self.kind,
            policy: format!("{}/{}", self.kind.as_str(), rate.period_text()),
            quota: rate.attempts,
            window: rate.period,
            balance: self.limit.balance(arrival, now),
            rejected,
            is_shown: rejected || self.kind.counts_the_client(),
        }
    }
}

impl FromIterator<LimitCheck> for LimitChecks {
    fn from_iter<I: IntoIterator<Item = LimitCheck>>(checks: I) -> Self {
        let mut checks: Vec<LimitCheck> = checks.into_iter().collect();
        checks.sort_unstable_by(|one, other| one.order().cmp(&other.order()));
        Self(checks)
    }
}

impl LimitChecks {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns what the database counts.
    pub(crate) fn charges(&self) -> Vec<Charge> {
        self.0.iter().map(|check| check.limit.charge(check.key.clone())).collect()
    }

    /// Returns the keys of the limits' rows.
    pub(crate) fn keys(&self) -> Vec<Vec<u8>> {
        self.0.iter().map(|check| check.key.clone()).collect()
    }

    /// Builds the error of a rate-limited client. `states`: the states of the limits that reject the attempt.
    pub(crate) fn rejection(&self, states: &[State], now: DateTime<Utc>, report: &LimitReport) -> Error {
        let mut retry_after = 1;
        let mut by_strangers = true;
        for check in &self.0 {
            let Some(state) = states.iter().find(|state| state.key == check.key) else { continue };
            let status = check.status(Some(state.arrival), true, now);
            retry_after = status.balance.more_in.max(retry_after);
            by_strangers &= check.kind.can_be_used_up_by_strangers();
            report.put(status);
        }
        Error::RateLimited { challenge: None, retry_after, by_strangers }
    }

    /// Builds the error that the limits would answer with now, if they would reject an attempt. `states`: the
    /// states of all of them.
    pub(crate) fn expected_rejection(
        &self,
        states: Vec<State>,
        now: DateTime<Utc>,
        report: &LimitReport,
    ) -> Option<Error> {
        let rejects = |state: &State| {
            let mut checks = self.0.iter().filter(|check| check.key == state.key);
            checks.any(|check| check.limit.balance(Some(state.arrival), now).remaining == 0)
        };
        let rejecting: Vec<State> = states.into_iter().filter(rejects).collect();
        (!rejecting.is_empty()).then(|| self.rejection(&rejecting, now, report))
    }
}
