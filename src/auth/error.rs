//! The errors of the use cases. `http::answer` maps each of them to a status and an error code.

use super::codes::challenge_view::ChallengeView;
use super::reason::Reason;
use super::values::invalid::Invalid;

/// Seconds after which a client may try again if the database does not respond. A restart or a failover takes
/// a few.
pub(crate) const DATABASE_RETRY_AFTER: u32 = 5;

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The email address is unknown or the password is wrong. Callers must not learn which.
    #[error("invalid credentials")]
    InvalidCredentials,
    /// The password of the user who is logged in is wrong.
    #[error("wrong password")]
    WrongPassword,
    /// A value is well-formed, but not valid for this user.
    #[error("invalid {field}: {invalid}")]
    InvalidField {
        /// The field of the request.
        field: &'static str,
        /// What is wrong.
        invalid: Invalid,
    },
    /// A token is required, but none was sent.
    #[error("missing token")]
    MissingToken,
    /// The token is invalid, expired or revoked.
    #[error("invalid token: {0:?}")]
    InvalidToken(Reason),
    /// The refresh token is no longer valid.
    #[error("invalid refresh token: {0:?}")]
    InvalidRefreshToken(Reason),
    /// An access token is required, but a password-ok token was sent.
    #[error("a one-time code is required")]
    OtpRequired,
    /// The user was deleted during the request.
    #[error("the user was deleted")]
    UserGone,
    /// The caller owns no such object.
    #[error("not found")]
    NotFound,
    /// A valid token was sent to an operation that logs in or signs up.
    #[error("already authenticated")]
    AlreadyAuthenticated,
    /// A password-ok token is expected, but an access token was sent.
    #[error("already verified")]
    AlreadyVerified,
    /// The email address or the phone number is in use.
    #[error("the user already exists")]
    UserExists,
    /// The username is in use.
    #[error("the username is in use")]
    UsernameTaken,
    /// The code has expired, and a new one can be sent. Holds the challenge if there is one.
    #[error("the code has expired")]
    ChallengeExpired(Option<Box<ChallengeView>>),
    /// The code is wrong.
    #[error("incorrect code")]
    IncorrectCode {
        /// The challenge, if the caller may see one.
        challenge: Option<Box<ChallengeView>>,
        /// The number of attempts left.
        attempts_left: u32,
    },
    /// The channel cannot deliver a code to this destination.
    #[error("the code cannot be delivered")]
    OtpUndeliverable(Option<Box<ChallengeView>>),
    /// The challenge has no attempts or resends left, or the destination gets no more codes for now.
    #[error("too many attempts")]
    TooManyAttempts {
        /// The challenge, if there is one.
        challenge: Option<Box<ChallengeView>>,
        /// Seconds until the next attempt, if the account must wait.
        retry_after: Option<u32>,
    },
    /// A code was requested before the waiting time was over.
    #[error("the code cannot be sent again yet")]
    ResendTooSoon {
        /// The challenge.
        challenge: Box<ChallengeView>,
        /// Seconds until a code can be sent again.
        retry_after: u32,
    },
    /// A rate limit rejects the request. Nothing was done and nothing was counted.
    #[error("rate limited")]
    RateLimited {
        /// The challenge, if there is one.
        challenge: Option<Box<ChallengeView>>,
        /// Seconds until the next attempt.
        retry_after: u32,
        /// Whether all limits that reject the request are limits that strangers can exhaust for an account.
        by_strangers: bool,
    },
    /// Twilio failed or did not respond in time.
    #[error("codes cannot be sent or checked")]
    OtpUnavailable {
        /// The challenge, if there is one.
        challenge: Option<Box<ChallengeView>>,
        /// Seconds until the next attempt.
        retry_after: u32,
    },
    /// The hashing queue is full.
    #[error("overloaded")]
    Overloaded {
        /// Seconds until the next attempt.
        retry_after: u32,
    },
    /// The database does not respond, or not in time. The cause is only logged.
    #[error("{cause}")]
    Unavailable {
        /// The error of the database.
        cause: storage::Error,
        /// Seconds until the next attempt.
        retry_after: u32,
    },
    /// The deployment's secret does not decrypt the keys in the database.
    #[error(
        "the signing keys in this database are encrypted with another secret. Set COUNTERSIGN__TOKENS__SECRET to the \
         secret with which the database was created, or use another database. Unless that variable is set, `dev` \
         stores its secret next to the database, in a file whose name ends with .secret"
    )]
    OtherSecret,
    /// The database belongs to the other mode.
    #[error(
        "this database was created by `countersign {0}` and contains its keys and users. Use another database: set \
         COUNTERSIGN__DATABASE__URL or pass --database-url"
    )]
    OtherMode(&'static str),
    /// Any other failure, which the caller cannot prevent. The cause is only logged.
    #[error("internal error: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Adds the challenge to a rate-limit error.
    pub(super) fn with_challenge(self, challenge: Option<Box<ChallengeView>>) -> Self {
        match self {
            Self::RateLimited { retry_after, by_strangers, .. } => {
                Self::RateLimited { challenge, retry_after, by_strangers }
            }
            other => other,
        }
    }

    /// Wraps a failure that the caller cannot prevent.
    pub(super) fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl From<storage::Error> for Error {
    fn from(error: storage::Error) -> Self {
        use storage::Error as StorageError;
        match error {
            // A row that must exist can only disappear together with its user.
            StorageError::NotFound => Self::UserGone,
            StorageError::Unavailable(_) | StorageError::Conflict => {
                Self::Unavailable { cause: error, retry_after: DATABASE_RETRY_AFTER }
            }
            other => Self::internal(other),
        }
    }
}
