//! Counts how many of the codes to a range of numbers are answered, and rejects codes to a range of which too
//! few are: toll fraud. Codes to a number that its user has proved are not counted, so it never affects a
//! user's log-in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use storage::conversions::Conversion;
use storage::{ConversionRule, Timestamp};

use super::conversion_rule::{Extent, converts, hour_of, wait_until_allowed};
use super::limit_report::{LimitReport, LimitStatus};
use super::rate::Rate;
use super::settings::LimitSettings;
use super::throttle::Balance;
use crate::auth::values::phone_number::PhoneNumber;

/// How far back codes are counted: the longest period of a rate, plus the rest of the hour in which it began.
pub(crate) const COUNTED: TimeDelta = TimeDelta::hours(25);

/// The ranges that a code is counted for, step by step. The newcomers of a whole country share its row, which
/// is locked only if the narrower ranges allow the code.
const STEPS: [&[Extent]; 2] = [&[Extent::Block, Extent::Range], &[Extent::Country]];

/// The rates of all ranges, and what was logged about them.
pub(crate) struct Conversions {
    rates: Vec<(Extent, Vec<Rate>)>,
    /// Ranges that were stopped, and the hour in which that was last logged.
    logged: Mutex<BTreeMap<String, Timestamp>>,
}

/// Guards codes to one number that its user has not proved yet.
#[derive(Clone)]
pub(crate) struct ConversionGuard {
    conversions: Arc<Conversions>,
    number: PhoneNumber,
}

/// The decision about one code.
struct GuardedSend {
    guard: ConversionGuard,
    now: DateTime<Utc>,
    report: LimitReport,
    /// Whether most codes to the number's range are answered.
    range_converts: bool,
}

impl Conversions {
    pub(crate) fn new(settings: &LimitSettings) -> Arc<Self> {
        let rates = |extent: Extent| settings.rates.get(&extent.limit()).cloned().unwrap_or_default();
        let rates = Extent::ALL.map(|extent| (extent, rates(extent))).into();
        Arc::new(Self { rates, logged: Mutex::default() })
    }

    /// Returns the guard of a number, or `None` if nothing is limited or the destination is an email address.
    pub(crate) fn guard(self: &Arc<Self>, destination: &str) -> Option<ConversionGuard> {
        let is_limited = self.rates.iter().any(|(_, rates)| !rates.is_empty());
        let number = is_limited.then(|| PhoneNumber::parse(destination).ok()).flatten()?;
        Some(ConversionGuard { conversions: self.clone(), number })
    }

    /// Whether these numbers were not yet logged in this hour. Remembers that they are now.
    fn is_news(&self, numbers: &str, now: DateTime<Utc>) -> bool {
        let hour = hour_of(now);
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        logged.retain(|_, logged_in| *logged_in == hour);
        logged.insert(numbers.to_owned(), hour).is_none()
    }
}

impl ConversionGuard {
    /// Returns the rule that decides about one code.
    pub(crate) fn rule(self, now: DateTime<Utc>, report: LimitReport) -> Box<dyn ConversionRule> {
        Box::new(GuardedSend { guard: self, now, report, range_converts: false })
    }

    /// Returns the rows that count an answered code, for a challenge with this number of codes.
    pub(crate) fn answered(&self, sends: i32, now: DateTime<Utc>) -> Vec<Conversion> {
        self.rows_of(&Extent::ALL, now, 0, sends)
    }

    /// Returns the rows that refund a code counted at `counted_at`.
    pub(crate) fn refunds(&self, counted_at: DateTime<Utc>) -> Vec<Conversion> {
        self.rows_of(&Extent::ALL, counted_at, -1, 0)
    }

    fn rows_of(&self, extents: &[Extent], now: DateTime<Utc>, sends: i32, verified: i32) -> Vec<Conversion> {
        let hour = hour_of(now);
        let names = extents.iter().map(|extent| extent.key_of(&self.number));
        let mut rows: Vec<Conversion> =
            names.map(|numbers| Conversion { numbers, hour, sends, verified }).collect();
        // Every request locks rows in this order. A country's name comes after all digits.
        rows.sort_unstable_by(|one, other| one.numbers.cmp(&other.numbers));
        rows
    }
}

impl ConversionRule for GuardedSend {
    fn steps(&self) -> Vec<Vec<Conversion>> {
        STEPS.iter().map(|extents| self.guard.rows_of(extents, self.now, 1, 0)).collect()
    }

    fn since(&self) -> Timestamp {
        hour_of(self.now - COUNTED)
    }

    fn rejects_for(&mut self, step: usize, mut counted: Vec<Conversion>) -> Option<u32> {
        let this_hour = hour_of(self.now);
        // Without the code that this step has just counted.
        counted.iter_mut().filter(|row| row.hour == this_hour).for_each(|row| row.sends -= 1);
        let mut longest = None;
        for extent in STEPS.get(step).copied().unwrap_or_default() {
            let numbers = extent.key_of(&self.guard.number);
            let of_extent: Vec<Conversion> =
                counted.iter().filter(|row| row.numbers == numbers).cloned().collect();
            // The rates of the country are for numbers of whose range nothing is known yet.
            if *extent == Extent::Country && self.range_converts {
                continue;
            }
            self.range_converts = *extent == Extent::Range && converts(self.now, &of_extent);
            longest = longest.max(self.rejects_extent_for(*extent, &of_extent));
        }
        longest
    }
}

impl GuardedSend {
    /// Returns the longest time, in seconds, for which a rate of an extent rejects another code.
    fn rejects_extent_for(&self, extent: Extent, counted: &[Conversion]) -> Option<u32> {
        let rates = self.guard.conversions.rates.iter().filter(|(other, _)| *other == extent);
        let waits = rates.flat_map(|(_, rates)| rates).map(|rate| {
            let wait = wait_until_allowed(*rate, self.now, counted);
            self.report.put(status(extent, *rate, wait));
            wait
        });
        let longest = waits.max().flatten();
        if let Some(wait) = longest {
            self.log_rejection(extent, wait);
        }
        longest
    }

    /// Logs a range that was stopped, once per hour.
    fn log_rejection(&self, extent: Extent, wait: u32) {
        let numbers = extent.key_of(&self.guard.number);
        if self.guard.conversions.is_news(&numbers, self.now) {
            tracing::warn!(
                limit = extent.limit().as_str(),
                country = %self.guard.number.territory(),
                numbers,
                wait,
                "too few codes to these numbers are ever answered: no more are sent for now"
            );
        }
    }
}

/// Returns the status of a rate. Clients see it only if it rejects them: they must not learn what others do
/// in a range.
fn status(extent: Extent, rate: Rate, wait: Option<u32>) -> LimitStatus {
    let kind = extent.limit();
    LimitStatus {
        kind,
        policy: format!("{}/{}", kind.as_str(), rate.period_text()),
        quota: rate.attempts,
        window: rate.period,
        balance: Balance { remaining: u32::from(wait.is_none()), more_in: wait.unwrap_or(0) },
        rejected: wait.is_some(),
        is_shown: wait.is_some(),
    }
}
