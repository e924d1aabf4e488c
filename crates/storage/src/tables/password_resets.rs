//! Password resets: one row each, whether or not the email address is a user's.

use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable, Selectable, SelectableHelper};

use crate::engine::prepared::prepared;
use crate::schema::password_resets;
use crate::{Conn, Error, Id, Timestamp, found};

/// The most checks of a reset, as many as of a challenge.
pub const MAX_CHECKS: i32 = super::challenges::MAX_CHECKS;

/// A password reset's row.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = password_resets)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
pub struct PasswordReset {
    /// The id in the reset token.
    pub id: Id,
    /// The user. `None` if the email address is unknown.
    pub user_id: Option<Id>,
    /// Where the code went. `None` if the email address is unknown.
    pub email: Option<String>,
    /// Twilio's verification. `None` before the code was sent.
    pub verification_sid: Option<String>,
    /// Checks that were begun and were not right.
    pub failed_checks: i32,
    /// When it was requested.
    pub created_at: Timestamp,
    /// When the code expires.
    pub expires_at: Timestamp,
    /// When the code was right.
    pub approved_at: Option<Timestamp>,
    /// When the password was replaced or the reset was ended.
    pub spent_at: Option<Timestamp>,
}

/// Adds a reset.
pub(crate) async fn insert(conn: &mut Conn<'_>, reset: &PasswordReset) -> Result<(), Error> {
    on!(conn, c => prepared(diesel::insert_into(password_resets::table).values(reset)).execute(c))?;
    Ok(())
}

/// Returns a reset.
pub(crate) async fn find(conn: &mut Conn<'_>, id: Id) -> Result<Option<PasswordReset>, Error> {
    found(on!(conn, c => password_resets::table.find(id).select(PasswordReset::as_select()).get_result(c)))
}

/// Records the verification of a code.
pub(crate) async fn record_send(conn: &mut Conn<'_>, id: Id, verification_sid: &str) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(password_resets::table.find(id))
            .set(password_resets::verification_sid.eq(verification_sid))
    ).execute(c))?;
    Ok(())
}

/// Counts a check before it is made. Returns `false` if the reset accepts no more checks, or needs none.
pub(crate) async fn reserve_check(conn: &mut Conn<'_>, id: Id, now: Timestamp) -> Result<bool, Error> {
    let counted = on!(conn, c => prepared(
        diesel::update(password_resets::table.find(id))
            .filter(password_resets::spent_at.is_null())
            .filter(password_resets::approved_at.is_null())
            .filter(password_resets::expires_at.gt(now))
            .filter(password_resets::failed_checks.lt(MAX_CHECKS))
            .set(password_resets::failed_checks.eq(password_resets::failed_checks + 1))
    ).execute(c))?;
    Ok(counted == 1)
}

/// Refunds a check that was counted and certainly not made.
pub(crate) async fn refund_check(conn: &mut Conn<'_>, id: Id) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(password_resets::table.find(id))
            .filter(password_resets::failed_checks.gt(0))
            .set(password_resets::failed_checks.eq(password_resets::failed_checks - 1))
    ).execute(c))?;
    Ok(())
}

/// Records that the code was right, and refunds its check.
pub(crate) async fn approve(conn: &mut Conn<'_>, id: Id, now: Timestamp) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(password_resets::table.find(id))
            .set((
                password_resets::approved_at.eq(now),
                password_resets::failed_checks.eq(password_resets::failed_checks - 1),
            ))
    ).execute(c))?;
    Ok(())
}

/// Spends a reset whose code was right. Returns whether it did: exactly one of the parallel requests
/// succeeds.
pub(crate) async fn spend(conn: &mut Conn<'_>, id: Id, now: Timestamp) -> Result<bool, Error> {
    let spent = on!(conn, c => prepared(
        diesel::update(password_resets::table.find(id))
            .filter(password_resets::spent_at.is_null())
            .filter(password_resets::approved_at.is_not_null())
            .filter(password_resets::expires_at.gt(now))
            .set(password_resets::spent_at.eq(now))
    ).execute(c))?;
    Ok(spent == 1)
}

/// Ends every reset of a user, after the password or the email address was changed.
pub(crate) async fn end_all(conn: &mut Conn<'_>, user_id: Id, now: Timestamp) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(password_resets::table)
            .filter(password_resets::user_id.eq(user_id))
            .filter(password_resets::spent_at.is_null())
            .set(password_resets::spent_at.eq(now))
    ).execute(c))?;
    Ok(())
}
