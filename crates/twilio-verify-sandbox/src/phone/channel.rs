//! How a code travels.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The channels of Twilio Verify that carry a code. `sna` carries none and `auto` is a pilot, so neither is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Channel {
    /// A text message.
    Sms,
    /// A voice that reads the code aloud.
    Call,
    /// A WhatsApp message.
    Whatsapp,
    /// An e-mail.
    Email,
}

impl Channel {
    /// The name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Whatsapp => "whatsapp",
            Self::Email => "email",
        }
    }
}

impl FromStr for Channel {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        [Self::Sms, Self::Call, Self::Whatsapp, Self::Email]
            .into_iter()
            .find(|channel| channel.as_str() == name)
            .ok_or(())
    }
}
