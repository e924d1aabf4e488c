//! How many starts each bucket has seen for each value of its key. Pure: time is an argument.
//!
//! The interval of a bucket begins with the first start that it counts and ends all at once. Twilio documents
//! neither this nor another way; this one is easy to foresee in a test.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use super::Bucket;

/// How many bucket-and-value pairs one account counts; the oldest go first.
const CAPACITY: usize = 10_000;

/// A bucket's SID and a value of its key.
type Key = (String, String);

/// The counts of one account.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    intervals: HashMap<Key, Interval>,
    oldest_first: VecDeque<Key>,
}

#[derive(Clone, Copy, Debug)]
struct Interval {
    began: DateTime<Utc>,
    starts: u32,
}

impl Interval {
    fn end(self, bucket: &Bucket) -> DateTime<Utc> {
        self.began + TimeDelta::seconds(bucket.interval.into())
    }

    /// One that begins later than now was begun before the clock went back, and never came.
    fn is_running(self, bucket: &Bucket, now: DateTime<Utc>) -> bool {
        self.began <= now && now < self.end(bucket)
    }
}

impl Counts {
    /// Seconds until the bucket takes a start with this value, rounded up; `None` when it takes one now.
    pub(crate) fn wait(&self, bucket: &Bucket, value: &str, now: DateTime<Utc>) -> Option<u32> {
        let interval = self.intervals.get(&(bucket.sid.clone(), value.to_owned()))?;
        if !interval.is_running(bucket, now) || interval.starts < bucket.max {
            return None;
        }
        let left = interval.end(bucket) - now;
        // Never more than the interval, which is a u32.
        u32::try_from(left.num_seconds() + i64::from(left.subsec_nanos() > 0)).ok()
    }

    /// Counts a start with this value.
    pub(crate) fn count(&mut self, bucket: &Bucket, value: &str, now: DateTime<Utc>) {
        let key = (bucket.sid.clone(), value.to_owned());
        if let Some(interval) = self.intervals.get_mut(&key) {
            if interval.is_running(bucket, now) {
                interval.starts = interval.starts.saturating_add(1);
            } else {
                *interval = Interval { began: now, starts: 1 };
            }
            return;
        }
        if self.intervals.len() >= CAPACITY
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.intervals.remove(&oldest);
        }
        self.intervals.insert(key.clone(), Interval { began: now, starts: 1 });
        self.oldest_first.push_back(key);
    }

    /// Forgets what these buckets counted.
    pub(crate) fn forget(&mut self, buckets: &[Bucket]) {
        let stays = |key: &Key| buckets.iter().all(|bucket| bucket.sid != key.0);
        self.intervals.retain(|key, _| stays(key));
        self.oldest_first.retain(stays);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::form::Form;

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
    }

    fn bucket(sid: &str) -> Bucket {
        let form = Form::from_pairs([("Max", "2"), ("Interval", "60")]);
        Bucket::from_form(sid.into(), &form, at(0)).unwrap()
    }

    #[test]
    fn an_interval_begins_with_its_first_start() {
        let (mut counts, bucket) = (Counts::default(), bucket("BL1"));
        counts.count(&bucket, "a", at(1_000));
        assert_eq!(counts.wait(&bucket, "a", at(1_000)), None);
        counts.count(&bucket, "a", at(30_000));
        assert_eq!(counts.wait(&bucket, "a", at(30_000)), Some(31));
        assert_eq!(counts.wait(&bucket, "a", at(60_999)), Some(1));
        assert_eq!(counts.wait(&bucket, "b", at(30_000)), None);
        assert_eq!(counts.wait(&bucket, "a", at(61_000)), None);
        counts.count(&bucket, "a", at(61_000));
        assert_eq!(counts.wait(&bucket, "a", at(61_000)), None);
    }

    #[test]
    fn a_changed_bucket_judges_what_it_counted() {
        let (mut counts, mut bucket) = (Counts::default(), bucket("BL1"));
        counts.count(&bucket, "a", at(0));
        bucket.max = 1;
        assert_eq!(counts.wait(&bucket, "a", at(0)), Some(60));
        bucket.interval = 10;
        assert_eq!(counts.wait(&bucket, "a", at(10_000)), None);
    }

    #[test]
    fn what_was_counted_ahead_of_time_is_void() {
        let (mut counts, bucket) = (Counts::default(), bucket("BL1"));
        (0..2).for_each(|_| counts.count(&bucket, "a", at(30_000)));
        assert_eq!(counts.wait(&bucket, "a", at(0)), None);
    }

    #[test]
    fn the_oldest_are_forgotten_and_so_are_deleted_buckets() {
        let (mut counts, one, two) = (Counts::default(), bucket("BL1"), bucket("BL2"));
        for n in 0..=CAPACITY {
            counts.count(&one, &n.to_string(), at(0));
        }
        assert_eq!((counts.intervals.len(), counts.oldest_first.len()), (CAPACITY, CAPACITY));
        assert!(!counts.intervals.contains_key(&("BL1".into(), "0".into())));
        counts.count(&two, "a", at(0));
        counts.forget(&[one]);
        assert_eq!((counts.intervals.len(), counts.oldest_first.len()), (1, 1));
    }
}
