//! The limits that there are, by the names under which the configuration knows them.

/// What is limited, and for whom. Rows are locked in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitKind {
    /// Wrong passwords at log-in for one email address, from one client address.
    WrongPasswordsPerAccountAndAddress,
    /// Wrong passwords at log-in for one email address, from wherever.
    WrongPasswordsPerAccount,
    /// Wrong passwords at log-in from one client address, for whichever account.
    WrongPasswordsPerAddress,
    /// Wrong passwords of somebody who is logged in and confirms something.
    WrongPasswordsPerSession,
    /// Wrong codes of one user, over all challenges.
    WrongCodesPerUser,
    /// Codes to one phone number or email address.
    CodesPerDestination,
    /// Codes that one user has sent.
    CodesPerUser,
    /// Codes that one client address has sent.
    CodesPerAddress,
    /// Codes that one network has sent.
    CodesPerNetwork,
    /// Sign-ups from one client address.
    SignUpsPerAddress,
    /// Sign-ups from one network.
    SignUpsPerNetwork,
    /// Password resets of one email address, whether or not it is a user's.
    PasswordResetsPerEmail,
    /// Password resets from one client address.
    PasswordResetsPerAddress,
    /// Codes that are never answered, to numbers that differ in the last four digits.
    UnverifiedCodesPerBlock,
    /// The same, to numbers that differ in the last five.
    UnverifiedCodesPerRange,
    /// The same, to numbers of one country or region.
    UnverifiedCodesPerCountry,
}

impl LimitKind {
    /// The setting's name, and the first part of the policy's in the header `RateLimit`.
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

    /// Whether it counts what comes from an address or a network, whoever it is: `dev` leaves these out, and
    /// waits do not grow, because a thousand people may stand behind one address.
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

    /// Whether it watches what becomes of codes to a range of numbers. `dev` leaves these out, too: everybody
    /// there has one of the few numbers that are reserved for tests.
    pub fn watches_numbers(self) -> bool {
        matches!(
            self,
            Self::UnverifiedCodesPerBlock | Self::UnverifiedCodesPerRange | Self::UnverifiedCodesPerCountry
        )
    }

    /// Whether strangers can use it up for somebody: clients that the account knows then have as much once
    /// more.
    pub(crate) fn can_be_used_up_by_strangers(self) -> bool {
        matches!(
            self,
            Self::WrongPasswordsPerAccount | Self::WrongCodesPerUser | Self::PasswordResetsPerEmail
        )
    }

    /// Whether it counts what the client itself does, so that the headers tell of it before it refuses. What
    /// others do to an account, a number or a network is nobody's business.
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
