//! What the virtual phones and mailboxes of one account received.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::channel::Channel;

/// How many messages one account remembers; the oldest go first.
pub(crate) const CAPACITY: usize = 10_000;

/// A message that arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Message {
    /// Names the message; pass it as `after` to ask for what came later.
    #[schema(example = "17")]
    pub(crate) id: String,
    /// The phone number (E.164) or address that received it.
    #[schema(example = "+12015550123")]
    pub(crate) to: String,
    /// How it came.
    pub(crate) channel: Channel,
    /// The code in it.
    #[schema(example = "480167")]
    pub(crate) code: String,
    /// The whole text; for a call, what the voice says.
    #[schema(example = "Your countersign verification code is: 480167")]
    pub(crate) body: String,
    /// The language that the text is in: of the locale that was asked for, or of the number's country.
    #[schema(example = "en")]
    pub(crate) locale: String,
    /// The verification that it belongs to.
    #[schema(example = "VE2a5f1b0c9d8e47f6a3b2c1d0e9f8a7b6")]
    pub(crate) verification_sid: String,
    /// When it was sent, by the sandbox's clock.
    pub(crate) sent_at: DateTime<Utc>,
    /// `id` as a number: one count over all accounts, never used twice.
    #[serde(skip)]
    pub(crate) number: u64,
}

/// Which messages are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// To this number or address only.
    pub(crate) to: Option<String>,
    /// By this channel only.
    pub(crate) channel: Option<Channel>,
    /// Later than the message of this number only.
    pub(crate) after: u64,
}

impl Filter {
    fn wants(&self, message: &Message) -> bool {
        message.number > self.after
            && self.to.as_ref().is_none_or(|to| *to == message.to)
            && self.channel.is_none_or(|channel| channel == message.channel)
    }
}

/// The messages of one account.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    oldest_first: VecDeque<Message>,
}

impl Inbox {
    /// A message arrives.
    pub(crate) fn push(&mut self, message: Message) {
        if self.oldest_first.len() >= CAPACITY {
            self.oldest_first.pop_front();
        }
        self.oldest_first.push_back(message);
    }

    /// The wanted messages, newest first.
    pub(crate) fn newest_first<'a>(&'a self, filter: &'a Filter) -> impl Iterator<Item = &'a Message> {
        self.oldest_first
            .iter()
            .rev()
            .take_while(|message| message.number > filter.after)
            .filter(|m| filter.wants(m))
    }

    /// Forgets the messages to one recipient, or all.
    pub(crate) fn forget(&mut self, to: Option<&str>) {
        self.oldest_first.retain(|message| to.is_some_and(|to| to != message.to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(number: u64, to: &str, channel: Channel) -> Message {
        Message {
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

    fn numbers(inbox: &Inbox, filter: &Filter) -> Vec<u64> {
        inbox.newest_first(filter).map(|message| message.number).collect()
    }

    #[test]
    fn filters() {
        let mut inbox = Inbox::default();
        inbox.push(message(1, "+1", Channel::Sms));
        inbox.push(message(2, "+2", Channel::Sms));
        inbox.push(message(4, "+1", Channel::Call));
        assert_eq!(numbers(&inbox, &Filter::default()), [4, 2, 1]);
        assert_eq!(numbers(&inbox, &Filter { to: Some("+1".into()), ..Filter::default() }), [4, 1]);
        assert_eq!(numbers(&inbox, &Filter { channel: Some(Channel::Sms), ..Filter::default() }), [2, 1]);
        assert_eq!(numbers(&inbox, &Filter { after: 3, ..Filter::default() }), [4]);
        inbox.forget(Some("+1"));
        assert_eq!(numbers(&inbox, &Filter::default()), [2]);
        inbox.forget(None);
        assert!(numbers(&inbox, &Filter::default()).is_empty());
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut inbox = Inbox::default();
        (0..=CAPACITY as u64).for_each(|n| inbox.push(message(n + 1, "+1", Channel::Sms)));
        assert_eq!(inbox.oldest_first.len(), CAPACITY);
        assert_eq!(inbox.oldest_first.front().unwrap().number, 2);
    }
}
