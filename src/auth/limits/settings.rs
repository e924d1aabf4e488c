//! The rates that the configuration sets.

use std::collections::BTreeMap;

use super::limit_kind::LimitKind;
use super::rate::Rate;

/// The limits that the configuration sets.
#[derive(Debug, Clone, Default)]
pub struct LimitSettings {
    /// The rates of each kind. Without a rate there is no limit.
    pub rates: BTreeMap<LimitKind, Vec<Rate>>,
    /// Wrong codes of a user in a row after which one check per day is left. 0 means no limit.
    pub wrong_codes_in_a_row: u32,
}

impl LimitSettings {
    /// Removes the limits per client address and per range of numbers. In development, all users have one
    /// address, and numbers of the few ranges that are reserved for tests.
    pub fn without_addresses(mut self) -> Self {
        self.rates.retain(|kind, _| !kind.counts_addresses() && !kind.counts_unanswered_codes());
        self
    }
}
