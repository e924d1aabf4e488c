//! Messages that were sent and have not arrived. Pure: time is an argument.

use chrono::{DateTime, TimeDelta, Utc};

use crate::phone::inbox::Message;

/// How many messages of one account may be under way; the oldest arrive early.
const CAPACITY: usize = 1_000;

/// The messages of one account that are under way.
#[derive(Debug, Default)]
pub(crate) struct UnderWay {
    oldest_first: Vec<Sent>,
}

#[derive(Debug)]
struct Sent {
    ticket: u64,
    arrives_at: DateTime<Utc>,
    message: Message,
}

impl UnderWay {
    /// A message sets out. The one that has no room any more arrives now.
    pub(crate) fn add(
        &mut self,
        ticket: u64,
        arrives_at: DateTime<Utc>,
        message: Message,
    ) -> Option<Message> {
        let early = (self.oldest_first.len() >= CAPACITY).then(|| self.oldest_first.remove(0).message);
        self.oldest_first.push(Sent { ticket, arrives_at, message });
        early
    }

    /// The message of that ticket arrives, unless it has.
    pub(crate) fn take(&mut self, ticket: u64) -> Option<Message> {
        let found = self.oldest_first.iter().position(|sent| sent.ticket == ticket)?;
        Some(self.oldest_first.remove(found).message)
    }

    /// Every message that should be there by `now` arrives, in the order of arrival.
    pub(crate) fn take_due(&mut self, now: DateTime<Utc>) -> Vec<Message> {
        let all = std::mem::take(&mut self.oldest_first);
        let (mut due, still): (Vec<Sent>, Vec<Sent>) =
            all.into_iter().partition(|sent| sent.arrives_at <= now);
        self.oldest_first = still;
        due.sort_by_key(|sent| sent.arrives_at);
        due.into_iter().map(|sent| sent.message).collect()
    }

    /// The clock goes back by so much: what is under way keeps the time that it has still to go.
    pub(crate) fn turn_back(&mut self, by: TimeDelta) {
        self.oldest_first.iter_mut().for_each(|sent| sent.arrives_at -= by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::channel::Channel;

    fn message(code: &str) -> Message {
        Message {
            id: String::new(),
            to: "+1".into(),
            channel: Channel::Sms,
            code: code.into(),
            body: String::new(),
            locale: "en".into(),
            verification_sid: "VE".into(),
            sent_at: DateTime::UNIX_EPOCH,
            number: 0,
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn codes(messages: Vec<Message>) -> Vec<String> {
        messages.into_iter().map(|message| message.code).collect()
    }

    #[test]
    fn a_message_arrives_once() {
        let mut under_way = UnderWay::default();
        under_way.add(1, at(9), message("1"));
        under_way.add(2, at(8), message("2"));
        under_way.add(3, at(10), message("3"));
        assert!(under_way.take_due(at(7)).is_empty());
        assert_eq!(codes(under_way.take_due(at(9))), ["2", "1"]);
        assert_eq!(under_way.take(1), None);
        assert_eq!(under_way.take(3).unwrap().code, "3");
        assert!(under_way.take(3).is_none() && under_way.take_due(at(99)).is_empty());
    }

    #[test]
    fn the_time_to_go_outlives_a_clock_that_goes_back() {
        let mut under_way = UnderWay::default();
        under_way.add(1, at(608), message("1"));
        under_way.turn_back(TimeDelta::seconds(600));
        assert!(under_way.take_due(at(7)).is_empty());
        assert_eq!(codes(under_way.take_due(at(8))), ["1"]);
    }

    #[test]
    fn where_there_is_no_room_the_oldest_arrives_early() {
        let mut under_way = UnderWay::default();
        (0..CAPACITY as u64).for_each(|n| assert_eq!(under_way.add(n, at(8), message("x")), None));
        under_way.add(CAPACITY as u64, at(8), message("last")).unwrap();
        assert_eq!(under_way.take(0), None);
        assert_eq!(under_way.oldest_first.len(), CAPACITY);
    }
}
