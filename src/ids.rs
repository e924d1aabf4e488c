//! Identifiers. UUIDv7 (RFC 9562, section 5.7): sorted by time, so that an index grows at its end.

use chrono::{DateTime, Utc};
use uuid::{Timestamp, Uuid};

/// A new identifier made at `now`. Its last 74 bits are random.
pub fn new_id(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(uuid::NoContext, seconds, now.timestamp_subsec_nanos()))
}
