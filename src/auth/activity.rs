//! What is recorded about a user.

use chrono::{DateTime, Utc};

use super::client::Client;
use crate::storage::activities::Activity;
use crate::storage::{Id, Timestamp};

/// The things that are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityKind {
    /// The user signed up.
    SignedUp,
    /// The password was right and a code was sent.
    LoggedIn,
    /// Somebody tried to log in with a wrong password.
    LogInFailed,
    /// The code was right.
    Verified,
    /// The user logged out.
    LoggedOut,
    /// The user ended another session of theirs.
    SessionEnded,
    /// A refresh token was used that had been replaced long ago; its session was ended.
    RefreshReused,
    /// The user changed their name or their username.
    ProfileChanged,
    /// The user changed their password.
    PasswordChanged,
}

impl ActivityKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::SignedUp,
        Self::LoggedIn,
        Self::LogInFailed,
        Self::Verified,
        Self::LoggedOut,
        Self::SessionEnded,
        Self::RefreshReused,
        Self::ProfileChanged,
        Self::PasswordChanged,
    ];

    /// The word that the database holds.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedUp => "signed_up",
            Self::LoggedIn => "logged_in",
            Self::LogInFailed => "log_in_failed",
            Self::Verified => "verified",
            Self::LoggedOut => "logged_out",
            Self::SessionEnded => "session_ended",
            Self::RefreshReused => "refresh_reused",
            Self::ProfileChanged => "profile_changed",
            Self::PasswordChanged => "password_changed",
        }
    }

    /// The kind of a row; `None` for a kind that a newer replica wrote.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The row that records it.
    pub(super) fn of(self, user_id: Id, client: &Client, now: DateTime<Utc>) -> Activity {
        Activity {
            id: Id::new(now),
            user_id,
            kind: self.as_str().into(),
            user_agent: client.user_agent.clone(),
            ip_address: client.ip_address.map(|address| address.to_string()),
            occurred_at: Timestamp(now),
        }
    }
}
