//! What kind of line numbers are, as Twilio Lookup said: remembered, so that each number is paid for once.

use diesel::{ExpressionMethods, QueryDsl};

use crate::schema::line_types;
use crate::{Conn, Error, Timestamp, found};

/// What was said of a number after a time. `number`: the key that stands for it.
///
/// # Errors
/// Those of the database.
pub async fn find(conn: &mut Conn<'_>, number: &[u8], after: Timestamp) -> Result<Option<String>, Error> {
    found(on!(conn, c => line_types::table
        .find(number)
        .filter(line_types::looked_up_at.gt(after))
        .select(line_types::line_type)
        .get_result(c)))
}

/// Remembers what was said of a number, in place of what was said before.
///
/// # Errors
/// Those of the database.
pub async fn remember(
    conn: &mut Conn<'_>,
    number: Vec<u8>,
    line_type: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let said = (line_types::line_type.eq(line_type), line_types::looked_up_at.eq(now));
    on!(conn, c => diesel::insert_into(line_types::table)
        .values((line_types::number.eq(number), said))
        .on_conflict(line_types::number)
        .do_update()
        .set(said)
        .execute(c))?;
    Ok(())
}
