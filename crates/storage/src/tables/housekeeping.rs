//! Deleting what nobody needs any more: a batch at a time, by whoever has claimed the one row.

use chrono::TimeDelta;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};

use crate::engine::prepared::prepared;
use crate::schema::{
    activities, challenges, housekeeping, line_types, password_resets, sessions, throttles, webhook_outbox,
};
use crate::tables::conversions;
use crate::{Conn, Error, Id, Timestamp};

/// Claims the work for `lease`. `None`: somebody is at it, or has been within `interval`. A claim that lies further ahead
/// than any can was made by a clock that has been put back since, and does not count.
///
/// # Errors
/// Those of the database.
pub async fn claim(
    conn: &mut Conn<'_>,
    lease: TimeDelta,
    interval: TimeDelta,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let later = |time: TimeDelta| Timestamp(now.0 + time);
    let (until, long_ago, impossible) = (later(lease), later(-interval), later(lease * 2));
    let claimed = on!(conn, c => prepared(
        diesel::update(housekeeping::table.find(1))
            .filter(housekeeping::claimed_until.le(now).or(housekeeping::claimed_until.gt(impossible)))
            .filter(housekeeping::last_run_at.le(long_ago).or(housekeeping::last_run_at.gt(impossible)))
            .set(housekeeping::claimed_until.eq(until))
    ).execute(c))?;
    Ok((claimed == 1).then_some(until))
}

/// Moves a claim on. `false`: it was lost.
///
/// # Errors
/// Those of the database.
pub async fn renew(conn: &mut Conn<'_>, claim: Timestamp, until: Timestamp) -> Result<bool, Error> {
    let renewed = on!(conn, c => prepared(
        diesel::update(housekeeping::table.find(1))
            .filter(housekeeping::claimed_until.eq(claim))
            .set(housekeeping::claimed_until.eq(until))
    ).execute(c))?;
    Ok(renewed == 1)
}

/// Gives a claim back: all is done of a run that began at `now`.
///
/// # Errors
/// Those of the database.
pub async fn finish(conn: &mut Conn<'_>, claim: Timestamp, now: Timestamp) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(housekeeping::table.find(1))
            .filter(housekeeping::claimed_until.eq(claim))
            .set((housekeeping::claimed_until.eq(now), housekeeping::last_run_at.eq(now)))
    ).execute(c))?;
    Ok(())
}

/// What is deleted when it is old enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Old {
    /// Challenges, by the time when their code expired: whatever else ended one came before.
    Challenges,
    /// Password resets, likewise.
    PasswordResets,
    /// Sessions that were ended, by the time when they were.
    EndedSessions,
    /// Sessions, by their fixed end.
    ExpiredSessions,
    /// Activities, by the time when they happened.
    Activities,
    /// Codes that were counted by range of numbers, by the hour.
    Conversions,
    /// What kind of line numbers are, by the time when that was asked.
    LineTypes,
    /// What was counted against limits, by the time when it is all forgotten.
    Throttles,
    /// Messages to webhooks, by the time of their event, whatever became of them.
    WebhookMessages,
}

/// Deletes the rows of a table whose time is over, the oldest first: how many it were.
macro_rules! delete_oldest {
    ($conn:ident, $table:ident.$time:ident, $before:ident, $limit:ident) => {
        delete_oldest!($conn, $table.$time, $before, $limit, id: Id)
    };
    ($conn:ident, $table:ident.$time:ident, $before:ident, $limit:ident, $key:ident: $type:ty) => {{
        let old = $table::table.filter($table::$time.le($before)).order($table::$time);
        let old = old.select($table::$key).limit($limit);
        let keys: Vec<$type> = on!(&mut *$conn, c => old.load(c))?;
        // Asked again: what has been used since is old no more.
        let old = $table::table.filter($table::$key.eq_any(keys)).filter($table::$time.le($before));
        on!($conn, c => diesel::delete(old).execute(c))
    }};
}

/// Deletes up to `limit` rows, the oldest first: how many it were. An index finds them, so the time does not depend on
/// how many there are.
///
/// # Errors
/// Those of the database.
pub async fn delete(conn: &mut Conn<'_>, what: Old, before: Timestamp, limit: i64) -> Result<usize, Error> {
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
