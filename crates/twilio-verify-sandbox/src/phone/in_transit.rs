//! Messages that were sent and have not arrived yet. Pure: the time is an argument.

use chrono::{DateTime, TimeDelta, Utc};

use super::message::Message;

/// The maximum number of messages in transit per account. Beyond it, the oldest arrives early.
const CAPACITY: usize = 1_000;

/// The messages of one account that have not arrived yet.
#[derive(Debug, Default)]
pub(crate) struct MessagesInTransit {
    oldest_first: Vec<MessageInTransit>,
}

#[derive(Debug)]
struct MessageInTransit {
    ticket: u64,
    arrives_at: DateTime<Utc>,
    message: Message,
}

impl MessagesInTransit {
    /// Adds a message. Returns the oldest one if it must arrive now to free its place.
    pub(crate) fn add(
        &mut self,
        ticket: u64,
        arrives_at: DateTime<Utc>,
        message: Message,
    ) -> Option<Message> {
        let early = (self.oldest_first.len() >= CAPACITY).then(|| self.oldest_first.remove(0).message);
        self.oldest_first.push(MessageInTransit { ticket, arrives_at, message });
        early
    }

    /// Removes and returns the message with this ticket, unless it has arrived.
    pub(crate) fn take(&mut self, ticket: u64) -> Option<Message> {
        let index = self.oldest_first.iter().position(|sent| sent.ticket == ticket)?;
        Some(self.oldest_first.remove(index).message)
    }

    /// Removes and returns the messages that arrive by `now`, in the order of arrival.
    pub(crate) fn take_due(&mut self, now: DateTime<Utc>) -> Vec<Message> {
        let all = std::mem::take(&mut self.oldest_first);
        let (mut due, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|sent| sent.arrives_at <= now);
        self.oldest_first = rest;
        due.sort_by_key(|sent| sent.arrives_at);
        due.into_iter().map(|sent| sent.message).collect()
    }

    /// Handles a clock that went back by `difference`: the remaining time of each message stays the same.
    pub(crate) fn rewind(&mut self, difference: TimeDelta) {
        for sent in &mut self.oldest_first {
            sent.arrives_at -= difference;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::channel::Channel;

    fn message(number: u64) -> Message {
        Message::for_test(number, "+1", Channel::Sms)
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn numbers(messages: Vec<Message>) -> Vec<u64> {
        messages.into_iter().map(|message| message.number).collect()
    }

    #[test]
    fn each_message_arrives_once() {
        let mut messages = MessagesInTransit::default();
        messages.add(1, at(9), message(1));
        messages.add(2, at(8), message(2));
        messages.add(3, at(10), message(3));
        assert!(messages.take_due(at(7)).is_empty());
        assert_eq!(numbers(messages.take_due(at(9))), [2, 1]);
        assert_eq!(messages.take(1), None);
        assert_eq!(messages.take(3).unwrap().number, 3);
        assert!(messages.take(3).is_none());
        assert!(messages.take_due(at(99)).is_empty());
    }

    #[test]
    fn the_remaining_time_survives_a_clock_reset() {
        let mut messages = MessagesInTransit::default();
        messages.add(1, at(608), message(1));
        messages.rewind(TimeDelta::seconds(600));
        assert!(messages.take_due(at(7)).is_empty());
        assert_eq!(numbers(messages.take_due(at(8))), [1]);
    }

    #[test]
    fn the_oldest_message_arrives_early_if_there_are_too_many() {
        let mut messages = MessagesInTransit::default();
        for ticket in 0..CAPACITY as u64 {
            assert_eq!(messages.add(ticket, at(8), message(ticket)), None);
        }
        assert_eq!(messages.add(CAPACITY as u64, at(8), message(CAPACITY as u64)).unwrap().number, 0);
        assert_eq!(messages.take(0), None);
        assert_eq!(messages.oldest_first.len(), CAPACITY);
    }
}
