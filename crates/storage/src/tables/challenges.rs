//! Challenges: one row per pending code. Each race is decided by one conditional UPDATE and its row count.

use diesel::{ExpressionMethods, Insertable, JoinOnDsl, QueryDsl, Queryable, Selectable, SelectableHelper};

use crate::engine::postgres;
use crate::engine::prepared::prepared;
use crate::schema::{challenges, users};
use crate::tables::users::User;
use crate::{Channel, Conn, Db, EndReason, Error, Id, Purpose, Timestamp, found};

/// A challenge's row.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = challenges)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
pub struct Challenge {
    /// `jti` of the password-ok token.
    pub id: Id,
    /// The user who must answer.
    pub user_id: Id,
    /// Where codes go: the user's number when the log-in began, or the new contact.
    pub destination: String,
    /// How the last code was sent.
    pub channel: Channel,
    /// Twilio's verification. `None` before the first code, and after Twilio has deleted it.
    pub verification_sid: Option<String>,
    /// The number of codes, including the first.
    pub sends: i32,
    /// When the last code was requested.
    pub last_sent_at: Timestamp,
    /// Checks that were begun and were not right.
    pub failed_checks: i32,
    /// When the password was right.
    pub created_at: Timestamp,
    /// When the code expires.
    pub expires_at: Timestamp,
    /// When the right code came.
    pub spent_at: Option<Timestamp>,
    /// When the challenge was cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// Why it was cancelled. `None` if the user logged out.
    pub cancel_reason: Option<EndReason>,
    /// What the code is for.
    pub purpose: Purpose,
}

impl Db {
    /// Returns a challenge.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none.
    pub async fn challenge(&self, id: Id) -> Result<Challenge, Error> {
        self.read(async move |mut c| find(&mut c, id).await).await
    }

    /// Returns the challenge of a log-in, and its user.
    pub async fn challenge_with_user(&self, id: Id) -> Result<Option<(Challenge, User)>, Error> {
        self.read(async move |mut c| find_with_user(&mut c, id).await).await
    }
}

/// Adds a challenge.
pub(crate) async fn insert(conn: &mut Conn<'_>, challenge: &Challenge) -> Result<(), Error> {
    on!(conn, c => prepared(diesel::insert_into(challenges::table).values(challenge)).execute(c))?;
    Ok(())
}

/// Returns the challenge of a log-in, and its user.
pub(crate) async fn find_with_user(conn: &mut Conn<'_>, id: Id) -> Result<Option<(Challenge, User)>, Error> {
    found(on!(conn, c => challenges::table
        .inner_join(users::table.on(users::id.eq(challenges::user_id)))
        .filter(challenges::id.eq(id))
        .filter(challenges::purpose.eq(Purpose::LogIn))
        .select((Challenge::as_select(), User::as_select()))
        .get_result(c)))
}

/// Returns a challenge.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub(crate) async fn find(conn: &mut Conn<'_>, id: Id) -> Result<Challenge, Error> {
    on!(conn, c => challenges::table.find(id).select(Challenge::as_select()).get_result(c))
}

/// The most checks of a challenge (Twilio: 5 for a verification, then 60202).
pub const MAX_CHECKS: i32 = 5;

/// Counts a check before it is made. Returns the challenge as of then, or `None` if it accepts no more
/// checks.
pub(crate) async fn reserve_check(
    conn: &mut Conn<'_>,
    id: Id,
    now: Timestamp,
) -> Result<Option<Challenge>, Error> {
    found(on!(conn, c => prepared(
        diesel::update(challenges::table.find(id))
            .filter(challenges::spent_at.is_null())
            .filter(challenges::cancelled_at.is_null())
            .filter(challenges::verification_sid.is_not_null())
            .filter(challenges::expires_at.gt(now))
            .filter(challenges::failed_checks.lt(MAX_CHECKS))
            .set(challenges::failed_checks.eq(challenges::failed_checks + 1))
            .returning(Challenge::as_returning())
    ).get_result(c)))
}

/// Refunds a check that was counted and certainly not made.
pub(crate) async fn refund_check(conn: &mut Conn<'_>, id: Id) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(challenges::table.find(id))
            .filter(challenges::failed_checks.gt(0))
            .set(challenges::failed_checks.eq(challenges::failed_checks - 1))
    ).execute(c))?;
    Ok(())
}

