//! Checks clocks and facts about this machine, such as how fast it hashes.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use countersign::auth::HashParameters;

use super::Check;

/// By how many seconds two clocks may differ. HTTP's `Date` has a resolution of one second, and a response
/// takes time.
const TOLERANCE: i64 = 5;
/// Pairs of memory (KiB) and passes, with one lane, that OWASP's Password Storage Cheat Sheet recommends as
/// equally strong. Weaker parameters are for tests.
const OWASP_MINIMUM: [(u32, u32); 5] = [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)];
/// Users notice hashes that take longer.
const SLOW: Duration = Duration::from_secs(1);

/// The measurement of one hash.
pub(super) struct Hashing {
    pub(super) parameters: HashParameters,
    /// The implementation.
    pub(super) engine: &'static str,
    pub(super) duration: Duration,
    /// The number of threads that can hash at the same time.
    pub(super) threads: usize,
}

/// Compares this machine's clock with another one.
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
            "this machine's clock is {seconds} s {direction} {whose}: synchronize it (NTP), \
             because tokens and codes expire by it"
        ),
    )
}

/// Checks the cost of a hash.
pub(super) fn argon2(hashing: Hashing) -> Check {
    const NAME: &str = "argon2";
    let Hashing { parameters, engine, duration, threads } = hashing;
    let HashParameters { memory_kib, iterations, parallelism } = parameters;
    let milliseconds = duration.as_secs_f64() * 1000.0;
    let seconds = duration.as_secs_f64().max(f64::EPSILON);
    let per_second = f64::from(u32::try_from(threads).unwrap_or(u32::MAX)) / seconds;
    let measured = format!(
        "a hash by {engine} takes {milliseconds:.0} ms (memory_kib {memory_kib}, iterations {iterations}, \
         parallelism {parallelism}); {threads} at a time allow about {per_second:.0} log-ins per second"
    );
    if !OWASP_MINIMUM.iter().any(|(memory, passes)| memory_kib >= *memory && iterations >= *passes) {
        return Check::warning(
            NAME,
            format!("{measured}. That is too cheap for real passwords: use the defaults of [passwords]"),
        );
    }
    if duration > SLOW {
        return Check::warning(NAME, format!("{measured}. Users notice that: lower passwords.memory_kib"));
    }
    Check::ok(NAME, measured)
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
            let (_, seen, detail) = check.parts();
            assert_eq!(seen, status, "{ahead}");
            assert!(detail.contains(words), "{detail}");
        }
    }

    #[test]
    fn a_cheap_or_slow_hash_is_a_warning() {
        for (memory_kib, iterations, milliseconds, threads, status, words) in [
            (19_456, 2, 20, 2, Status::Ok, "takes 20 ms"),
            (19_456, 2, 20, 2, Status::Ok, "about 100 log-ins"),
            (7_168, 5, 20, 1, Status::Ok, "about 50 log-ins"),
            (1024, 1, 1, 1, Status::Warning, "too cheap"),
            (65_536, 16, 1500, 1, Status::Warning, "Users notice"),
            (19_456, 2, 0, 1, Status::Ok, "takes 0 ms"),
        ] {
            let parameters = HashParameters { memory_kib, iterations, parallelism: 1 };
            let check = argon2(Hashing {
                parameters,
                engine: "AVX2",
                duration: Duration::from_millis(milliseconds),
                threads,
            });
            let (_, seen, detail) = check.parts();
            assert_eq!(seen, status, "{detail}");
            assert!(detail.contains(words), "{detail}");
        }
    }
}
