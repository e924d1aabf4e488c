//! The row that holds which of `dev` and `serve` made this database.

use diesel::{ExpressionMethods, QueryDsl};

use crate::engine::prepared::prepared;
use crate::schema::deployment;
use crate::{Conn, Db, Error, Mode, Timestamp, found};

impl Db {
    /// Checks that the database responds.
    pub async fn ping(&self) -> Result<(), Error> {
        self.read(async |mut c| ping(&mut c).await).await
    }
}

/// Claims the database for a mode, unless it is claimed. Returns the mode for which it is claimed. The row
/// stays locked until the transaction ends, so other replicas wait.
pub(crate) async fn claim(conn: &mut Conn<'_>, mode: Mode, now: Timestamp) -> Result<Mode, Error> {
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

/// Returns the mode for which the database is claimed, if it is.
pub(crate) async fn owner(conn: &mut Conn<'_>) -> Result<Option<Mode>, Error> {
    found(on!(conn, c => deployment::table
        .find(1)
        .select(deployment::mode)
        .get_result(c)))
}

/// Checks that the database responds.
pub(crate) async fn ping(conn: &mut Conn<'_>) -> Result<(), Error> {
    let _: i64 = on!(conn, c => deployment::table.count().get_result(c))?;
    Ok(())
}
