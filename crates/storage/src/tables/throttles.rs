//! What has been counted against limits: GCRA's state, a row for each limit and whom it is about. A decision is one
//! statement, so that it is exact however many requests and replicas decide at once.

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, HasSqlType, Integer};
use diesel::{ExpressionMethods, QueryDsl, Queryable};

use crate::schema::throttles;
use crate::{Conn, Error};

/// Most doublings of what the last attempt takes to come back: a day's worth of microseconds, doubled as often, still
/// fits.
pub const MOST_DOUBLINGS: i32 = 24;

/// One attempt to be counted against one limit.
#[derive(Debug, Clone)]
pub struct Charge {
    /// Names the limit and whom it is about.
    pub key: Vec<u8>,
    /// Microseconds that one attempt takes to come back.
    pub pace: i64,
    /// Microseconds that the arrival may lie ahead for an attempt to be allowed: all attempts but one.
    pub slack: i64,
    /// Most microseconds that the last attempt takes to come back, after however many strikes.
    pub longest: i64,
}

/// What stands against a limit.
#[derive(Debug, Clone, Queryable)]
pub struct State {
    /// As in [`Charge`].
    pub key: Vec<u8>,
    /// GCRA's theoretical arrival time, in microseconds since 1970.
    pub arrival: i64,
    /// How often the limit was used up without having been whole for a period in between.
    pub strikes: i32,
}

/// Counts an attempt against each of the limits that still allows one: what stands against those then. Where fewer come
/// back than were asked about, the others refuse, and the transaction is to be rolled back. `charges`: in an order that
/// is the same everywhere, since each row stays locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn charge(
    conn: &mut Conn<'_>,
    charges: &[Charge],
    now: DateTime<Utc>,
) -> Result<Vec<State>, Error> {
    let now = now.timestamp_micros();
    let mut rows: Vec<Row<'_>> = Vec::with_capacity(charges.len());
    for Charge { key, pace, slack, longest } in charges {
        // Where one attempt is all there is, the first uses the limit up.
        rows.push((key, now + pace, i32::from(*slack == 0), *pace, *slack, *longest));
    }
    on!(conn, c => Upsert { rows, on_conflict: COUNT_ON }.load(c))
}

/// What stands against limits; those that nothing stands against are left out.
///
/// # Errors
/// Those of the database.
pub async fn find(conn: &mut Conn<'_>, keys: Vec<Vec<u8>>) -> Result<Vec<State>, Error> {
    on!(conn, c => throttles::table
        .filter(throttles::key.eq_any(keys))
        .select((throttles::key, throttles::arrival, throttles::strikes))
        .load(c))
}

/// Takes back what was counted: `arrival` and `strikes` are by how much. What stands against the limits then. The order
/// is that of [`charge`].
///
/// # Errors
/// Those of the database.
pub async fn give_back(conn: &mut Conn<'_>, given: &[State]) -> Result<Vec<State>, Error> {
    let mut rows: Vec<Row<'_>> = Vec::with_capacity(given.len());
    for State { key, arrival, strikes } in given {
        rows.push((key, *arrival, *strikes, 0, 0, 0));
    }
    on!(conn, c => Upsert { rows, on_conflict: TAKE_BACK }.load(c))
}

/// The parts of the statement. `excluded` is the row that would be inserted, which tells the time and the limit.
macro_rules! part {
    (now) => {
        "(excluded.arrival - excluded.pace)"
    };
    // A clock may lag a minute behind the one that counted last. An arrival that lies further ahead than that and the
    // limit can put it was made by a clock that has been put back since, and does not count.
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
    // Whole for a whole period.
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

/// Where something stands against a limit already: [`Charge`]'s rule, once for both databases.
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

/// A row that is gone meanwhile comes back as one of 1970, against which nothing stands.
const TAKE_BACK: &str = " ON CONFLICT (key) DO UPDATE SET arrival = throttles.arrival - excluded.arrival, strikes = \
    CASE WHEN throttles.strikes > excluded.strikes THEN throttles.strikes - excluded.strikes ELSE 0 END \
    RETURNING key, arrival, strikes";

/// A row that is inserted, or meets one of its key: key, arrival, strikes, pace, slack, longest.
type Row<'a> = (&'a [u8], i64, i32, i64, i64, i64);

/// An insert of rows, prepared once for each number of them. Diesel's own is prepared anew each time.
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
