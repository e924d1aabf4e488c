//! The events of activities.

use storage::{ActivityKind, EventKind};

/// Returns the event that the audit log and webhooks get for an activity, and its reason if the kind alone
/// says less.
pub(crate) fn event_of(activity: ActivityKind) -> (EventKind, Option<&'static str>) {
    match activity {
        ActivityKind::SignedUp => (EventKind::UserCreated, None),
        ActivityKind::LoggedIn => (EventKind::TokenCreated, Some("password_ok")),
        ActivityKind::LogInFailed => (EventKind::LoginFail, Some("wrong_password")),
        ActivityKind::Verified => (EventKind::LoginSuccess, None),
        ActivityKind::LoggedOut => (EventKind::SessionExpired, Some("logged_out")),
        ActivityKind::SessionEnded => (EventKind::SessionExpired, Some("session_ended")),
        ActivityKind::RefreshReused => (EventKind::TokenReuse, Some("reuse_detected")),
        ActivityKind::ProfileChanged => (EventKind::UserUpdated, Some("profile")),
        ActivityKind::PasswordChanged => (EventKind::PasswordChange, None),
        ActivityKind::PasswordReset => (EventKind::PasswordChange, Some("forgotten")),
        ActivityKind::PhoneChanged => (EventKind::UserUpdated, Some("phone_number")),
        ActivityKind::EmailChanged => (EventKind::UserUpdated, Some("email")),
    }
}
