//! Counts the starts per bucket and value of its key. Pure: the time is an argument.
//!
//! The interval of a bucket begins with the first counted start (a fixed window). Twilio does not document
//! its method. Fixed windows are easy to predict in a test.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use super::Bucket;

/// The maximum number of counts per account. The oldest are evicted first.
const CAPACITY: usize = 10_000;

/// The SID of a bucket and a value of its key.
type Key = (String, String);

/// The counts of one account.
#[derive(Debug, Default)]
pub(crate) struct StartCounts {
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

    /// An interval that begins after `now` began before the clock went back. It does not count.
    fn is_running(self, bucket: &Bucket, now: DateTime<Utc>) -> bool {
        self.began <= now && now < self.end(bucket)
    }
}

impl StartCounts {
    /// Returns the seconds, rounded up, until the bucket admits a start with this value, or `None` if it
    /// admits one now.
    pub(crate) fn retry_after(&self, bucket: &Bucket, value: &str, now: DateTime<Utc>) -> Option<u32> {
        let interval = self.intervals.get(&(bucket.sid.clone(), value.to_owned()))?;
        if !interval.is_running(bucket, now) || interval.starts < bucket.max {
            return None;
        }
        let rest = interval.end(bucket) - now;
        // The rest fits: it is at most the interval, a u32.
        u32::try_from(rest.num_seconds() + i64::from(rest.subsec_nanos() > 0)).ok()
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

    /// Removes the counts of these buckets.
    pub(crate) fn remove(&mut self, buckets: &[Bucket]) {
        let remains = |key: &Key| buckets.iter().all(|bucket| bucket.sid != key.0);
        self.intervals.retain(|key, _| remains(key));
        self.oldest_first.retain(remains);
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
        let mut counts = StartCounts::default();
        let bucket = bucket("BL1");
        counts.count(&bucket, "a", at(1_000));
        assert_eq!(counts.retry_after(&bucket, "a", at(1_000)), None);
        counts.count(&bucket, "a", at(30_000));
        assert_eq!(counts.retry_after(&bucket, "a", at(30_000)), Some(31));
        assert_eq!(counts.retry_after(&bucket, "a", at(60_999)), Some(1));
        assert_eq!(counts.retry_after(&bucket, "b", at(30_000)), None);
        assert_eq!(counts.retry_after(&bucket, "a", at(61_000)), None);
        counts.count(&bucket, "a", at(61_000));
        assert_eq!(counts.retry_after(&bucket, "a", at(61_000)), None);
    }

    #[test]
    fn an_updated_bucket_applies_to_earlier_counts() {
        let mut counts = StartCounts::default();
        let mut bucket = bucket("BL1");
        counts.count(&bucket, "a", at(0));
        bucket.max = 1;
        assert_eq!(counts.retry_after(&bucket, "a", at(0)), Some(60));
        bucket.interval = 10;
        assert_eq!(counts.retry_after(&bucket, "a", at(10_000)), None);
    }

    #[test]
    fn counts_after_the_current_time_are_ignored() {
        let mut counts = StartCounts::default();
        let bucket = bucket("BL1");
        for _ in 0..2 {
            counts.count(&bucket, "a", at(30_000));
        }
        assert_eq!(counts.retry_after(&bucket, "a", at(0)), None);
    }

    #[test]
    fn the_oldest_counts_and_those_of_deleted_buckets_are_removed() {
        let mut counts = StartCounts::default();
        let first = bucket("BL1");
        let second = bucket("BL2");
        for n in 0..=CAPACITY {
            counts.count(&first, &n.to_string(), at(0));
        }
        assert_eq!((counts.intervals.len(), counts.oldest_first.len()), (CAPACITY, CAPACITY));
        assert!(!counts.intervals.contains_key(&("BL1".into(), "0".into())));
        counts.count(&second, "a", at(0));
        counts.remove(&[first]);
        assert_eq!((counts.intervals.len(), counts.oldest_first.len()), (1, 1));
    }
}
