//! Dates in Twilio's format.

use chrono::{DateTime, SecondsFormat, Utc};

/// Formats a date without a fraction of a second, which Twilio's Python client cannot parse.
pub(crate) fn date(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
