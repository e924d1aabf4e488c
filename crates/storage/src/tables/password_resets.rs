//! Password resets: a row for each, whether or not the address is a user's.

use crate::engine::prepared::prepared;
use crate::schema::password_resets;
use crate::{Conn, Error, Id, Timestamp, found};
use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable, Selectable, SelectableHelper};

/// Checks that a reset takes, as many as a challenge.
pub const MAX_CHECKS: i32 = super::challenges::MAX_CHECKS;

/// A password reset's row.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = password_resets)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
pub struct PasswordReset {
    /// What the reset token names.
    pub id: Id,
    /// Whose password; absent where the address is nobody's.
    pub user_id: Option<Id>,
    /// Where the code went; absent likewise.
    pub email: Option<String>,
    /// Twilio's verification; absent before the code was sent.
    pub verification_sid: Option<String>,
    /// Checks begun that were not right.
    pub failed_checks: i32,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Until when the code can be checked.
    pub expires_at: Timestamp,
    /// When the code was right.
    pub approved_at: Option<Timestamp>,
    /// When the password was replaced, or the reset was ended otherwise.
    pub spent_at: Option<Timestamp>,
}

/// Adds a reset.
///
/// # Errors
/// Those of the database.
pub async fn insert(conn: &mut Conn<'_>, reset: &PasswordReset) -> Result<(), Error> {
    on!(conn, c => prepared(diesel::insert_into(password_resets::table).values(reset)).execute(c))?;
    Ok(())
}

/// A reset.
///
/// # Errors
/// Those of the database.
pub async fn find(conn: &mut Conn<'_>, id: Id) -> Result<Option<PasswordReset>, Error> {
    found(on!(conn, c => password_resets::table.find(id).select(PasswordReset::as_select()).get_result(c)))
}

/// Writes down by which verification the code went out.
///
/// # Errors
/// Those of the database.
pub async fn sent(conn: &mut Conn<'_>, id: Id, verification_sid: &str) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(password_resets::table.find(id))
            .set(password_resets::verification_sid.eq(verification_sid))
    ).execute(c))?;
    Ok(())
}

/// Counts a check before it is made. `false`: this reset takes no more, or needs none.
///
/// # Errors
/// Those of the database.
pub async fn count_check(conn: &mut Conn<'_>, id: Id, now: Timestamp) -> Result<bool, Error> {
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

/// Takes back a check that was counted and certainly not made, or was right.
///
/// # Errors
/// Those of the database.
pub async fn uncount_check(conn: &mut Conn<'_>, id: Id) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(password_resets::table.find(id))
            .filter(password_resets::failed_checks.gt(0))
            .set(password_resets::failed_checks.eq(password_resets::failed_checks - 1))
    ).execute(c))?;
    Ok(())
}

/// Writes down that the code was right. The check had been counted before it was made, and was no failure.
///
/// # Errors
/// Those of the database.
pub async fn approve(conn: &mut Conn<'_>, id: Id, now: Timestamp) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(password_resets::table.find(id))
            .set((
                password_resets::approved_at.eq(now),
                password_resets::failed_checks.eq(password_resets::failed_checks - 1),
            ))
    ).execute(c))?;
    Ok(())
}

/// Spends a reset whose code was right. Of any number of callers exactly one is told `true`.
///
/// # Errors
/// Those of the database.
pub async fn spend(conn: &mut Conn<'_>, id: Id, now: Timestamp) -> Result<bool, Error> {
    let spent = on!(conn, c => prepared(
        diesel::update(password_resets::table.find(id))
            .filter(password_resets::spent_at.is_null())
            .filter(password_resets::approved_at.is_not_null())
            .filter(password_resets::expires_at.gt(now))
            .set(password_resets::spent_at.eq(now))
    ).execute(c))?;
    Ok(spent == 1)
}

/// Ends every reset of a user: the password or the address has changed since.
///
/// # Errors
/// Those of the database.
pub async fn end_all(conn: &mut Conn<'_>, user_id: Id, now: Timestamp) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(password_resets::table)
            .filter(password_resets::user_id.eq(user_id))
            .filter(password_resets::spent_at.is_null())
            .set(password_resets::spent_at.eq(now))
    ).execute(c))?;
    Ok(())
}
