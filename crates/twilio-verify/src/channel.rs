//! The channels by which a code is delivered.

use std::fmt;
use std::str::FromStr;

/// How a code is delivered. The names are those of Twilio's parameter `Channel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// By text message.
    Sms,
    /// By voice call, which also reaches landlines.
    Call,
    /// By WhatsApp message. The Verify service must have a WhatsApp sender.
    Whatsapp,
    /// By email. The Verify service must have an email integration.
    Email,
}

impl Channel {
    /// All channels.
    pub const ALL: [Self; 4] = [Self::Sms, Self::Call, Self::Whatsapp, Self::Email];

    /// Returns Twilio's name of the channel.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Whatsapp => "whatsapp",
            Self::Email => "email",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Channel {
    type Err = UnknownChannel;

    fn from_str(text: &str) -> Result<Self, UnknownChannel> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text).ok_or(UnknownChannel)
    }
}

/// The error of a text that is not the exact name of a [`Channel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownChannel;

impl fmt::Display for UnknownChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a channel: sms, call, whatsapp or email")
    }
}

impl std::error::Error for UnknownChannel {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_twilio_and_parse() {
        assert_eq!(Channel::ALL.map(Channel::as_str), ["sms", "call", "whatsapp", "email"]);
        for channel in Channel::ALL {
            assert_eq!(channel.to_string().parse(), Ok(channel));
        }
        for text in ["", "SMS", " sms", "e-mail", "voice"] {
            assert_eq!(text.parse::<Channel>(), Err(UnknownChannel), "{text:?}");
        }
    }
}
