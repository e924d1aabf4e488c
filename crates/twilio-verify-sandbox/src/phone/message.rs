//! A received message and the filter for a list of them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::channel::Channel;

/// A message that a virtual phone or mailbox received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Message {
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

/// The conditions that a message must meet to be listed.
#[derive(Clone, Debug, Default)]
pub(crate) struct MessageFilter {
    /// Matches this recipient only.
    pub(crate) to: Option<String>,
    /// Matches this channel only.
    pub(crate) channel: Option<Channel>,
    /// Matches messages with a higher number only.
    pub(crate) after: u64,
}

impl MessageFilter {
    /// Returns whether `message` meets the conditions.
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
