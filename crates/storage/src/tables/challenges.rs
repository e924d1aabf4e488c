//! Challenges: one row for each demand for a code. Whatever may race is one conditional UPDATE whose row count tells who won.

use crate::engine::postgres;
use crate::engine::prepared::prepared;
use crate::schema::{challenges, users};
use crate::tables::users::User;
use crate::{Channel, Conn, EndReason, Error, Id, Purpose, Timestamp, found};
use diesel::dsl::{max, min};
use diesel::{ExpressionMethods, Insertable, JoinOnDsl, QueryDsl, Queryable, Selectable, SelectableHelper};

/// A challenge's row.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = challenges)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
pub struct Challenge {
    /// `jti` of the password-ok token.
    pub id: Id,
    /// Who must answer.
    pub user_id: Id,
    /// Where codes go: the user's number when a log-in began, or what shall be the user's.
    pub destination: String,
    /// How the last code travelled.
    pub channel: Channel,
    /// Twilio's verification; absent before the first code and once Twilio has forgotten it.
    pub verification_sid: Option<String>,
    /// Codes asked for, the first included.
    pub sends: i32,
    /// When the last code was asked for.
    pub last_sent_at: Timestamp,
    /// Checks begun that were not right.
    pub failed_checks: i32,
    /// When the password was right.
    pub created_at: Timestamp,
    /// Until when the code can be checked.
    pub expires_at: Timestamp,
    /// When the right code came; then the challenge opens nothing any more.
    pub spent_at: Option<Timestamp>,
    /// When it was ended otherwise.
    pub cancelled_at: Option<Timestamp>,
    /// Why: the `reason` that its token is refused with. Absent: the person logged out.
    pub cancel_reason: Option<EndReason>,
    /// What the code is for.
    pub purpose: Purpose,
}

/// Adds a challenge.
///
/// # Errors
/// Those of the database.
pub async fn insert(conn: &mut Conn<'_>, challenge: &Challenge) -> Result<(), Error> {
    on!(conn, c => prepared(diesel::insert_into(challenges::table).values(challenge)).execute(c))?;
    Ok(())
}

/// A log-in's challenge and its user.
///
/// # Errors
/// Those of the database.
pub async fn find_with_user(conn: &mut Conn<'_>, id: Id) -> Result<Option<(Challenge, User)>, Error> {
    found(on!(conn, c => challenges::table
        .inner_join(users::table.on(users::id.eq(challenges::user_id)))
        .filter(challenges::id.eq(id))
        .filter(challenges::purpose.eq(Purpose::LogIn))
        .select((Challenge::as_select(), User::as_select()))
        .get_result(c)))
}

/// A challenge.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(conn: &mut Conn<'_>, id: Id) -> Result<Challenge, Error> {
    on!(conn, c => challenges::table.find(id).select(Challenge::as_select()).get_result(c))
}

/// Checks that a challenge takes (Twilio: 5 for a verification, then 60202).
pub const MAX_CHECKS: i32 = 5;

/// Counts a check before it is made: the challenge as it is then. `None`: it takes no more.
///
/// # Errors
/// Those of the database.
pub async fn count_check(conn: &mut Conn<'_>, id: Id, now: Timestamp) -> Result<Option<Challenge>, Error> {
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

/// Takes back a check that was counted and certainly not made.
///
/// # Errors
/// Those of the database.
pub async fn uncount_check(conn: &mut Conn<'_>, id: Id) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(challenges::table.find(id))
            .filter(challenges::failed_checks.gt(0))
            .set(challenges::failed_checks.eq(challenges::failed_checks - 1))
    ).execute(c))?;
    Ok(())
}

