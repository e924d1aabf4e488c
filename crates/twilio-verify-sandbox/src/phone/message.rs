//! A received message and the filter for a list of them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::channel::Channel;
use crate::verification::recipient;

/// A message that a virtual phone or mailbox received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Message {
    /// The ID of the message. Pass it as `after` to get later messages only.
    #[schema(example = "17")]
    pub(crate) id: String,
    /// The phone number (E.164) or email address of the recipient.
    #[schema(example = "+12015550123")]
    pub(crate) to: String,
    /// The channel that delivered the message.
    pub(crate) channel: Channel,
    /// The code in the message.
    #[schema(example = "480167")]
    pub(crate) code: String,
    /// The text of the message. For a call, the words that the voice says.
    #[schema(example = "Your countersign verification code is: 480167")]
    pub(crate) body: String,
    /// The language of the text: that of the requested locale, or else of the number's country.
    #[schema(example = "en")]
    pub(crate) locale: String,
    /// The verification that the code belongs to.
    #[schema(example = "VE2a5f1b0c9d8e47f6a3b2c1d0e9f8a7b6")]
    pub(crate) verification_sid: String,
    /// When the message was sent, by the sandbox's clock.
    pub(crate) sent_at: DateTime<Utc>,
    /// `id` as a number. It counts the messages of all accounts and is never reused.
    #[serde(skip)]
    pub(crate) number: u64,
}

impl Message {
    /// Returns its identifier. Later messages have higher ones.
    pub fn id(&self) -> u64 {
        self.number
    }

    /// Returns the phone number (E.164) or email address that received it.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// Returns the channel that delivered it.
    pub fn channel(&self) -> Channel {
        self.channel
    }

    /// Returns the code in it.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns its text. For a call, these are the words that are spoken.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Returns the language of its text, such as `en`.
    pub fn locale(&self) -> &str {
        &self.locale
    }

    /// Returns the verification that it belongs to, `VE…`.
    pub fn verification_sid(&self) -> &str {
        &self.verification_sid
    }

    /// Returns when it was sent, by the sandbox's clock.
    pub fn sent_at(&self) -> DateTime<Utc> {
        self.sent_at
    }
}

/// Selects messages. Without settings, it selects all of them.
///
/// ```
/// use twilio_verify_sandbox::{Channel, MessageFilter};
///
/// let calls = MessageFilter::new().to("+12015550123").channel(Channel::Call);
/// # let _ = calls;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct MessageFilter {
    to: Option<String>,
    channel: Option<Channel>,
    pub(crate) after: u64,
    pub(crate) account: Option<String>,
}

impl MessageFilter {
    /// Selects every message.
    pub fn new() -> Self {
        Self::default()
    }

    /// Selects messages to this phone number or email address.
    pub fn to(self, to: impl Into<String>) -> Self {
        Self { to: Some(recipient::normalize(to.into())), ..self }
    }

    /// Selects messages on this channel.
    pub fn channel(self, channel: Channel) -> Self {
        Self { channel: Some(channel), ..self }
    }

    /// Selects messages that arrived later than the one with this [identifier](Message::id).
    pub fn after(self, id: u64) -> Self {
        Self { after: id, ..self }
    }

    /// Selects messages of this account.
    pub fn account(self, account_sid: impl Into<String>) -> Self {
        Self { account: Some(account_sid.into()), ..self }
    }

    /// Returns the recipient whose messages it selects.
    pub(crate) fn recipient(&self) -> Option<&str> {
        self.to.as_deref()
    }

    /// Returns whether it selects that message.
    pub(super) fn matches(&self, message: &Message) -> bool {
        message.number > self.after
            && self.to.as_ref().is_none_or(|to| *to == message.to)
            && self.channel.is_none_or(|channel| channel == message.channel)
    }
}

#[cfg(test)]
impl Message {
    /// Creates a message for tests.
    pub(crate) fn for_test(number: u64, to: &str, channel: Channel) -> Self {
        Self {
            id: number.to_string(),
            to: to.into(),
            channel,
            code: "123456".into(),
            body: String::new(),
            locale: "en".into(),
            verification_sid: "VE".into(),
            sent_at: DateTime::UNIX_EPOCH,
            number,
        }
    }
}
