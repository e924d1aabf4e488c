//! Counts answered requests. Every request of every worker does, so the handles of the series are kept here:
//! the crate's own look-up by label values takes a lock, for which workers would compete.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use arc_swap::ArcSwap;
use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec};

/// The methods that are counted by name: those of the operations, and HEAD and OPTIONS.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// Upper bound of the number of series. Routes and statuses are bounded anyway; this limits the cost of a
/// mistake.
const MAX_SERIES: usize = 2000;
/// The label value for other methods, and for everything beyond [`MAX_SERIES`].
const OTHER: &str = "other";

type Labels<'a> = [Cow<'a, str>; 3];

/// The metrics of answered requests, by method, route and status.
pub(super) struct Requests {
    total: IntCounterVec,
    duration: HistogramVec,
    known: ArcSwap<HashMap<Labels<'static>, Series>>,
}

#[derive(Clone)]
struct Series {
    total: IntCounter,
    duration: Histogram,
}

impl Series {
    fn count(&self, duration: Duration) {
        self.total.inc();
        self.duration.observe(duration.as_secs_f64());
    }
}

impl Requests {
    pub(super) fn new(total: IntCounterVec, duration: HistogramVec) -> Self {
        Self { total, duration, known: ArcSwap::default() }
    }

    pub(super) fn count(&self, method: &str, route: &str, status: &str, duration: Duration) {
        let method = METHODS.into_iter().find(|known| *known == method).unwrap_or(OTHER);
        let labels = [method, route, status];
        let known = self.known.load();
        let known: &HashMap<Labels<'_>, Series> = &known;
        match known.get(&labels.map(Cow::Borrowed)) {
            Some(series) => series.count(duration),
            None => self.add(labels).count(duration),
        }
    }

    #[cold]
    fn add(&self, labels: [&str; 3]) -> Series {
        let labels = if self.known.load().len() < MAX_SERIES { labels } else { [OTHER; 3] };
        let [method, route, _] = labels;
        let series = Series {
            total: self.total.with_label_values(&labels),
            duration: self.duration.with_label_values(&[method, route]),
        };
        self.known.rcu(|known| {
            let mut known = HashMap::clone(known);
            known.insert(labels.map(|label| Cow::Owned(label.to_owned())), series.clone());
            known
        });
        series
    }
}

#[cfg(test)]
mod tests {
    use prometheus::core::Collector;
    use prometheus::{HistogramOpts, Opts};

    use super::*;

    #[test]
    fn labels_are_bounded() {
        let total = IntCounterVec::new(Opts::new("x_total", "X."), &["method", "route", "status"]).unwrap();
        let duration = HistogramVec::new(HistogramOpts::new("x", "X."), &["method", "route"]).unwrap();
        let requests = Requests::new(total.clone(), duration.clone());
        for number in 0..MAX_SERIES + 10 {
            requests.count("GET", &format!("/{number}"), "200", Duration::ZERO);
        }
        for collected in [total.collect(), duration.collect()] {
            let series: usize = collected.iter().map(|family| family.get_metric().len()).sum();
            assert_eq!(series, MAX_SERIES + 1);
        }
        assert_eq!(total.with_label_values(&[OTHER; 3]).get(), 10);
        assert_eq!(total.with_label_values(&["GET", "/7", "200"]).get(), 1);
    }
}
