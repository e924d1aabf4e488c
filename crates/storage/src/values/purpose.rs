//! The purpose of a challenge.

use super::text_enum::text_enum;

text_enum! {
    /// What the right code is for.
    pub enum Purpose {
        /// Opens a session.
        LogIn = "log_in",
        /// Gives the user another phone number.
        PhoneChange = "phone_change",
        /// Gives the user another email address.
        EmailChange = "email_change",
    }
}