/// Counts a send before it is made, if nobody has sent since `seen` was read.
///
/// # Errors
/// Those of the database.
pub async fn count_send(conn: &mut Conn<'_>, seen: &Challenge, now: Timestamp) -> Result<bool, Error> {
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

/// Takes back a send that was counted at `counted_at` and certainly not made; `before` is the row from
/// before the count.
///
/// # Errors
/// Those of the database.
pub async fn uncount_send(
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

/// Writes down what Twilio answered to a send.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn sent(
    conn: &mut Conn<'_>,
    id: Id,
    verification_sid: &str,
    channel: Channel,
    destination: &str,
    expires_at: Timestamp,
) -> Result<Challenge, Error> {
    on!(conn, c => prepared(
        diesel::update(challenges::table.find(id))
            // One that leads elsewhere by now is not proved by this code.
            .filter(challenges::destination.eq(destination))
            .set((
                challenges::verification_sid.eq(verification_sid),
                challenges::channel.eq(channel),
                challenges::expires_at.eq(expires_at),
            ))
            .returning(Challenge::as_returning())
    ).get_result(c))
}

/// Until when a verification's code can be checked, where an earlier challenge already leans on it: Twilio
/// answers a second start with the same verification and does not prolong it.
///
/// # Errors
/// Those of the database.
pub async fn verification_expires_at(
    conn: &mut Conn<'_>,
    verification_sid: &str,
) -> Result<Option<Timestamp>, Error> {
    on!(conn, c => challenges::table
        .filter(challenges::verification_sid.eq(verification_sid))
        .select(min(challenges::expires_at))
        .get_result(c))
}

/// Until when a verification is pending for a destination, as far as the challenges that lean on it know.
///
/// # Errors
/// Those of the database.
pub async fn pending_until(
    conn: &mut Conn<'_>,
    destination: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    on!(conn, c => challenges::table
        .filter(challenges::destination.eq(destination))
        .filter(challenges::verification_sid.is_not_null())
        .filter(challenges::spent_at.is_null())
        .filter(challenges::expires_at.gt(now))
        .select(max(challenges::expires_at))
        .get_result(c))
}

/// Twilio no longer knows the verification: its code can no longer be checked.
///
/// # Errors
/// Those of the database.
pub async fn forget_verification(
    conn: &mut Conn<'_>,
    verification_sid: &str,
    now: Timestamp,
) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(challenges::table)
            .filter(challenges::verification_sid.eq(verification_sid))
            .filter(challenges::spent_at.is_null())
            .filter(challenges::expires_at.gt(now))
            .set((challenges::verification_sid.eq(None::<String>), challenges::expires_at.eq(now)))
    ).execute(c))?;
    Ok(())
}

/// Spends a challenge, which opens a session. The check that was right had been counted before it was made, and was no
/// failure. `false`: there is no such challenge any more.
///
/// # Errors
/// [`Error::AlreadyEnded`] where it was spent or cancelled before: of any number of callers one gets by.
pub async fn spend(conn: &mut Conn<'_>, id: Id, now: Timestamp) -> Result<bool, Error> {
    let spent = on!(conn, c => prepared(
        diesel::update(challenges::table.find(id)).set((
            challenges::spent_at.eq(now),
            challenges::failed_checks.eq(challenges::failed_checks - 1),
            challenges::uses.eq(challenges::uses + 1),
        ))
    ).execute(c))?;
    Ok(spent == 1)
}

/// Cancels a challenge. `false`: it was spent or cancelled before.
///
/// # Errors
/// Those of the database.
pub async fn cancel(conn: &mut Conn<'_>, id: Id, now: Timestamp) -> Result<bool, Error> {
    let cancelled = on!(conn, c => prepared(
        diesel::update(challenges::table.find(id))
            .filter(challenges::spent_at.is_null())
            .filter(challenges::cancelled_at.is_null())
            .set(challenges::cancelled_at.eq(now))
    ).execute(c))?;
    Ok(cancelled == 1)
}

/// Locks a user's challenges that are not over, in one order, for whoever ends several. Errors: the database's.
pub async fn lock_open(conn: &mut Conn<'_>, user_id: Id) -> Result<(), Error> {
    let open = "SELECT FROM challenges WHERE user_id = $1 AND spent_at IS NULL AND cancelled_at IS NULL ORDER BY id FOR UPDATE";
    postgres::lock(conn, open, user_id).await
}

/// Cancels every challenge of a user.
///
/// # Errors
/// Those of the database.
pub async fn cancel_all(
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

/// How many challenges still wait for this verification's code.
///
/// # Errors
/// Those of the database.
pub async fn count_waiting(
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
