//! The channels that deliver a code.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A channel of Twilio Verify. `sna` delivers no code and `auto` is a pilot, so both are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Channel {
    /// A text message.
    Sms,
    /// A phone call in which a voice reads the code.
    Call,
    /// A WhatsApp message.
    Whatsapp,
    /// An email.
    Email,
}

impl Channel {
    /// Returns Twilio's name of the channel.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Whatsapp => "whatsapp",
            Self::Email => "email",
        }
    }

    /// Returns the channel with that name in Twilio's API.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sms, Self::Call, Self::Whatsapp, Self::Email]
            .into_iter()
            .find(|channel| channel.as_str() == name)
    }
}
