//! The channel of a challenge's codes.

use super::text_enum::text_enum;

text_enum! {
    /// How the last code of a challenge was sent.
    pub enum Channel {
        /// By text message.
        Sms = "sms",
        /// By a voice call.
        Call = "call",
        /// By WhatsApp message.
        Whatsapp = "whatsapp",
        /// By email.
        Email = "email",
    }
}
