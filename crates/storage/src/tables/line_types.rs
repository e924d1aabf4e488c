//! Line types of numbers, as Twilio Lookup names them. Stored, so that each number is paid for once.

use diesel::{ExpressionMethods, QueryDsl};

use crate::schema::line_types;
use crate::{Conn, Db, Error, Timestamp, found};

impl Db {
    /// Returns the line type of a number, as Twilio named it, if it was looked up after a time. `number`: its
    /// key.
    pub async fn line_type(&self, number: Vec<u8>, after: Timestamp) -> Result<Option<String>, Error> {
        self.read(async move |mut c| find(&mut c, &number, after).await).await
    }

    /// Stores the line type of a number, as Twilio named it.
    pub async fn remember_line_type(
        &self,
        number: Vec<u8>,
        line_type: &'static str,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.write(async move |mut c| remember(&mut c, number, line_type, now).await).await
    }
}

/// Returns the line type of a number, if it was looked up after a time. `number`: its key.
pub(crate) async fn find(
    conn: &mut Conn<'_>,
    number: &[u8],
    after: Timestamp,
) -> Result<Option<String>, Error> {
    found(on!(conn, c => line_types::table
        .find(number)
        .filter(line_types::looked_up_at.gt(after))
        .select(line_types::line_type)
        .get_result(c)))
}

/// Stores the line type of a number.
pub(crate) async fn remember(
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
