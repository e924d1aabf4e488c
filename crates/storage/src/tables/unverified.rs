//! Users who signed up and never proved their phone. After a while they stand in nobody's way.

use crate::engine::postgres;
use crate::schema::{challenges, password_resets, sessions, users};
use crate::tables::users::lower;
use crate::{Conn, Error, Id, Timestamp};
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};

/// What somebody wants that is one user's alone. What is left out is not asked for.
#[derive(Debug, Clone, Default)]
pub struct Claim {
    /// Without regard to case.
    pub email: Option<String>,
    /// E.164.
    pub phone_number: Option<String>,
    /// Without regard to case.
    pub username: Option<String>,
}

/// Deletes whoever has something of a claim, signed up at `before` or earlier and has not proved their phone, and all that
/// hangs on them. What they did since does not count: whoever logs in every hour and never proves anything holds nothing.
/// Whom it deleted; nobody, where none stands in the way who may be, or one has just proved their phone: then the
/// transaction is to be rolled back.
///
/// # Errors
/// Those of the database. On PostgreSQL the transaction gives way to whatever these users do at this moment
/// ([`Error::Unavailable`]), and may be tried again.
pub async fn delete(conn: &mut Conn<'_>, claim: &Claim, before: Timestamp) -> Result<Vec<Id>, Error> {
    let ids = standing_in_the_way(conn, claim, before).await?;
    if ids.is_empty() {
        return Ok(ids);
    }
    postgres::give_way(conn).await?;
    // In the order in which everybody locks; the cascade would come after the users' own rows.
    on!(conn, c => diesel::delete(challenges::table.filter(challenges::user_id.eq_any(&ids))).execute(c))?;
    on!(conn, c => diesel::delete(password_resets::table.filter(password_resets::user_id.eq_any(&ids)))
        .execute(c))?;
    on!(conn, c => diesel::delete(sessions::table.filter(sessions::user_id.eq_any(&ids))).execute(c))?;
    let deleted = on!(conn, c => diesel::delete(users::table.filter(users::id.eq_any(&ids)))
        .filter(users::phone_number_verified_at.is_null())
        .execute(c))?;
    Ok(if deleted == ids.len() { ids } else { vec![] })
}

/// Whether somebody has something of a claim whom [`delete`] would not remove.
///
/// # Errors
/// Those of the database.
pub async fn is_held(conn: &mut Conn<'_>, claim: &Claim, before: Timestamp) -> Result<bool, Error> {
    let email = claim.email.as_deref().unwrap_or_default().to_ascii_lowercase();
    let phone_number = claim.phone_number.clone().unwrap_or_default();
    let holders: i64 = on!(conn, c => users::table
        .filter(lower(users::email).eq(email).or(users::phone_number.eq(phone_number)))
        .filter(users::phone_number_verified_at.is_not_null().or(users::created_at.gt(before)))
        .count()
        .get_result(c))?;
    Ok(holders > 0)
}

async fn standing_in_the_way(
    conn: &mut Conn<'_>,
    claim: &Claim,
    before: Timestamp,
) -> Result<Vec<Id>, Error> {
    // A value that is not claimed is one that nobody has.
    let lowered = |value: &Option<String>| value.as_deref().unwrap_or_default().to_ascii_lowercase();
    let (email, username) = (lowered(&claim.email), lowered(&claim.username));
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
