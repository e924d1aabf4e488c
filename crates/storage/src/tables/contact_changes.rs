//! Challenges of a change of phone number or email address. A unique index permits one open challenge of each
//! kind per user.

use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};

use crate::engine::prepared::prepared;
use crate::schema::challenges;
use crate::tables::challenges::Challenge;
use crate::{Conn, Db, Error, Id, Purpose, Timestamp, found};

/// The unique index over open challenges.
pub const OPEN_KEY: &str = "challenges_user_id_purpose_key";

impl Db {
    /// Returns the open challenge of a user's change, whether or not its code can still be checked.
    pub async fn open_contact_change(
        &self,
        user_id: Id,
        purpose: Purpose,
    ) -> Result<Option<Challenge>, Error> {
        self.read(async move |mut c| find_open(&mut c, user_id, purpose).await).await
    }
}

/// Returns the open challenge of a user's change, whether or not its code can still be checked.
pub(crate) async fn find_open(
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

/// Counts a code before it is sent, unless another request has sent one since `seen` was read. `counted`: the
/// challenge including the code, perhaps with another destination.
pub(crate) async fn reserve_send(
    conn: &mut Conn<'_>,
    seen: &Challenge,
    counted: &Challenge,
) -> Result<bool, Error> {
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

/// Spends a challenge and refunds its last check, which was right, unless the challenge has another
/// destination by now. Returns whether it did: exactly one of the parallel requests succeeds.
pub(crate) async fn spend(conn: &mut Conn<'_>, checked: &Challenge, now: Timestamp) -> Result<bool, Error> {
    let spent = on!(conn, c => prepared(
        diesel::update(challenges::table.find(checked.id))
            .filter(challenges::spent_at.is_null())
            .filter(challenges::cancelled_at.is_null())
            .filter(challenges::destination.eq(&checked.destination))
            .set((challenges::spent_at.eq(now), challenges::failed_checks.eq(challenges::failed_checks - 1)))
    ).execute(c))?;
    Ok(spent == 1)
}
