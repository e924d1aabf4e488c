//! The text that Prometheus reads:
//! [exposition format 0.0.4](https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).

use std::borrow::Cow;
use std::fmt::{Display, Write};

use super::family::{BUCKETS, Counter, Family, Gauge, Histogram};

/// `Content-Type` of it.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A text in the making.
#[derive(Default)]
pub(super) struct Text(pub(super) String);

impl Text {
    pub(super) fn counter<const N: usize>(&mut self, family: &Family<Counter, N>) {
        self.head(family.name, family.help, "counter");
        for (values, counter) in family.series() {
            self.sample(family.name, &family.labels, &values, counter.value());
        }
    }

    pub(super) fn gauge<const N: usize>(&mut self, family: &Family<Gauge, N>) {
        self.head(family.name, family.help, "gauge");
        for (values, gauge) in family.series() {
            self.sample(family.name, &family.labels, &values, gauge.value());
        }
    }

    pub(super) fn histogram<const N: usize>(&mut self, family: &Family<Histogram, N>) {
        let name = family.name;
        self.head(name, family.help, "histogram");
        for (values, histogram) in family.series() {
            let (buckets, count, seconds) = histogram.read();
            let names: Vec<&str> = family.labels.iter().copied().chain(["le"]).collect();
            let ends = BUCKETS.iter().map(|(_, end)| *end).zip(buckets).chain([("+Inf", count)]);
            for (end, below) in ends {
                let values: Vec<Cow<'_, str>> = values.iter().cloned().chain([end.into()]).collect();
                self.sample(&format!("{name}_bucket"), &names, &values, below);
            }
            self.sample(&format!("{name}_sum"), &family.labels, &values, seconds);
            self.sample(&format!("{name}_count"), &family.labels, &values, count);
        }
    }

    fn head(&mut self, name: &str, help: &str, kind: &str) {
        // Writing to a String does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[&str], values: &[Cow<'_, str>], value: impl Display) {
        let pairs = labels.iter().zip(values).map(|(label, value)| format!("{label}=\"{}\"", escaped(value)));
        let pairs: Vec<String> = pairs.collect();
        let _ = match pairs.is_empty() {
            true => writeln!(self.0, "{name} {value}"),
            false => writeln!(self.0, "{name}{{{}}} {value}", pairs.join(",")),
        };
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn samples_as_prometheus_reads_them() {
        let (counter, mut text) = (Family::<Counter, 2>::new("a_total", "As.", ["x", "y"]), Text::default());
        counter.with(["1", "b\"\\\n"], Counter::increase);
        text.counter(&counter);
        let bare = Family::<Gauge, 0>::new("g", "Gs.", []);
        bare.with([], |gauge| gauge.add(-3));
        text.gauge(&bare);
        assert_eq!(
            text.0,
            "# HELP a_total As.\n# TYPE a_total counter\na_total{x=\"1\",y=\"b\\\"\\\\\\n\"} 1\n\
             # HELP g Gs.\n# TYPE g gauge\ng -3\n"
        );
        let (histogram, mut text) = (Family::<Histogram, 0>::new("s", "S.", []), Text::default());
        histogram.with([], |histogram| histogram.observe(Duration::from_millis(1500)));
        text.histogram(&histogram);
        for line in [
            "s_bucket{le=\"1\"} 0",
            "s_bucket{le=\"2.5\"} 1",
            "s_bucket{le=\"+Inf\"} 1",
            "s_sum 1.5",
            "s_count 1",
        ] {
            assert!(text.0.lines().any(|found| found == line), "{line}: {}", text.0);
        }
    }
}
