//! The limits of sending a code. A code is sent only with a [`SendPermit`], which is made only from the
//! database's answer.

use chrono::{DateTime, Utc};
use storage::conversions::Conversion;
use storage::throttles::State;
use storage::{SendLimits, SendRejection};

use super::conversion_guard::ConversionGuard;
use super::limit_check::LimitChecks;
use super::limit_report::LimitReport;
use super::reservation::Reservation;
use crate::auth::error::Error;

/// The checks of the limits before a code is sent.
#[derive(Clone)]
pub(crate) struct SendChecks {
    checks: LimitChecks,
    guard: Option<ConversionGuard>,
    is_proved: bool,
}

/// The permission to send one code: the limits have counted it. Only [`SendChecks::permit`] creates it.
pub(crate) struct SendPermit {
    reservation: Reservation,
    /// Set if conversions count the code.
    guard: Option<ConversionGuard>,
    is_proved: bool,
    counted_at: DateTime<Utc>,
}

impl SendPermit {
    /// Whether the user has proved the number.
    pub(crate) fn is_proved(&self) -> bool {
        self.is_proved
    }

    /// When the code was counted.
    pub(crate) fn counted_at(&self) -> DateTime<Utc> {
        self.counted_at
    }

    /// Gives the permit up: returns what to refund for a code that was not sent.
    pub(crate) fn into_refund(self) -> (Reservation, Vec<Conversion>) {
        let conversions = self.guard.map(|guard| guard.refunds(self.counted_at)).unwrap_or_default();
        (self.reservation, conversions)
    }
}

impl SendChecks {
    /// `guard`: set if the user has not proved the number yet and conversions are limited.
    pub(crate) fn new(checks: LimitChecks, guard: Option<ConversionGuard>, is_proved: bool) -> Self {
        Self { checks, guard, is_proved }
    }

    /// Returns what the database counts in the transaction that records that the code will be sent.
    pub(crate) fn limits(&self, now: DateTime<Utc>, report: &LimitReport) -> SendLimits {
        let conversions = self.guard.clone().map(|guard| guard.rule(now, report.clone()));
        SendLimits { charges: self.checks.charges(), conversions }
    }

    /// Returns the permit for a code that was counted. `states`: the states of the limits after it.
    pub(crate) fn permit(self, states: Vec<State>, now: DateTime<Utc>, report: &LimitReport) -> SendPermit {
        let Self { checks, guard, is_proved } = self;
        SendPermit {
            reservation: Reservation::new(checks, states, now, report),
            guard,
            is_proved,
            counted_at: now,
        }
    }

    /// Builds the error for a code that was rejected.
    pub(crate) fn rejection(
        &self,
        rejection: &SendRejection,
        now: DateTime<Utc>,
        report: &LimitReport,
    ) -> Error {
        match rejection {
            SendRejection::Limits(states) => self.checks.rejection(states, now, report),
            // The guard has reported its limits itself.
            SendRejection::Conversions(retry_after) => {
                Error::RateLimited { challenge: None, retry_after: *retry_after, by_strangers: false }
            }
        }
    }
}
