//! Users who never proved their phone. After a while, other users may claim what they hold.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};

use crate::engine::postgres;
use crate::schema::{challenges, password_resets, sessions, users};
use crate::tables::users::lower;
use crate::{Conn, Error, Id, Timestamp};

/// Unique values that a user wants to have. `None`: not claimed.
#[derive(Debug, Clone, Default)]
pub struct Claim {
    /// Without regard to case.
    pub email: Option<String>,
    /// E.164.
    pub phone_number: Option<String>,
    /// Without regard to case.
    pub username: Option<String>,
}

/// Deletes these users and everything that belongs to them, if all of them signed up at `before` or earlier
/// and have still not proved their phone. Otherwise returns `false`, and the transaction must be rolled back.
///
/// # Errors
/// [`Error::Unavailable`] on PostgreSQL if other requests of these users are in progress. Can be retried.
pub(crate) async fn delete(conn: &mut Conn<'_>, ids: &[Id], before: Timestamp) -> Result<bool, Error> {
    postgres::shorten_lock_timeout(conn).await?;
    // In the order in which rows are locked. The cascade would come after the users' own rows.
    on!(conn, c => diesel::delete(challenges::table.filter(challenges::user_id.eq_any(ids))).execute(c))?;
    on!(conn, c => diesel::delete(password_resets::table.filter(password_resets::user_id.eq_any(ids)))
        .execute(c))?;
    on!(conn, c => diesel::delete(sessions::table.filter(sessions::user_id.eq_any(ids))).execute(c))?;
    let deleted = on!(conn, c => diesel::delete(users::table.filter(users::id.eq_any(ids)))
        .filter(users::phone_number_verified_at.is_null())
        .filter(users::created_at.le(before))
        .execute(c))?;
    Ok(deleted == ids.len())
}

/// Whether a user that [`delete`] would not remove holds something of a claim.
pub(crate) async fn is_held(conn: &mut Conn<'_>, claim: &Claim, before: Timestamp) -> Result<bool, Error> {
    let email = claim.email.as_deref().unwrap_or_default().to_ascii_lowercase();
    let phone_number = claim.phone_number.clone().unwrap_or_default();
    let holders: i64 = on!(conn, c => users::table
        .filter(lower(users::email).eq(email).or(users::phone_number.eq(phone_number)))
        .filter(users::phone_number_verified_at.is_not_null().or(users::created_at.gt(before)))
        .count()
        .get_result(c))?;
    Ok(holders > 0)
}

/// Returns the users who hold something of a claim, signed up at `before` or earlier and have not proved
/// their phone.
pub(crate) async fn holders(conn: &mut Conn<'_>, claim: &Claim, before: Timestamp) -> Result<Vec<Id>, Error> {
    // No user has an empty value.
    let lowered = |value: &Option<String>| value.as_deref().unwrap_or_default().to_ascii_lowercase();
    let email = lowered(&claim.email);
    let username = lowered(&claim.username);
    let phone_number = claim.phone_number.clone().unwrap_or_default();
    on!(conn, c => users::table
        .filter(
            lower(users::email)
                .eq(email)
                .or(lower(users::username).eq(username))
                .or(users::phone_number.eq(phone_number)),
        )
        .filter(users::phone_number_verified_at.is_null())
        .filter(users::created_at.le(before))
        .order(users::id)
        .select(users::id)
        .load(c))
}
