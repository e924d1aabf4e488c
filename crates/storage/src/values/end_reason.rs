//! Why a session or a challenge was ended early.

use super::text_enum::text_enum;

text_enum! {
    /// Why a session was ended or a challenge was cancelled. Its token is rejected with this reason.
    pub enum EndReason {
        /// The user logged out.
        LoggedOut = "logged_out",
        /// The user ended this session from another one.
        SessionEnded = "session_ended",
        /// A spent refresh token was used again, so it has leaked.
        ReuseDetected = "reuse_detected",
        /// The password was changed from another session, or reset.
        PasswordChanged = "password_changed",
        /// The phone number was changed.
        PhoneChanged = "phone_changed",
        /// The email address was changed.
        EmailChanged = "email_changed",
    }
}
