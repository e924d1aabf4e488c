//! The one row that says which of `dev` and `serve` made this database.

use diesel::{ExpressionMethods, QueryDsl};

use crate::engine::prepared::prepared;
use crate::schema::deployment;
use crate::{Conn, Error, Mode, Timestamp, found};

/// Claims the database for a mode unless it is claimed, and answers whose it is. Until the transaction ends,
/// nobody else gets past this: what is made once per deployment is made after it.
///
/// # Errors
/// Those of the database.
pub async fn claim(conn: &mut Conn<'_>, mode: Mode, now: Timestamp) -> Result<Mode, Error> {
    let row = (deployment::id.eq(1), deployment::mode.eq(mode), deployment::created_at.eq(now));
    on!(conn, c => diesel::insert_into(deployment::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    // Writing the row to itself locks it where the insert met an older one.
    on!(conn, c => prepared(
        diesel::update(deployment::table.find(1))
            .set(deployment::id.eq(1))
            .returning(deployment::mode)
    ).get_result(c))
}

/// The mode for which the database is claimed; `None` where it is not.
///
/// # Errors
/// Those of the database.
pub async fn owner(conn: &mut Conn<'_>) -> Result<Option<Mode>, Error> {
    found(on!(conn, c => deployment::table
        .find(1)
        .select(deployment::mode)
        .get_result(c)))
}

/// Whether the database answers.
///
/// # Errors
/// Those of the database.
pub async fn ping(conn: &mut Conn<'_>) -> Result<(), Error> {
    let _: i64 = on!(conn, c => deployment::table.count().get_result(c))?;
    Ok(())
}
