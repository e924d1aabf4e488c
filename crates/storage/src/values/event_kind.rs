//! The kind of a security event.

use std::str::FromStr;

use super::text_enum::text_enum;

text_enum! {
    /// The kind of a security event, by its name in OWASP's Application Logging Vocabulary. Several
    /// activities may be one kind, and not every kind is an activity of a user.
    pub enum EventKind {
        /// A user signed up.
        UserCreated = "user_created",
        /// A user changed their profile, phone number or email address.
        UserUpdated = "user_updated",
        /// A user was deleted.
        UserDeleted = "user_deleted",
        /// A password was right, and its owner got a password-ok token.
        TokenCreated = "authn_token_created",
        /// A password-ok token was revoked.
        TokenRevoked = "authn_token_revoked",
        /// A spent refresh token was used again.
        TokenReuse = "authn_token_reuse",
        /// A password or a code was wrong.
        LoginFail = "authn_login_fail",
        /// A challenge accepts no more codes.
        LoginFailMax = "authn_login_fail_max",
        /// The code was right.
        LoginSuccess = "authn_login_success",
        /// A password was changed.
        PasswordChange = "authn_password_change",
        /// A password was not changed, because the old one or the code was wrong.
        PasswordChangeFail = "authn_password_change_fail",
        /// A logged-in user failed to confirm the password.
        AuthzFail = "authz_fail",
        /// A session began.
        SessionCreated = "session_created",
        /// A session got its next tokens.
        SessionRenewed = "session_renewed",
        /// A session was ended.
        SessionExpired = "session_expired",
        /// A limit rejected a request. It concerns no user, so it is logged and never stored.
        RateLimitExceeded = "excess_rate_limit_exceeded",
    }
}

impl FromStr for EventKind {
    type Err = UnknownEvent;

    /// Parses the name of an event that webhooks receive.
    fn from_str(name: &str) -> Result<Self, UnknownEvent> {
        Self::from_word(name).filter(|kind| *kind != Self::RateLimitExceeded).ok_or(UnknownEvent)
    }
}

/// The name is not that of an event for webhooks.
#[derive(Debug, thiserror::Error)]
#[error("is not an event that webhooks report: docs/events.md lists them")]
pub struct UnknownEvent;
