//! The metrics of a server, parsed strictly by the exposition format 0.0.4.

use std::collections::BTreeMap;

use regex::Regex;

use super::Server;

type Labels = BTreeMap<String, String>;

/// One scrape.
pub struct Metrics {
    pub text: String,
    /// Names and kinds.
    pub families: BTreeMap<String, String>,
    samples: Vec<(String, Labels, f64)>,
}

impl Server {
    /// Scrapes the server.
    pub async fn metrics(&self) -> Metrics {
        let url = format!("{}/metrics", self.process.address("metrics"));
        let response = self.http.get(url).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        Metrics::parse(response.text().await.unwrap())
    }
}

impl Metrics {
    /// Fails if a line is malformed or a family is incomplete.
    fn parse(text: String) -> Self {
        let sample =
            Regex::new(r#"^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\})? ([-0-9.e]+)$"#)
                .unwrap();
        let label = Regex::new(r#"([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)""#).unwrap();
        let mut families = BTreeMap::new();
        let mut samples = Vec::new();
        let mut current = String::new();
        let mut lines = text.lines();
        assert!(text.ends_with('\n'));
        while let Some(line) = lines.next() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, words) = help.split_once(' ').unwrap();
                assert!(words.ends_with('.') && name.starts_with("countersign_"), "{line}");
                let kind = lines.next().unwrap().strip_prefix(&format!("# TYPE {name} ")).unwrap().to_owned();
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
                assert_eq!(kind == "histogram", name.ends_with("_seconds"), "{line}");
                assert!(families.insert(name.to_owned(), kind).is_none(), "twice: {line}");
                current = name.to_owned();
                continue;
            }
            let parts = sample.captures(line).unwrap_or_else(|| panic!("no sample: {line}"));
            let name = &parts[1];
            let suffixes: &[&str] =
                if families[&current] == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
            assert!(suffixes.iter().any(|suffix| *name == format!("{current}{suffix}")), "{line}");
            let list = parts.get(2).map_or("", |list| list.as_str());
            let labels: Labels =
                label.captures_iter(list).map(|pair| (pair[1].into(), pair[2].into())).collect();
            assert!(
                !samples.iter().any(|(other, seen, _)| other == name && *seen == labels),
                "twice: {line}"
            );
            samples.push((name.to_owned(), labels, parts[3].parse().unwrap()));
        }
        let figures = Self { text, families, samples };
        figures.histograms_add_up();
        figures
    }

    fn histograms_add_up(&self) {
        for (name, _) in self.families.iter().filter(|(_, kind)| *kind == "histogram") {
            for (_, labels, count) in self.of(&format!("{name}_count")) {
                let mut last = 0.0;
                for (_, bucket, below) in self.of(&format!("{name}_bucket")) {
                    if labels.iter().all(|(label, value)| bucket.get(label) == Some(value)) {
                        assert!(*below >= last, "{name} {bucket:?}");
                        last = *below;
                        assert!(bucket["le"] != "+Inf" || below == count, "{name} {bucket:?}");
                    }
                }
                assert_eq!(last, *count, "{name} has no bucket +Inf");
            }
        }
    }

    fn of(&self, name: &str) -> impl Iterator<Item = &(String, Labels, f64)> {
        self.samples.iter().filter(move |(other, ..)| other == name)
    }

    /// The sum of the samples that have these labels, written `name{label="value"}` or `name`.
    pub fn sum(&self, of: &str) -> f64 {
        let (name, list) = of.trim_end_matches('}').split_once('{').unwrap_or((of, ""));
        let wanted: Vec<(&str, &str)> = list
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .map(|(label, value)| (label, value.trim_matches('"')))
            .collect();
        let has = |labels: &Labels| {
            wanted.iter().all(|(label, value)| labels.get(*label).is_some_and(|found| found == value))
        };
        self.of(name).filter(|(_, labels, _)| has(labels)).map(|(.., value)| value).sum()
    }

    /// The values of a label.
    pub fn values_of(&self, label: &str) -> Vec<&str> {
        let mut values: Vec<&str> =
            self.samples.iter().filter_map(|(_, labels, _)| labels.get(label).map(String::as_str)).collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    /// The labels of a family's samples, except `le`.
    pub fn labels_of(&self, family: &str) -> Vec<&str> {
        let samples = self.samples.iter().filter(|(name, ..)| name.starts_with(family));
        let mut labels: Vec<&str> =
            samples.flat_map(|(_, labels, _)| labels.keys().map(String::as_str)).collect();
        labels.sort_unstable();
        labels.dedup();
        labels
    }
}
