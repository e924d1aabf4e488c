//! `[limits]`: the rate limits.

use serde::Deserialize;

use super::list::rates;
use crate::auth::{LimitKind, LimitSettings, Rate};

/// `[limits]`. Each limit is a list of rates that all apply. An empty list switches the limit off.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Wrong passwords for one email address from one client address.
    #[serde(deserialize_with = "rates")]
    pub wrong_passwords_per_account_and_address: Vec<Rate>,
    /// Wrong passwords for one email address from all client addresses.
    #[serde(deserialize_with = "rates")]
    pub wrong_passwords_per_account: Vec<Rate>,
    /// Wrong passwords from one client address.
    #[serde(deserialize_with = "rates")]
    pub wrong_passwords_per_address: Vec<Rate>,
    /// Wrong passwords in one session.
    #[serde(deserialize_with = "rates")]
    pub wrong_passwords_per_session: Vec<Rate>,
    /// Wrong codes of one user.
    #[serde(deserialize_with = "rates")]
    pub wrong_codes_per_user: Vec<Rate>,
    /// Codes to one number or email address.
    #[serde(deserialize_with = "rates")]
    pub codes_per_destination: Vec<Rate>,
    /// Codes requested by one user.
    #[serde(deserialize_with = "rates")]
    pub codes_per_user: Vec<Rate>,
    /// Codes requested from one client address.
    #[serde(deserialize_with = "rates")]
    pub codes_per_address: Vec<Rate>,
    /// Codes requested from one network.
    #[serde(deserialize_with = "rates")]
    pub codes_per_network: Vec<Rate>,
    /// Sign-ups from one client address.
    #[serde(deserialize_with = "rates")]
    pub sign_ups_per_address: Vec<Rate>,
    /// Sign-ups from one network.
    #[serde(deserialize_with = "rates")]
    pub sign_ups_per_network: Vec<Rate>,
    /// Password resets of one email address.
    #[serde(deserialize_with = "rates")]
    pub password_resets_per_email: Vec<Rate>,
    /// Password resets from one client address.
    #[serde(deserialize_with = "rates")]
    pub password_resets_per_address: Vec<Rate>,
    /// Codes that are never verified, to numbers that differ only in the last four digits.
    #[serde(deserialize_with = "rates")]
    pub unverified_codes_per_block: Vec<Rate>,
    /// Codes that are never verified, to numbers that differ only in the last five digits.
    #[serde(deserialize_with = "rates")]
    pub unverified_codes_per_range: Vec<Rate>,
    /// Codes that are never verified, to numbers of one country or region.
    #[serde(deserialize_with = "rates")]
    pub unverified_codes_per_country: Vec<Rate>,
    /// Consecutive wrong codes of a user after which only one attempt per day is left. 0 switches this off.
    pub wrong_codes_in_a_row: u32,
}

impl Limits {
    /// Converts to the settings of the rules.
    pub(super) fn settings(&self) -> LimitSettings {
        LimitSettings {
            rates: LimitKind::ALL.into_iter().map(|kind| (kind, self.rates(kind).clone())).collect(),
            wrong_codes_in_a_row: self.wrong_codes_in_a_row,
        }
    }

    fn rates(&self, kind: LimitKind) -> &Vec<Rate> {
        match kind {
            LimitKind::WrongPasswordsPerAccountAndAddress => &self.wrong_passwords_per_account_and_address,
            LimitKind::WrongPasswordsPerAccount => &self.wrong_passwords_per_account,
            LimitKind::WrongPasswordsPerAddress => &self.wrong_passwords_per_address,
            LimitKind::WrongPasswordsPerSession => &self.wrong_passwords_per_session,
            LimitKind::WrongCodesPerUser => &self.wrong_codes_per_user,
            LimitKind::CodesPerDestination => &self.codes_per_destination,
            LimitKind::CodesPerUser => &self.codes_per_user,
            LimitKind::CodesPerAddress => &self.codes_per_address,
            LimitKind::CodesPerNetwork => &self.codes_per_network,
            LimitKind::SignUpsPerAddress => &self.sign_ups_per_address,
            LimitKind::SignUpsPerNetwork => &self.sign_ups_per_network,
            LimitKind::PasswordResetsPerEmail => &self.password_resets_per_email,
            LimitKind::PasswordResetsPerAddress => &self.password_resets_per_address,
            LimitKind::UnverifiedCodesPerBlock => &self.unverified_codes_per_block,
            LimitKind::UnverifiedCodesPerRange => &self.unverified_codes_per_range,
            LimitKind::UnverifiedCodesPerCountry => &self.unverified_codes_per_country,
        }
    }

    /// Returns the limits on unanswered codes whose period is not a whole number of hours: these codes are counted
    /// per hour.
    pub(super) fn without_whole_hours(&self) -> impl Iterator<Item = &'static str> {
        let unfit = |rates: &[Rate]| rates.iter().any(|rate| !rate.period.is_multiple_of(3600));
        let counted = self.settings().rates.into_iter().filter(|(kind, _)| kind.counts_unanswered_codes());
        counted.filter(move |(_, rates)| unfit(rates)).map(|(kind, _)| kind.as_str())
    }
}
