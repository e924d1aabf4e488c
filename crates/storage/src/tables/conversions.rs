//! Codes that were sent to unproved numbers, and how many were answered: one row per range of numbers and
//! hour.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Integer, Text};
use diesel::{ExpressionMethods, QueryDsl, Queryable, Selectable, SelectableHelper};

use crate::schema::conversions;
use crate::values::sql_types::sql::Timestamptz;
use crate::{Conn, Error, Timestamp};

/// What is counted of a range of numbers in an hour, or what is added to it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = conversions)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
pub struct Conversion {
    /// The range of numbers.
    pub numbers: String,
    /// The start of the hour.
    pub hour: Timestamp,
    /// Codes that were sent.
    pub sends: i32,
    /// The number of those codes whose challenge was answered.
    pub verified: i32,
}

/// Adds to what is counted, in one statement. The rows stay locked until the transaction ends, so a later
/// read in the transaction sees everything. `added` must be in the order that all requests use.
pub(crate) async fn add(conn: &mut Conn<'_>, added: Vec<Conversion>) -> Result<(), Error> {
    if !added.is_empty() {
        on!(conn, c => Add(added).execute(c))?;
    }
    Ok(())
}

/// Returns what is counted of ranges of numbers since an hour.
pub(crate) async fn since(
    conn: &mut Conn<'_>,
    numbers: Vec<String>,
    hour: Timestamp,
) -> Result<Vec<Conversion>, Error> {
    on!(conn, c => conversions::table
        .filter(conversions::numbers.eq_any(numbers))
        .filter(conversions::hour.ge(hour))
        .select(Conversion::as_select())
        .load(c))
}

/// Deletes up to `limit` rows of hours until `before`, the oldest first. Returns the number of rows deleted.
pub(crate) async fn delete_oldest(
    conn: &mut Conn<'_>,
    before: Timestamp,
    limit: i64,
) -> Result<usize, Error> {
    let old: Vec<(Timestamp, String)> = on!(&mut *conn, c => conversions::table
        .filter(conversions::hour.le(before))
        .order(conversions::hour)
        .select((conversions::hour, conversions::numbers))
        .limit(limit)
        .load(c))?;
    let mut deleted = 0;
    for of_hour in old.chunk_by(|(hour, _), (next, _)| hour == next) {
        let Some((hour, _)) = of_hour.first() else { continue };
        let numbers = of_hour.iter().map(|(_, numbers)| numbers);
        let rows = conversions::table
            .filter(conversions::hour.eq(hour))
            .filter(conversions::numbers.eq_any(numbers));
        deleted += on!(&mut *conn, c => diesel::delete(rows).execute(c))?;
    }
    Ok(deleted)
}

/// An insert that adds to existing rows. Diesel has no such insert of several rows for SQLite.
struct Add(Vec<Conversion>);

impl<Conn> diesel::RunQueryDsl<Conn> for Add {}

impl QueryId for Add {
    type QueryId = ();
    // The text depends on how many rows there are.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB> QueryFragment<DB> for Add
where
    DB: Backend + HasSqlType<Text> + HasSqlType<Timestamptz> + HasSqlType<Integer>,
    str: ToSql<Text, DB>,
    Timestamp: ToSql<Timestamptz, DB>,
    i32: ToSql<Integer, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO conversions (numbers, hour, sends, verified) VALUES ");
        for (index, added) in self.0.iter().enumerate() {
            out.push_sql(if index == 0 { "(" } else { ", (" });
            out.push_bind_param::<Text, str>(&added.numbers)?;
            out.push_sql(", ");
            out.push_bind_param::<Timestamptz, _>(&added.hour)?;
            for count in [&added.sends, &added.verified] {
                out.push_sql(", ");
                out.push_bind_param::<Integer, _>(count)?;
            }
            out.push_sql(")");
        }
        out.push_sql(
            " ON CONFLICT (numbers, hour) DO UPDATE SET sends = conversions.sends + excluded.sends, \
             verified = conversions.verified + excluded.verified",
        );
        Ok(())
    }
}