/// Counts a code before it is sent, unless another request has sent one since `seen` was read.
pub(crate) async fn reserve_send(
    conn: &mut Conn<'_>,
    seen: &Challenge,
    now: Timestamp,
) -> Result<bool, Error> {
    let counted = on!(conn, c => prepared(
        diesel::update(challenges::table.find(seen.id))
            .filter(challenges::spent_at.is_null())
            .filter(challenges::cancelled_at.is_null())
            .filter(challenges::sends.eq(seen.sends))
            .filter(challenges::last_sent_at.eq(seen.last_sent_at))
            .set((challenges::sends.eq(challenges::sends + 1), challenges::last_sent_at.eq(now)))
    ).execute(c))?;
    Ok(counted == 1)
}

/// Refunds a code that was counted at `counted_at` and certainly not sent. `before`: the row before it was
/// counted.
pub(crate) async fn refund_send(
    conn: &mut Conn<'_>,
    before: &Challenge,
    counted_at: Timestamp,
) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(challenges::table.find(before.id))
            .filter(challenges::sends.eq(before.sends + 1))
            .filter(challenges::last_sent_at.eq(counted_at))
            .set((challenges::sends.eq(before.sends), challenges::last_sent_at.eq(before.last_sent_at)))
    ).execute(c))?;
    Ok(())
}

/// Spends a challenge and refunds its last check, which was right. Returns `false` if the challenge was
/// deleted.
///
/// # Errors
/// [`Error::AlreadyEnded`] if it was spent or cancelled before, so exactly one of the parallel requests
/// succeeds.
pub(crate) async fn spend(conn: &mut Conn<'_>, id: Id, now: Timestamp) -> Result<bool, Error> {
    let spent = on!(conn, c => prepared(
        diesel::update(challenges::table.find(id)).set((
            challenges::spent_at.eq(now),
            challenges::failed_checks.eq(challenges::failed_checks - 1),
            challenges::uses.eq(challenges::uses + 1),
        ))
    ).execute(c))?;
    Ok(spent == 1)
}

/// Cancels a challenge. Returns `false` if it was spent or cancelled before.
pub(crate) async fn cancel(conn: &mut Conn<'_>, id: Id, now: Timestamp) -> Result<bool, Error> {
    let cancelled = on!(conn, c => prepared(
        diesel::update(challenges::table.find(id))
            .filter(challenges::spent_at.is_null())
            .filter(challenges::cancelled_at.is_null())
            .set(challenges::cancelled_at.eq(now))
    ).execute(c))?;
    Ok(cancelled == 1)
}

/// Locks a user's open challenges, in the order of their ids, for a transaction that ends several.
pub(crate) async fn lock_open(conn: &mut Conn<'_>, user_id: Id) -> Result<(), Error> {
    let open = "SELECT FROM challenges WHERE user_id = $1 AND spent_at IS NULL AND cancelled_at IS NULL ORDER BY id FOR UPDATE";
    postgres::lock(conn, open, user_id).await
}

/// Cancels every open challenge of a user.
pub(crate) async fn cancel_all(
    conn: &mut Conn<'_>,
    user_id: Id,
    reason: EndReason,
    now: Timestamp,
) -> Result<(), Error> {
    lock_open(conn, user_id).await?;
    on!(conn, c => prepared(
        diesel::update(challenges::table)
            .filter(challenges::user_id.eq(user_id))
            .filter(challenges::spent_at.is_null())
            .filter(challenges::cancelled_at.is_null())
            .set((challenges::cancelled_at.eq(now), challenges::cancel_reason.eq(reason)))
    ).execute(c))?;
    Ok(())
}

/// Returns the number of challenges that still wait for the code of a verification.
pub(crate) async fn count_waiting(
    conn: &mut Conn<'_>,
    verification_sid: &str,
    now: Timestamp,
) -> Result<i64, Error> {
    on!(conn, c => challenges::table
        .filter(challenges::verification_sid.eq(verification_sid))
        .filter(challenges::spent_at.is_null())
        .filter(challenges::cancelled_at.is_null())
        .filter(challenges::expires_at.gt(now))
        .count()
        .get_result(c))
}
