//! Deleting what nobody needs any more: a batch at a time, by whoever has claimed the one row.

use chrono::TimeDelta;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use super::schema::{activities, challenges, housekeeping, sessions};
use super::{Conn, Error, Id, Timestamp};

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
    let claimed = on!(conn, c => diesel::update(housekeeping::table.find(1))
        .filter(housekeeping::claimed_until.le(now).or(housekeeping::claimed_until.gt(impossible)))
        .filter(housekeeping::last_run_at.le(long_ago).or(housekeeping::last_run_at.gt(impossible)))
        .set(housekeeping::claimed_until.eq(until))
        .execute(c)
        .await)?;
    Ok((claimed == 1).then_some(until))
}

/// Moves a claim on. `false`: it was lost.
///
/// # Errors
/// Those of the database.
pub async fn renew(conn: &mut Conn<'_>, claim: Timestamp, until: Timestamp) -> Result<bool, Error> {
    let renewed = on!(conn, c => diesel::update(housekeeping::table.find(1))
        .filter(housekeeping::claimed_until.eq(claim))
        .set(housekeeping::claimed_until.eq(until))
        .execute(c)
        .await)?;
    Ok(renewed == 1)
}

/// Gives a claim back: all is done of a run that began at `now`.
///
/// # Errors
/// Those of the database.
pub async fn finish(conn: &mut Conn<'_>, claim: Timestamp, now: Timestamp) -> Result<(), Error> {
    on!(conn, c => diesel::update(housekeeping::table.find(1))
        .filter(housekeeping::claimed_until.eq(claim))
        .set((housekeeping::claimed_until.eq(now), housekeeping::last_run_at.eq(now)))
        .execute(c)
        .await)?;
    Ok(())
}

/// What is deleted when it is old enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Old {
    /// Challenges, by the time when their code expired: whatever else ended one came before.
    Challenges,
    /// Sessions that were ended, by the time when they were.
    EndedSessions,
    /// Sessions, by their fixed end.
    ExpiredSessions,
    /// Activities, by the time when they happened.
    Activities,
}

/// Deletes up to `limit` rows, the oldest first: how many it were. An index finds them, so the time does not depend on
/// how many there are.
///
/// # Errors
/// Those of the database.
pub async fn delete(conn: &mut Conn<'_>, what: Old, before: Timestamp, limit: i64) -> Result<usize, Error> {
    match what {
        Old::Challenges => {
            let old =
                challenges::table.filter(challenges::expires_at.le(before)).order(challenges::expires_at);
            let old = old.select(challenges::id).limit(limit);
            let ids: Vec<Id> = on!(&mut *conn, c => old.load(c).await)?;
            on!(conn, c => diesel::delete(challenges::table.filter(challenges::id.eq_any(ids))).execute(c).await)
        }
        Old::EndedSessions => {
            let old = sessions::table.filter(sessions::ended_at.le(before)).order(sessions::ended_at);
            let old = old.select(sessions::id).limit(limit);
            let ids: Vec<Id> = on!(&mut *conn, c => old.load(c).await)?;
            on!(conn, c => diesel::delete(sessions::table.filter(sessions::id.eq_any(ids))).execute(c).await)
        }
        Old::ExpiredSessions => {
            let old = sessions::table.filter(sessions::expires_at.le(before)).order(sessions::expires_at);
            let old = old.select(sessions::id).limit(limit);
            let ids: Vec<Id> = on!(&mut *conn, c => old.load(c).await)?;
            on!(conn, c => diesel::delete(sessions::table.filter(sessions::id.eq_any(ids))).execute(c).await)
        }
        Old::Activities => {
            let old =
                activities::table.filter(activities::occurred_at.le(before)).order(activities::occurred_at);
            let old = old.select(activities::id).limit(limit);
            let ids: Vec<Id> = on!(&mut *conn, c => old.load(c).await)?;
            on!(conn, c => diesel::delete(activities::table.filter(activities::id.eq_any(ids))).execute(c).await)
        }
    }
}
