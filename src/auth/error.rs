//! What can go wrong that a caller may be told, and everything else as one case.

use super::codes::challenge_view::ChallengeView;
use super::reason::Reason;
use super::values::invalid::Invalid;

/// Seconds after which a client may try again when the database does not answer: a restart or a failover takes a few.
pub(crate) const DATABASE_RETRY_AFTER: u32 = 5;

/// The outcome of a use case that failed. `http/problem.rs` gives each case its status and code.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Unknown email address or wrong password, no hint which.
    #[error("invalid credentials")]
    InvalidCredentials,
    /// Not the password of the user who is logged in.
    #[error("wrong password")]
    WrongPassword,
    /// A value that only together with the user turns out to be one that cannot be taken.
    #[error("invalid {field}: {invalid}")]
    InvalidField {
        /// The field of the request.
        field: &'static str,
        /// What is wrong.
        invalid: Invalid,
    },
    /// No token where one is needed.
    #[error("no token")]
    MissingToken,
    /// A token that opens nothing.
    #[error("invalid token: {0:?}")]
    InvalidToken(Reason),
    /// A refresh token that gets nothing.
    #[error("invalid refresh token: {0:?}")]
    InvalidRefreshToken(Reason),
    /// A password-ok token where the code must have been right too.
    #[error("a one-time code is still required")]
    OtpRequired,
    /// The user was deleted while the request ran.
    #[error("the user is gone")]
    UserGone,
    /// Nothing of that name that is the caller's.
    #[error("not found")]
    NotFound,
    /// A token where nobody may be logged in.
    #[error("already authenticated")]
    AlreadyAuthenticated,
    /// An access token where only a password-ok token makes sense.
    #[error("already verified")]
    AlreadyVerified,
    /// The email address or the phone number is taken.
    #[error("the user exists")]
    UserExists,
    /// The username is taken.
    #[error("the username is taken")]
    UsernameTaken,
    /// The code can no longer be checked, but a new one can be sent. The challenge, where there is one.
    #[error("the challenge's code has expired")]
    ChallengeExpired(Option<Box<ChallengeView>>),
    /// The code is wrong.
    #[error("incorrect code")]
    IncorrectCode {
        /// The challenge, where there is one to show.
        challenge: Option<Box<ChallengeView>>,
        /// Checks that are left.
        attempts_left: u32,
    },
    /// This phone cannot get a code by this channel.
    #[error("the code cannot be delivered")]
    OtpUndeliverable(Option<Box<ChallengeView>>),
    /// The challenge is dead, or no more codes are sent to this number for now.
    #[error("too many attempts")]
    TooManyAttempts {
        /// The challenge, where there is one.
        challenge: Option<Box<ChallengeView>>,
        /// Seconds until it makes sense to try again, where the account must wait.
        retry_after: Option<u32>,
    },
    /// A new code was asked for before its time.
    #[error("resend too soon")]
    ResendTooSoon {
        /// The challenge.
        challenge: Box<ChallengeView>,
        /// Seconds until a code can be sent again.
        retry_after: u32,
    },
    /// A limit refuses: nothing was done, and nothing was counted.
    #[error("a limit refuses")]
    RateLimited {
        /// The challenge, where there is one.
        challenge: Option<Box<ChallengeView>>,
        /// Seconds until it makes sense to try again.
        retry_after: u32,
        /// Whether no other limits refuse than those that strangers can use up for an account.
        by_strangers: bool,
    },
    /// Twilio failed or did not answer in time.
    #[error("codes cannot be sent or checked")]
    OtpUnavailable {
        /// The challenge, where there is one.
        challenge: Option<Box<ChallengeView>>,
        /// Seconds until it makes sense to try again.
        retry_after: u32,
    },
    /// The hashing queue is full.
    #[error("overloaded")]
    Overloaded {
        /// Seconds until it makes sense to try again.
        retry_after: u32,
    },
    /// The database does not answer, or not in time. The cause is for the log alone.
    #[error("{cause}")]
    Unavailable {
        /// What the database said.
        cause: storage::Error,
        /// Seconds until it makes sense to try again.
        retry_after: u32,
    },
    /// The database's keys do not open with the deployment's secret.
    #[error(
        "the signing keys in this database were sealed with another secret than the one given: set \
         COUNTERSIGN__TOKENS__SECRET to the secret that the database was made with (`dev` keeps its own in the file \
         .secret beside the database, unless that variable is set), or use another database"
    )]
    OtherSecret,
    /// The database is the other mode's.
    #[error(
        "this database was made by `countersign {0}` and holds its keys and users: use another database \
         (COUNTERSIGN__DATABASE__URL, or --database-url)"
    )]
    OtherMode(&'static str),
    /// Everything else that a caller cannot help. The cause is for the log alone.
    #[error("internal error: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// What a limit refuses, with the challenge that it is about.
    pub(super) fn about(self, challenge: Option<Box<ChallengeView>>) -> Self {
        match self {
            Self::RateLimited { retry_after, by_strangers, .. } => {
                Self::RateLimited { challenge, retry_after, by_strangers }
            }
            other => other,
        }
    }

    /// Wraps what a caller cannot help.
    pub(super) fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl From<storage::Error> for Error {
    fn from(error: storage::Error) -> Self {
        use storage::Error as StorageError;
        match error {
            // A row that must be there goes with its user alone.
            StorageError::NotFound => Self::UserGone,
            StorageError::Unavailable(_) => {
                Self::Unavailable { cause: error, retry_after: DATABASE_RETRY_AFTER }
            }
            other => Self::internal(other),
        }
    }
}
