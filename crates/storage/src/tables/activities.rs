//! What happened to a user and when.

use crate::engine::prepared::prepared;
use crate::schema::activities;
use crate::{ActivityKind, Conn, Error, Id, Timestamp};
use diesel::{
    ExpressionMethods, Insertable, NullableExpressionMethods, QueryDsl, Queryable, Selectable,
    SelectableHelper,
};

/// One thing that happened.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = activities)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
pub struct Activity {
    /// UUIDv7.
    pub id: Id,
    /// To whom.
    pub user_id: Id,
    /// What happened.
    pub kind: ActivityKind,
    /// What the client said that it is. Data, never trusted.
    pub user_agent: Option<String>,
    /// Where the client came from. Data, never trusted.
    pub ip_address: Option<String>,
    /// When.
    pub occurred_at: Timestamp,
}

/// Adds an activity.
///
/// # Errors
/// Those of the database.
pub async fn insert(conn: &mut Conn<'_>, activity: &Activity) -> Result<(), Error> {
    on!(conn, c => prepared(diesel::insert_into(activities::table).values(activity)).execute(c))?;
    Ok(())
}

/// How many activities of a kind a user has since a time.
///
/// # Errors
/// Those of the database.
pub async fn count_since(
    conn: &mut Conn<'_>,
    user_id: Id,
    kind: ActivityKind,
    since: Timestamp,
) -> Result<i64, Error> {
    on!(conn, c => activities::table
        .filter(activities::user_id.eq(user_id))
        .filter(activities::occurred_at.gt(since))
        .filter(activities::kind.eq(kind))
        .count()
        .get_result(c))
}

/// Where a user's newest activities of some kinds came from.
///
/// # Errors
/// Those of the database.
pub async fn addresses(
    conn: &mut Conn<'_>,
    user_id: Id,
    kinds: &[ActivityKind],
    limit: i64,
) -> Result<Vec<String>, Error> {
    on!(conn, c => activities::table
        .filter(activities::user_id.eq(user_id))
        .filter(activities::kind.eq_any(kinds))
        .filter(activities::ip_address.is_not_null())
        .order(activities::occurred_at.desc())
        .limit(limit)
        .select(activities::ip_address.assume_not_null())
        .load(c))
}

/// A user's newest activities, newest first.
///
/// # Errors
/// Those of the database.
pub async fn newest(conn: &mut Conn<'_>, user_id: Id, limit: i64) -> Result<Vec<Activity>, Error> {
    on!(conn, c => activities::table
        .filter(activities::user_id.eq(user_id))
        .order((activities::occurred_at.desc(), activities::id.desc()))
        .limit(limit)
        .select(Activity::as_select())
        .load(c))
}
