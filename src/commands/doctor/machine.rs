//! Clocks, and how fast this machine hashes.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use countersign::auth::HashParameters;

use super::Check;

/// Seconds by which two clocks may differ. A whole second of it is the resolution of HTTP's `Date`, and an
/// answer takes a while to come.
const TOLERANCE: i64 = 5;
/// Memory (KiB) and passes that OWASP's Password Storage Cheat Sheet holds to be equally strong, each with one
/// lane. Less is for tests.
const OWASP_MINIMUM: [(u32, u32); 5] = [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)];
/// A hash that takes longer than this is felt by whoever logs in.
const SLOW: Duration = Duration::from_secs(1);

/// One hash, measured.
pub(super) struct Hashing {
    pub(super) parameters: HashParameters,
    /// What computed it.
    pub(super) by: &'static str,
    pub(super) took: Duration,
    /// Threads that can hash at the same time.
    pub(super) threads: usize,
}

/// This machine's clock against another one.
pub(super) fn clocks(name: &'static str, ours: DateTime<Utc>, theirs: DateTime<Utc>, whose: &str) -> Check {
    let ahead = ours - theirs;
    let seconds = ahead.num_seconds().abs();
    if ahead.abs() <= TimeDelta::seconds(TOLERANCE) {
        return Check::ok(name, format!("this machine and {whose} agree within {TOLERANCE} s"));
    }
    let direction = if ahead > TimeDelta::zero() { "ahead of" } else { "behind" };
    Check::warning(
        name,
        format!(
            "this machine's clock is {seconds} s {direction} {whose}: synchronize it (NTP); tokens and codes end by it"
        ),
    )
}

/// What the measured hash means for log-ins.
pub(super) fn argon2(hashing: Hashing) -> Check {
    const NAME: &str = "argon2";
    let Hashing { parameters, by, took, threads } = hashing;
    let HashParameters { memory_kib, iterations, parallelism } = parameters;
    let milliseconds = took.as_secs_f64() * 1000.0;
    let seconds = took.as_secs_f64().max(f64::EPSILON);
    let per_second = f64::from(u32::try_from(threads).unwrap_or(u32::MAX)) / seconds;
    let measured = format!(
        "a hash by {by} takes {milliseconds:.0} ms (memory_kib {memory_kib}, iterations {iterations}, parallelism \
         {parallelism}); {threads} at a time make about {per_second:.0} log-ins a second"
    );
    if !OWASP_MINIMUM.iter().any(|(memory, passes)| memory_kib >= *memory && iterations >= *passes) {
        return Check::warning(
            NAME,
            format!("{measured}. That is too cheap for real passwords: take the defaults of [passwords]"),
        );
    }
    match took > SLOW {
        true => Check::warning(NAME, format!("{measured}. People wait for it: lower passwords.memory_kib")),
        false => Check::ok(NAME, measured),
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::Status;
    use super::*;

    #[test]
    fn clocks_may_differ_by_five_seconds() {
        let ours = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        for (ahead, status, words) in [
            (0, Status::Ok, "agree"),
            (5000, Status::Ok, "agree"),
            (-5000, Status::Ok, "agree"),
            (6000, Status::Warning, "6 s ahead of Twilio"),
            (-90_500, Status::Warning, "90 s behind Twilio"),
        ] {
            let check = clocks("twilio_clock", ours, ours - TimeDelta::milliseconds(ahead), "Twilio");
            let (_, seen, detail) = check.seen();
            assert_eq!(seen, status, "{ahead}");
            assert!(detail.contains(words), "{detail}");
        }
    }

    #[test]
    fn a_hash_is_neither_cheap_nor_slow() {
        for (memory_kib, iterations, milliseconds, threads, status, words) in [
            (19_456, 2, 20, 2, Status::Ok, "takes 20 ms"),
            (19_456, 2, 20, 2, Status::Ok, "about 100 log-ins"),
            (7_168, 5, 20, 1, Status::Ok, "about 50 log-ins"),
            (1024, 1, 1, 1, Status::Warning, "too cheap"),
            (65_536, 16, 1500, 1, Status::Warning, "People wait"),
            (19_456, 2, 0, 1, Status::Ok, "takes 0 ms"),
        ] {
            let parameters = HashParameters { memory_kib, iterations, parallelism: 1 };
            let check = argon2(Hashing {
                parameters,
                by: "AVX2",
                took: Duration::from_millis(milliseconds),
                threads,
            });
            let (_, seen, detail) = check.seen();
            assert_eq!(seen, status, "{detail}");
            assert!(detail.contains(words), "{detail}");
        }
    }
}
