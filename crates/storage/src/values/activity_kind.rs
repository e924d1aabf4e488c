//! The kind of an activity.

use super::text_enum::text_enum;

text_enum! {
    /// What is recorded about a user.
    pub enum ActivityKind {
        /// The user signed up.
        SignedUp = "signed_up",
        /// The password was right and a code was sent.
        LoggedIn = "logged_in",
        /// A log-in failed because of a wrong password.
        LogInFailed = "log_in_failed",
        /// The code was right.
        Verified = "verified",
        /// The user logged out.
        LoggedOut = "logged_out",
        /// The user ended another session of theirs.
        SessionEnded = "session_ended",
        /// A spent refresh token was used again; its session was ended.
        RefreshReused = "refresh_reused",
        /// The user changed their name or their username.
        ProfileChanged = "profile_changed",
        /// The user changed their password.
        PasswordChanged = "password_changed",
        /// The user replaced a forgotten password, with a code from their mailbox.
        PasswordReset = "password_reset",
        /// The user changed their phone number.
        PhoneChanged = "phone_changed",
        /// The user changed their email address.
        EmailChanged = "email_changed",
    }
}
