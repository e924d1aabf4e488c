//! What each activity is to the audit log and to webhooks.

use chrono::{DateTime, Utc};
use storage::Id;

use super::activity::ActivityKind;
use super::event::{Event, EventKind};
use crate::auth::client::Client;

impl ActivityKind {
    /// What it is to the audit log and to webhooks: the kind of event, and the reason where that says less.
    fn event(self) -> (EventKind, Option<&'static str>) {
        match self {
            Self::SignedUp => (EventKind::UserCreated, None),
            Self::LoggedIn => (EventKind::TokenCreated, Some("password_ok")),
            Self::LogInFailed => (EventKind::LoginFail, Some("wrong_password")),
            Self::Verified => (EventKind::LoginSuccess, None),
            Self::LoggedOut => (EventKind::SessionExpired, Some("logged_out")),
            Self::SessionEnded => (EventKind::SessionExpired, Some("session_ended")),
            Self::RefreshReused => (EventKind::TokenReuse, Some("reuse_detected")),
            Self::ProfileChanged => (EventKind::UserUpdated, Some("profile")),
            Self::PasswordChanged => (EventKind::PasswordChange, None),
            Self::PasswordReset => (EventKind::PasswordChange, Some("forgotten")),
            Self::PhoneChanged => (EventKind::UserUpdated, Some("phone_number")),
            Self::EmailChanged => (EventKind::UserUpdated, Some("email")),
        }
    }

    /// The event: recorded for the user, for the audit log and for webhooks at once.
    pub(crate) fn of(self, user_id: Id, client: &Client, now: DateTime<Utc>) -> Event {
        let (kind, reason) = self.event();
        kind.of(user_id, client, now).with_activity(self, reason)
    }
}
