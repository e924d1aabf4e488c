//! The inbox of an account: the messages that its virtual phones and mailboxes received.

use std::collections::VecDeque;

use super::message::{Message, MessageFilter};

/// The maximum number of messages per account. The oldest are evicted first.
pub(crate) const CAPACITY: usize = 10_000;

/// The messages of one account.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    oldest_first: VecDeque<Message>,
}

impl Inbox {
    /// Adds a message.
    pub(crate) fn push(&mut self, message: Message) {
        if self.oldest_first.len() >= CAPACITY {
            self.oldest_first.pop_front();
        }
        self.oldest_first.push_back(message);
    }

    /// Returns the matching messages, newest first.
    pub(crate) fn newest_first<'a>(&'a self, filter: &'a MessageFilter) -> impl Iterator<Item = &'a Message> {
        self.oldest_first
            .iter()
            .rev()
            .take_while(|message| message.number > filter.after)
            .filter(|message| filter.matches(message))
    }

    /// Removes the messages to one recipient, or all messages.
    pub(crate) fn remove(&mut self, to: Option<&str>) {
        self.oldest_first.retain(|message| to.is_some_and(|to| to != message.to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::channel::Channel;

    fn numbers(inbox: &Inbox, filter: MessageFilter) -> Vec<u64> {
        inbox.newest_first(&filter).map(|message| message.number).collect()
    }

    #[test]
    fn messages_are_filtered_and_removed() {
        let mut inbox = Inbox::default();
        inbox.push(Message::for_test(1, "+1", Channel::Sms));
        inbox.push(Message::for_test(2, "+2", Channel::Sms));
        inbox.push(Message::for_test(4, "+1", Channel::Call));
        let all = MessageFilter::new;
        assert_eq!(numbers(&inbox, all()), [4, 2, 1]);
        assert_eq!(numbers(&inbox, all().to("+1")), [4, 1]);
        assert_eq!(numbers(&inbox, all().channel(Channel::Sms)), [2, 1]);
        assert_eq!(numbers(&inbox, all().after(3)), [4]);
        inbox.remove(Some("+1"));
        assert_eq!(numbers(&inbox, all()), [2]);
        inbox.remove(None);
        assert!(numbers(&inbox, all()).is_empty());
    }

    #[test]
    fn the_oldest_message_is_evicted() {
        let mut inbox = Inbox::default();
        for number in 1..=CAPACITY as u64 + 1 {
            inbox.push(Message::for_test(number, "+1", Channel::Sms));
        }
        assert_eq!(inbox.oldest_first.len(), CAPACITY);
        assert_eq!(inbox.oldest_first.front().unwrap().number, 2);
    }
}
