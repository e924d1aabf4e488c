//! How a code travels.

use std::fmt;
use std::str::FromStr;

/// How a code travels. The spelling is Twilio's `Channel` parameter, our API's `channel`, and the
/// value that `amr` gets in a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A text message.
    Sms,
    /// A voice call that reads the code out: the way to reach a landline.
    Call,
    /// A WhatsApp message. The Verify service must have a sender for it.
    Whatsapp,
    /// An email. The Verify service must have a mailer for it. Proves an address, and is no way to log in.
    Email,
}

impl Channel {
    /// Every channel, those to a phone in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Sms, Self::Call, Self::Whatsapp, Self::Email];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Whatsapp => "whatsapp",
            Self::Email => "email",
        }
    }

    /// The authentication method reference (RFC 8176) that a code which came this way proves. RFC 8176
    /// registers `sms`; for the other two it allows values of one's own, and theirs are the names of the channels.
    pub const fn amr(self) -> &'static str {
        self.as_str()
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

/// The text names no [`Channel`]. The names are exact: lower case, no spaces.
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
    fn names_are_twilios_and_read_back() {
        assert_eq!(Channel::ALL.map(Channel::as_str), ["sms", "call", "whatsapp", "email"]);
        for channel in Channel::ALL {
            assert_eq!(channel.to_string().parse(), Ok(channel));
            assert_eq!(channel.amr(), channel.as_str());
        }
        for text in ["", "SMS", " sms", "e-mail", "voice"] {
            assert_eq!(text.parse::<Channel>(), Err(UnknownChannel), "{text:?}");
        }
    }
}
