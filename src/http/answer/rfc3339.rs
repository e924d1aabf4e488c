//! Times in responses (RFC 3339), with chrono's faster formatter: its `Serialize` takes three times as long.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serializer;

/// Writes a time with 0, 3, 6 or 9 digits after the second, as many as it needs.
///
/// # Errors
/// Those of the serializer.
pub fn rfc3339<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Serialize;

    use super::*;

    #[derive(Serialize)]
    struct Both(#[serde(serialize_with = "rfc3339")] DateTime<Utc>, DateTime<Utc>);

    fn assert_same_as_chrono(micros: i64, nanos: i64) {
        let Some(time) = DateTime::from_timestamp_micros(micros) else { return };
        let time = time + chrono::TimeDelta::nanoseconds(nanos);
        let (ours, theirs): (String, String) =
            serde_json::from_value(serde_json::to_value(Both(time, time)).unwrap()).unwrap();
        assert_eq!(ours, theirs);
    }

    proptest! {
        #[test]
        fn times_are_formatted_as_chrono_does(
            micros in prop_oneof![0..4_000_000_000_000_000_i64, any::<i64>()],
            unit in prop_oneof![Just(1), Just(1000), Just(1_000_000)],
            nanos in prop_oneof![9 => Just(0), 1 => 0..1000_i64],
        ) {
            assert_same_as_chrono(micros / unit * unit, nanos);
        }
    }

    #[test]
    fn years_at_the_limits_are_formatted_as_chrono_does() {
        for year in [-1, 0, 1, 1969, 1970, 9999, 10_000] {
            let time =
                chrono::NaiveDate::from_ymd_opt(year, 12, 31).unwrap().and_hms_opt(23, 59, 59).unwrap();
            assert_same_as_chrono(time.and_utc().timestamp_micros(), 0);
        }
    }
}
