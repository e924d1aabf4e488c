//! Numbers by the values of their labels. What is counted is an atomic; the table of them is replaced when a combination of
//! labels comes for the first time, and otherwise read without a lock: every request of every worker does.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;

/// Most combinations of labels in a family. What labels hold is bounded anyway; this bounds what a mistake costs.
const MOST_SERIES: usize = 2000;
/// What labels say beyond that.
const OTHER: &str = "other";

/// The values of a series' labels.
pub(super) type Labels<const N: usize> = [Cow<'static, str>; N];

/// A metric with its labels.
pub(super) struct Family<T, const N: usize> {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) labels: [&'static str; N],
    series: ArcSwap<HashMap<Labels<N>, Arc<T>>>,
}

impl<T: Default, const N: usize> Family<T, N> {
    pub(super) fn new(name: &'static str, help: &'static str, labels: [&'static str; N]) -> Self {
        Self { name, help, labels, series: ArcSwap::default() }
    }

    /// Does something to the number with these labels.
    pub(super) fn with<R>(&self, values: [&str; N], act: impl FnOnce(&T) -> R) -> R {
        {
            let series = self.series.load();
            let known: &HashMap<[Cow<'_, str>; N], Arc<T>> = &series;
            if let Some(found) = known.get(&values.map(Cow::Borrowed)) {
                return act(found);
            }
        }
        act(&self.added(values))
    }

    /// The number with these labels, which were not there a moment ago.
    fn added(&self, values: [&str; N]) -> Arc<T> {
        let mut number = Arc::default();
        self.series.rcu(|series| {
            let mut series = HashMap::clone(series);
            let key = match series.len() < MOST_SERIES {
                true => values.map(|value| Cow::Owned(value.to_owned())),
                false => [OTHER; N].map(Cow::Borrowed),
            };
            number = series.entry(key).or_default().clone();
            series
        });
        number
    }

    /// Every number, in the order of their labels.
    pub(super) fn series(&self) -> Vec<(Labels<N>, Arc<T>)> {
        let series = self.series.load();
        let mut all: Vec<_> = series.iter().map(|(labels, value)| (labels.clone(), value.clone())).collect();
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all
    }
}

/// A number that only grows.
#[derive(Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn increase(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down.
#[derive(Default)]
pub(super) struct Gauge(AtomicI64);

impl Gauge {
    pub(super) fn add(&self, difference: i64) {
        self.0.fetch_add(difference, Ordering::Relaxed);
    }

    pub(super) fn set(&self, value: i64) {
        self.0.store(value, Ordering::Relaxed);
    }

    pub(super) fn value(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Upper ends of a histogram's buckets, in microseconds and as they are written in seconds.
pub(super) const BUCKETS: [(u64, &str); 13] = [
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (5_000_000, "5"),
    (10_000_000, "10"),
];

/// How long things took.
#[derive(Default)]
pub(super) struct Histogram {
    /// Not cumulated; what is longer than all is in none.
    buckets: [Counter; BUCKETS.len()],
    count: Counter,
    sum_micros: AtomicU64,
}

impl Histogram {
    pub(super) fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BUCKETS.iter().zip(&self.buckets).find(|((end, _), _)| micros <= *end);
        if let Some((_, bucket)) = bucket {
            bucket.increase();
        }
        self.sum_micros.fetch_add(micros, Ordering::Relaxed);
        self.count.increase();
    }

    /// How many were not longer than each bucket's end, how many there were, and how many seconds they took.
    pub(super) fn read(&self) -> ([u64; BUCKETS.len()], u64, f64) {
        // The total first: what is observed meanwhile must not make a bucket larger than it.
        let count = self.count.value();
        let mut sum = 0;
        let buckets = self.buckets.each_ref().map(|bucket| {
            sum += bucket.value();
            sum.min(count)
        });
        (buckets, count, Duration::from_micros(self.sum_micros.load(Ordering::Relaxed)).as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_bounded() {
        let family = Family::<Counter, 1>::new("x_total", "X.", ["x"]);
        for number in 0..MOST_SERIES + 10 {
            family.with([&number.to_string()], Counter::increase);
        }
        assert_eq!(family.series().len(), MOST_SERIES + 1);
        assert_eq!(family.with([OTHER], Counter::value), 10);
        assert_eq!(family.with(["7"], Counter::value), 1);
    }

    #[test]
    fn buckets_are_cumulated() {
        let histogram = Histogram::default();
        for millis in [1, 2, 300, 20_000] {
            histogram.observe(Duration::from_millis(millis));
        }
        let (buckets, count, seconds) = histogram.read();
        assert_eq!(buckets, [1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3]);
        assert_eq!((count, seconds), (4, 20.303));
    }
}
