//! The rates that the configuration sets.

use std::collections::BTreeMap;

use super::limit_kind::LimitKind;
use super::rate::Rate;

/// What the configuration says.
#[derive(Debug, Clone, Default)]
pub struct LimitSettings {
    /// The rates of each kind; none: no limit.
    pub rates: BTreeMap<LimitKind, Vec<Rate>>,
    /// Wrong codes of a user in a row after which one a day is left; 0: any number.
    pub wrong_codes_in_a_row: u32,
}

impl LimitSettings {
    /// Without those that count a client's address, where everybody comes from one; and without those that
    /// watch ranges of numbers, since everybody has one of those few that are reserved for tests.
    pub fn without_addresses(mut self) -> Self {
        self.rates.retain(|kind, _| !kind.counts_addresses() && !kind.watches_numbers());
        self
    }
}
