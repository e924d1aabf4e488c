//! The states of limits (GCRA): one row per limit and subject. A decision is one statement, so it is exact
//! for parallel requests and replicas.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, HasSqlType, Integer};
use diesel::{ExpressionMethods, QueryDsl, Queryable};

use crate::schema::throttles;
use crate::{Conn, Error, Timestamp};

/// The most doublings of the wait for the last attempt. A day in microseconds, doubled that often, still fits
/// into 64 bits.
pub const MOST_DOUBLINGS: i32 = 24;

/// One attempt to count against one limit.
#[derive(Debug, Clone)]
pub struct Charge {
    /// Identifies the limit and its subject.
    pub key: Vec<u8>,
    /// Microseconds until one attempt is available again.
    pub pace: i64,
    /// Microseconds that the arrival may lie in the future for an attempt to be allowed: all attempts but
    /// one.
    pub slack: i64,
    /// The most microseconds until the last attempt is available again, after any number of strikes.
    pub longest: i64,
}

/// The state of a limit.
#[derive(Debug, Clone, Queryable)]
pub struct State {
    /// As in [`Charge`].
    pub key: Vec<u8>,
    /// GCRA's theoretical arrival time, in microseconds since 1970.
    pub arrival: i64,
    /// How often the limit was exhausted without having been full for a whole period in between.
    pub strikes: i32,
}

/// Counts an attempt against each limit that allows one. Returns the states of those limits; the others
/// reject the attempt. `charges` must be in the order that all requests use, because each row stays locked
/// until the transaction ends.
pub(crate) async fn charge(
    conn: &mut Conn<'_>,
    charges: &[Charge],
    now: Timestamp,
) -> Result<Vec<State>, Error> {
    let now = now.0.timestamp_micros();
    let mut rows: Vec<Row<'_>> = Vec::with_capacity(charges.len());
    for Charge { key, pace, slack, longest } in charges {
        // The first attempt exhausts a limit of one.
        rows.push((key, now + pace, i32::from(*slack == 0), *pace, *slack, *longest));
    }
    on!(conn, c => Upsert { rows, on_conflict: COUNT_ON }.load(c))
}

/// Returns the states of limits, without those that have none.
pub(crate) async fn find(conn: &mut Conn<'_>, keys: Vec<Vec<u8>>) -> Result<Vec<State>, Error> {
    on!(conn, c => throttles::table
        .filter(throttles::key.eq_any(keys))
        .select((throttles::key, throttles::arrival, throttles::strikes))
        .load(c))
}

/// Refunds attempts: subtracts `arrival` and `strikes`. Returns the states after it. The order is that of
/// [`charge`].
pub(crate) async fn refund(conn: &mut Conn<'_>, given: &[State]) -> Result<Vec<State>, Error> {
    let mut rows: Vec<Row<'_>> = Vec::with_capacity(given.len());
    for State { key, arrival, strikes } in given {
        rows.push((key, *arrival, *strikes, 0, 0, 0));
    }
    on!(conn, c => Upsert { rows, on_conflict: TAKE_BACK }.load(c))
}

/// The parts of the statement. `excluded` is the row that would be inserted: it holds the time and the limit.
macro_rules! part {
    (now) => {
        "(excluded.arrival - excluded.pace)"
    };
    // A clock may lag a minute behind the one that counted last. An arrival later than that and the limit
    // allow was made by a clock that has been set back since, and is ignored.
    (impossible) => {
        concat!("throttles.arrival > ", part!(now), " + excluded.slack + excluded.longest + 60000000")
    };
    (begins) => {
        concat!(
            "(CASE WHEN throttles.arrival <= ",
            part!(now),
            " OR ",
            part!(impossible),
            " THEN ",
            part!(now),
            " ELSE throttles.arrival END)"
        )
    };
    // The quota was full for a whole period.
    (strikes) => {
        concat!(
            "(CASE WHEN throttles.arrival + excluded.slack + excluded.pace <= ",
            part!(now),
            " OR ",
            part!(impossible),
            " THEN 0 WHEN throttles.strikes > 24 THEN 24 ELSE throttles.strikes END)"
        )
    };
    (uses_up) => {
        concat!(part!(begins), " + excluded.pace > ", part!(now), " + excluded.slack")
    };
    (longer) => {
        concat!("(excluded.pace << ", part!(strikes), ")")
    };
}

/// The rule for a limit that has a state, for both databases.
const COUNT_ON: &str = concat!(
    " ON CONFLICT (key) DO UPDATE SET arrival = ",
    part!(begins),
    " + CASE WHEN NOT (",
    part!(uses_up),
    ") THEN excluded.pace WHEN ",
    part!(longer),
    " > excluded.longest THEN excluded.longest ELSE ",
    part!(longer),
    " END, strikes = ",
    part!(strikes),
    " + CASE WHEN ",
    part!(uses_up),
    " THEN 1 ELSE 0 END, pace = excluded.pace, \
     slack = excluded.slack, longest = excluded.longest WHERE throttles.arrival <= ",
    part!(now),
    " + excluded.slack OR ",
    part!(impossible),
    " RETURNING key, arrival, strikes"
);

/// A row that was deleted meanwhile is inserted as one of 1970, whose quota is full.
const TAKE_BACK: &str = " ON CONFLICT (key) DO UPDATE SET arrival = throttles.arrival - excluded.arrival, strikes = \
    CASE WHEN throttles.strikes > excluded.strikes THEN throttles.strikes - excluded.strikes ELSE 0 END \
    RETURNING key, arrival, strikes";

/// A row to insert or to update: key, arrival, strikes, pace, slack, longest.
type Row<'a> = (&'a [u8], i64, i32, i64, i64, i64);

/// An insert of rows, prepared once for each number of rows. Diesel prepares its own inserts each time.
struct Upsert<'a> {
    rows: Vec<Row<'a>>,
    on_conflict: &'static str,
}

impl Query for Upsert<'_> {
    type SqlType = (Binary, BigInt, Integer);
}

impl<Conn> diesel::RunQueryDsl<Conn> for Upsert<'_> {}

impl QueryId for Upsert<'_> {
    type QueryId = ();
    // The text depends on how many rows there are, so statements are told apart by their text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB> QueryFragment<DB> for Upsert<'_>
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<Integer> + HasSqlType<Binary>,
    i64: ToSql<BigInt, DB>,
    i32: ToSql<Integer, DB>,
    [u8]: ToSql<Binary, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO throttles (key, arrival, strikes, pace, slack, longest) VALUES ");
        for (index, (key, arrival, strikes, pace, slack, longest)) in self.rows.iter().enumerate() {
            out.push_sql(if index == 0 { "(" } else { ", (" });
            out.push_bind_param::<Binary, [u8]>(key)?;
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(arrival)?;
            out.push_sql(", ");
            out.push_bind_param::<Integer, _>(strikes)?;
            for number in [pace, slack, longest] {
                out.push_sql(", ");
                out.push_bind_param::<BigInt, _>(number)?;
            }
            out.push_sql(")");
        }
        out.push_sql(self.on_conflict);
        Ok(())
    }
}
