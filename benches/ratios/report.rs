//! Prints the figures. Only the ratios have targets; the medians of the rates are for orientation.

use countersign::auth::HashParameters;

use crate::load::Round;

/// Prints the report.
pub struct Report;

/// The target of a figure.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    /// The minimum.
    AtLeast(f64),
    /// The maximum.
    AtMost(f64),
}

impl Bound {
    fn verdict(self, value: f64) -> String {
        let (words, bound, met) = match self {
            Self::AtLeast(bound) => ("at least", bound, value >= bound),
            Self::AtMost(bound) => ("at most", bound, value <= bound),
        };
        format!("{words} {bound:.2} {}", if met { "met" } else { "NOT MET" })
    }
}

impl Report {
    /// Prints the conditions of the measurement and the head of the table.
    pub fn begin(cores: usize, parameters: HashParameters) -> Self {
        let HashParameters { memory_kib, iterations, parallelism } = parameters;
        print(&format!(
            "countersign, {cores} cores shared by server, load and databases; log at level info, into a file
argon2id m={memory_kib},t={iterations},p={parallelism}; ratios of one round each: median (least .. most)
\"CPU\": time of this process without the load's; the ratio of CPU counts no waiting and no PostgreSQL

{:<30}{:>11}{:>10}   {:<25}{:<25}target",
            "", "per second", "CPU us", "ratio", "ratio of CPU"
        ));
        Self
    }

    /// Compares rates with that of the first contender. `targets` has the minimum ratio of each other
    /// contender.
    pub fn rates(&self, contenders: &[(&'static str, Vec<Round>)], targets: &[Option<f64>]) {
        let Some(((name, base), others)) = contenders.split_first() else { return };
        print(&rates(name, base));
        for ((name, rounds), target) in others.iter().zip(targets) {
            let pairs = || base.iter().zip(rounds);
            let ratios = sorted(pairs().map(|(base, round)| round.per_second / base.per_second));
            let of_cpu = sorted(pairs().filter_map(|(base, round)| {
                Some(base.cpu?.as_secs_f64() / round.cpu.filter(|cpu| !cpu.is_zero())?.as_secs_f64())
            }));
            let verdict =
                target.map(|least| Bound::AtLeast(least).verdict(median(&ratios))).unwrap_or_default();
            print(&format!(
                "{}   {:<25}{:<25}{verdict}",
                rates(name, rounds),
                spread(&ratios),
                spread(&of_cpu)
            ));
        }
    }

    /// Prints a figure that was measured several times.
    pub fn figure(&self, name: &str, values: Vec<f64>, bound: Option<Bound>) {
        let values = sorted(values.into_iter());
        let verdict = bound.map(|bound| bound.verdict(median(&values))).unwrap_or_default();
        print(&format!("{name:<54}{:<50}{verdict}", spread(&values)));
    }

    /// Prints what was not measured.
    pub fn end(&self, postgres: bool) {
        if !postgres {
            print("\nPostgreSQL was not measured: set BENCH_DATABASE_URL=postgres://…");
        }
    }
}

/// Prints to standard error, which goes to a file in the child process.
#[allow(clippy::print_stderr, reason = "the program reports why it failed")]
pub fn print_error(line: &str) {
    eprintln!("{line}");
}

#[allow(clippy::print_stdout, reason = "printing figures is the purpose of this program")]
fn print(text: &str) {
    println!("{text}");
}

fn rates(name: &str, rounds: &[Round]) -> String {
    let per_second = median(&sorted(rounds.iter().map(|round| round.per_second)));
    let cpu = sorted(rounds.iter().filter_map(|round| Some(round.cpu?.as_secs_f64() * 1e6)));
    let cpu = if cpu.is_empty() { "-".into() } else { format!("{:.1}", median(&cpu)) };
    format!("{name:<30}{per_second:>11.0}{cpu:>10}")
}

fn spread(sorted: &[f64]) -> String {
    match (sorted.first(), sorted.last()) {
        (Some(least), Some(most)) => format!("{:.3} ({least:.3} .. {most:.3})", median(sorted)),
        _ => "-".into(),
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
