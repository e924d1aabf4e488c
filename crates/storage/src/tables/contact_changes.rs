//! Challenges that shall give a user another number or address: at most one open one of each kind, by a unique index.

use crate::engine::prepared::prepared;
use crate::schema::challenges;
use crate::tables::challenges::Challenge;
use crate::{Conn, Error, Id, Purpose, Timestamp, found};
use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};

/// The unique index over what is open.
pub const OPEN_KEY: &str = "challenges_user_id_purpose_key";

/// The open challenge of a user's change, whether or not its code can still be checked.
///
/// # Errors
/// Those of the database.
pub async fn find_open(
    conn: &mut Conn<'_>,
    user_id: Id,
    purpose: Purpose,
) -> Result<Option<Challenge>, Error> {
    found(on!(conn, c => challenges::table
        .filter(challenges::user_id.eq(user_id))
        .filter(challenges::purpose.eq(purpose))
        .filter(challenges::spent_at.is_null())
        .filter(challenges::cancelled_at.is_null())
        .select(Challenge::as_select())
        .get_result(c)))
}

/// Counts a send before it is made, to wherever `counted` leads, if nobody has sent since `seen` was read.
///
/// # Errors
/// Those of the database.
pub async fn count_send(conn: &mut Conn<'_>, seen: &Challenge, counted: &Challenge) -> Result<bool, Error> {
    let won = on!(conn, c => prepared(
        diesel::update(challenges::table.find(seen.id))
            .filter(challenges::spent_at.is_null())
            .filter(challenges::cancelled_at.is_null())
            .filter(challenges::sends.eq(seen.sends))
            .filter(challenges::last_sent_at.eq(seen.last_sent_at))
            .set((
                challenges::sends.eq(counted.sends),
                challenges::last_sent_at.eq(counted.last_sent_at),
                challenges::destination.eq(&counted.destination),
                // Where the destination is another, the code that was sent before proves nothing about it.
                challenges::verification_sid.eq(&counted.verification_sid),
            ))
    ).execute(c))?;
    Ok(won == 1)
}

/// Spends a challenge if it still leads to where the code that was right had been sent. Of any number of callers exactly
/// one is told `true`. The check had been counted before it was made, and was no failure.
///
/// # Errors
/// Those of the database.
pub async fn spend(conn: &mut Conn<'_>, checked: &Challenge, now: Timestamp) -> Result<bool, Error> {
    let spent = on!(conn, c => prepared(
        diesel::update(challenges::table.find(checked.id))
            .filter(challenges::spent_at.is_null())
            .filter(challenges::cancelled_at.is_null())
            .filter(challenges::destination.eq(&checked.destination))
            .set((challenges::spent_at.eq(now), challenges::failed_checks.eq(challenges::failed_checks - 1)))
    ).execute(c))?;
    Ok(spent == 1)
}
