//! The kinds of limits, with their names in the configuration.

/// A kind of limit. The order of the variants is the order in which rows are locked. A new kind needs a decision in
/// each of the predicates below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitKind {
    /// Wrong passwords at log-in for one email address, from one client address.
    WrongPasswordsPerAccountAndAddress,
    /// Wrong passwords at log-in for one email address, from all client addresses.
    WrongPasswordsPerAccount,
    /// Wrong passwords at log-in from one client address, for all accounts.
    WrongPasswordsPerAddress,
    /// Wrong passwords in one session, when its user confirms an operation.
    WrongPasswordsPerSession,
    /// Wrong codes of one user, over all challenges.
    WrongCodesPerUser,
    /// Codes to one phone number or email address.
    CodesPerDestination,
    /// Codes that one user requests.
    CodesPerUser,
    /// Codes that one client address requests.
    CodesPerAddress,
    /// Codes that one network requests.
    CodesPerNetwork,
    /// Sign-ups from one client address.
    SignUpsPerAddress,
    /// Sign-ups from one network.
    SignUpsPerNetwork,
    /// Password resets of one email address, whether or not it is a user's.
    PasswordResetsPerEmail,
    /// Password resets from one client address.
    PasswordResetsPerAddress,
    /// Unanswered codes to numbers that differ in the last four digits.
    UnverifiedCodesPerBlock,
    /// Unanswered codes to numbers that differ in the last five digits.
    UnverifiedCodesPerRange,
    /// Unanswered codes to numbers of one country or region.
    UnverifiedCodesPerCountry,
}

impl LimitKind {
    /// Every kind, in their order.
    pub const ALL: [Self; 16] = [
        Self::WrongPasswordsPerAccountAndAddress,
        Self::WrongPasswordsPerAccount,
        Self::WrongPasswordsPerAddress,
        Self::WrongPasswordsPerSession,
        Self::WrongCodesPerUser,
        Self::CodesPerDestination,
        Self::CodesPerUser,
        Self::CodesPerAddress,
        Self::CodesPerNetwork,
        Self::SignUpsPerAddress,
        Self::SignUpsPerNetwork,
        Self::PasswordResetsPerEmail,
        Self::PasswordResetsPerAddress,
        Self::UnverifiedCodesPerBlock,
        Self::UnverifiedCodesPerRange,
        Self::UnverifiedCodesPerCountry,
    ];

    /// Returns the name of the setting, which is the first part of the policy's name in the header
    /// `RateLimit`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WrongPasswordsPerAccountAndAddress => "wrong_passwords_per_account_and_address",
            Self::WrongPasswordsPerAccount => "wrong_passwords_per_account",
            Self::WrongPasswordsPerAddress => "wrong_passwords_per_address",
            Self::WrongPasswordsPerSession => "wrong_passwords_per_session",
            Self::WrongCodesPerUser => "wrong_codes_per_user",
            Self::CodesPerDestination => "codes_per_destination",
            Self::CodesPerUser => "codes_per_user",
            Self::CodesPerAddress => "codes_per_address",
            Self::CodesPerNetwork => "codes_per_network",
            Self::SignUpsPerAddress => "sign_ups_per_address",
            Self::SignUpsPerNetwork => "sign_ups_per_network",
            Self::PasswordResetsPerEmail => "password_resets_per_email",
            Self::PasswordResetsPerAddress => "password_resets_per_address",
            Self::UnverifiedCodesPerBlock => "unverified_codes_per_block",
            Self::UnverifiedCodesPerRange => "unverified_codes_per_range",
            Self::UnverifiedCodesPerCountry => "unverified_codes_per_country",
        }
    }

    /// Whether it counts per client address or network. `dev` leaves these out, and their waits do not grow,
    /// because thousands of people may share one address.
    pub fn counts_addresses(self) -> bool {
        matches!(
            self,
            Self::WrongPasswordsPerAddress
                | Self::CodesPerAddress
                | Self::CodesPerNetwork
                | Self::SignUpsPerAddress
                | Self::SignUpsPerNetwork
                | Self::PasswordResetsPerAddress
        )
    }

    /// Whether it counts unanswered codes to a range of numbers. `dev` leaves these out too, because all its
    /// users have numbers of the few ranges that are reserved for tests.
    pub fn counts_unanswered_codes(self) -> bool {
        matches!(
            self,
            Self::UnverifiedCodesPerBlock | Self::UnverifiedCodesPerRange | Self::UnverifiedCodesPerCountry
        )
    }

    /// Whether strangers can use it up for an account. Clients that the account knows have a second quota.
    pub(crate) fn can_be_used_up_by_strangers(self) -> bool {
        matches!(
            self,
            Self::WrongPasswordsPerAccount | Self::WrongCodesPerUser | Self::PasswordResetsPerEmail
        )
    }

    /// Whether it counts only what the client itself does. The headers always show these. They show other
    /// limits only when they reject, so that a client does not learn what others do.
    pub(crate) fn counts_the_client(self) -> bool {
        matches!(
            self,
            Self::WrongPasswordsPerAccountAndAddress
                | Self::WrongPasswordsPerAddress
                | Self::WrongPasswordsPerSession
                | Self::WrongCodesPerUser
                | Self::CodesPerUser
                | Self::CodesPerAddress
                | Self::SignUpsPerAddress
                | Self::PasswordResetsPerAddress
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_holds_every_kind_in_the_order_of_the_variants() {
        let positions = LimitKind::ALL.map(|kind| kind as usize);
        assert!(positions.into_iter().eq(0..LimitKind::ALL.len()), "{positions:?}");
        assert_eq!(LimitKind::ALL.last(), Some(&LimitKind::UnverifiedCodesPerCountry), "the last variant");
    }
}
