//! Activities: what happened to a user, and when.

use diesel::{
    ExpressionMethods, Insertable, NullableExpressionMethods, QueryDsl, Queryable, Selectable,
    SelectableHelper,
};

use crate::engine::prepared::prepared;
use crate::schema::activities;
use crate::{ActivityKind, Conn, Db, Error, Id, Timestamp};

/// An activity's row.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = activities)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
pub struct Activity {
    /// UUIDv7.
    pub id: Id,
    /// The user.
    pub user_id: Id,
    /// What happened.
    pub kind: ActivityKind,
    /// The client's `User-Agent`. Untrusted.
    pub user_agent: Option<String>,
    /// The client's address. Untrusted.
    pub ip_address: Option<String>,
    /// When it happened.
    pub occurred_at: Timestamp,
}

impl Db {
    /// Returns the addresses that a user's newest activities of some kinds came from.
    pub async fn activity_addresses(
        &self,
        user_id: Id,
        kinds: &'static [ActivityKind],
        limit: i64,
    ) -> Result<Vec<String>, Error> {
        self.read(async move |mut c| addresses(&mut c, user_id, kinds, limit).await).await
    }
}

/// Adds an activity.
pub(crate) async fn insert(conn: &mut Conn<'_>, activity: &Activity) -> Result<(), Error> {
    on!(conn, c => prepared(diesel::insert_into(activities::table).values(activity)).execute(c))?;
    Ok(())
}

/// Returns the number of a user's activities of a kind since a time.
pub(crate) async fn count_since(
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

/// Returns the addresses that a user's newest activities of some kinds came from.
pub(crate) async fn addresses(
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

/// Returns a user's newest activities, newest first.
pub(crate) async fn newest(conn: &mut Conn<'_>, user_id: Id, limit: i64) -> Result<Vec<Activity>, Error> {
    on!(conn, c => activities::table
        .filter(activities::user_id.eq(user_id))
        .order((activities::occurred_at.desc(), activities::id.desc()))
        .limit(limit)
        .select(Activity::as_select())
        .load(c))
}
