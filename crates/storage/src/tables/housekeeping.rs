//! Housekeeping: deletes old rows in batches. One row holds the lease of the replica that does it.

use chrono::TimeDelta;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};

use crate::engine::prepared::prepared;
use crate::schema::{
    activities, challenges, housekeeping, line_types, password_resets, sessions, throttles, webhook_outbox,
};
use crate::tables::conversions;
use crate::{Conn, Error, Id, Timestamp};

/// Acquires the lease. Returns until when, or `None` if another replica holds it or has finished within
/// `interval`. A lease that ends later than possible was made by a clock that has been set back since, and is
/// ignored.
pub(crate) async fn claim(
    conn: &mut Conn<'_>,
    lease: TimeDelta,
    interval: TimeDelta,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let later = |time: TimeDelta| Timestamp(now.0 + time);
    let until = later(lease);
    let long_ago = later(-interval);
    let impossible = later(lease * 2);
    let claimed = on!(conn, c => prepared(
        diesel::update(housekeeping::table.find(1))
            .filter(housekeeping::claimed_until.le(now).or(housekeeping::claimed_until.gt(impossible)))
            .filter(housekeeping::last_run_at.le(long_ago).or(housekeeping::last_run_at.gt(impossible)))
            .set(housekeeping::claimed_until.eq(until))
    ).execute(c))?;
    Ok((claimed == 1).then_some(until))
}

/// Extends a lease. Returns `false` if it was lost.
pub(crate) async fn renew(conn: &mut Conn<'_>, claim: Timestamp, until: Timestamp) -> Result<bool, Error> {
    let renewed = on!(conn, c => prepared(
        diesel::update(housekeeping::table.find(1))
            .filter(housekeeping::claimed_until.eq(claim))
            .set(housekeeping::claimed_until.eq(until))
    ).execute(c))?;
    Ok(renewed == 1)
}

/// Releases the lease of a run that began at `now`.
pub(crate) async fn finish(conn: &mut Conn<'_>, claim: Timestamp, now: Timestamp) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(housekeeping::table.find(1))
            .filter(housekeeping::claimed_until.eq(claim))
            .set((housekeeping::claimed_until.eq(now), housekeeping::last_run_at.eq(now)))
    ).execute(c))?;
    Ok(())
}

/// A kind of rows that are deleted when they are old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Old {
    /// Challenges, by the expiry of their code.
    Challenges,
    /// Password resets, by the expiry of their code.
    PasswordResets,
    /// Sessions that were ended, by that time.
    EndedSessions,
    /// Sessions, by their fixed end.
    ExpiredSessions,
    /// Activities, by their time.
    Activities,
    /// Conversions, by their hour.
    Conversions,
    /// Line types, by the time of the look-up.
    LineTypes,
    /// States of limits, by the time when their quota is full again.
    Throttles,
    /// Messages to webhooks, by the time of their event.
    WebhookMessages,
}

/// Deletes the old rows of a table, the oldest first. Evaluates to the number of rows deleted.
macro_rules! delete_oldest {
    ($conn:ident, $table:ident.$time:ident, $before:ident, $limit:ident) => {
        delete_oldest!($conn, $table.$time, $before, $limit, id: Id)
    };
    ($conn:ident, $table:ident.$time:ident, $before:ident, $limit:ident, $key:ident: $type:ty) => {{
        let old = $table::table.filter($table::$time.le($before)).order($table::$time);
        let old = old.select($table::$key).limit($limit);
        let keys: Vec<$type> = on!(&mut *$conn, c => old.load(c))?;
        // Checked again: a row that was used since is no longer old.
        let old = $table::table.filter($table::$key.eq_any(keys)).filter($table::$time.le($before));
        on!($conn, c => diesel::delete(old).execute(c))
    }};
}

/// Deletes up to `limit` rows, the oldest first. Returns the number of rows deleted. An index finds them, so
/// the time does not depend on the size of the table.
pub(crate) async fn delete(
    conn: &mut Conn<'_>,
    what: Old,
    before: Timestamp,
    limit: i64,
) -> Result<usize, Error> {
    match what {
        Old::Challenges => delete_oldest!(conn, challenges.expires_at, before, limit),
        Old::PasswordResets => delete_oldest!(conn, password_resets.expires_at, before, limit),
        Old::EndedSessions => delete_oldest!(conn, sessions.ended_at, before, limit),
        Old::ExpiredSessions => delete_oldest!(conn, sessions.expires_at, before, limit),
        Old::Activities => delete_oldest!(conn, activities.occurred_at, before, limit),
        Old::Conversions => conversions::delete_oldest(conn, before, limit).await,
        Old::LineTypes => delete_oldest!(conn, line_types.looked_up_at, before, limit, number: Vec<u8>),
        Old::Throttles => {
            let before = before.0.timestamp_micros();
            delete_oldest!(conn, throttles.arrival, before, limit, key: Vec<u8>)
        }
        Old::WebhookMessages => delete_oldest!(conn, webhook_outbox.created_at, before, limit),
    }
}
