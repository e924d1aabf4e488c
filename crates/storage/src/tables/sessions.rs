//! Sessions: from verify to log-out.

use diesel::{ExpressionMethods, Insertable, JoinOnDsl, QueryDsl, Queryable, Selectable, SelectableHelper};
use futures_util::future::try_join;

use crate::engine::postgres;
use crate::engine::prepared::{FoundBy, fixed, prepared};
use crate::schema::{sessions, users};
use crate::tables::activities::{self, Activity};
use crate::tables::users::User;
use crate::{Amr, Conn, Db, EndReason, Error, Id, Timestamp, found};

/// A session's row.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
pub struct Session {
    /// `sid` of the access token.
    pub id: Id,
    /// The user.
    pub user_id: Id,
    /// Random. The refresh token is derived from it and the deployment's secret.
    pub salt: Vec<u8>,
    /// The refresh counter.
    pub generation: i32,
    /// When the refresh counter last changed.
    pub rotated_at: Timestamp,
    /// How the user proved who they are.
    pub amr: Amr,
    /// When the user proved who they are.
    pub auth_time: Timestamp,
    /// The client's `User-Agent`. Untrusted.
    pub user_agent: Option<String>,
    /// The client's address. Untrusted.
    pub ip_address: Option<String>,
    /// When the code was right.
    pub created_at: Timestamp,
    /// When tokens were last minted.
    pub last_used_at: Timestamp,
    /// The session's fixed end.
    pub expires_at: Timestamp,
    /// When it ended early.
    pub ended_at: Option<Timestamp>,
    /// Why it ended early.
    pub end_reason: Option<EndReason>,
}

/// The columns that decide whether a session is alive: all that a request needs of it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
pub struct SessionState {
    /// As in [`Session`].
    pub id: Id,
    /// As in [`Session`].
    pub last_used_at: Timestamp,
    /// As in [`Session`].
    pub expires_at: Timestamp,
    /// As in [`Session`].
    pub ended_at: Option<Timestamp>,
    /// As in [`Session`].
    pub end_reason: Option<EndReason>,
}

impl Session {
    /// Returns the columns that decide whether it is alive.
    pub fn state(&self) -> SessionState {
        let Self { id, last_used_at, expires_at, ended_at, .. } = *self;
        SessionState { id, last_used_at, expires_at, ended_at, end_reason: self.end_reason }
    }
}

impl Db {
    /// Returns a session with all its columns, and its user, whether or not the session is alive.
    pub async fn session_to_refresh(&self, id: Id) -> Result<Option<(Session, User)>, Error> {
        self.read(async move |mut c| find_with_user(&mut c, id).await).await
    }

    /// Returns a user's live sessions, the most recently used first. A session last used at `idle_since` or
    /// earlier has expired.
    pub async fn live_sessions(
        &self,
        user_id: Id,
        idle_since: Timestamp,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<Session>, Error> {
        self.read(async move |mut c| of_user(&mut c, user_id, idle_since, now, limit).await).await
    }

    /// Returns a session and the newest activities of its user, in one round trip.
    pub async fn session_with_activities(
        &self,
        id: Id,
        user_id: Id,
        limit: i64,
    ) -> Result<(Option<Session>, Vec<Activity>), Error> {
        self.read(async move |c| {
            let session = &mut c.again();
            let activities = &mut c.again();
            try_join(find(session, id), activities::newest(activities, user_id, limit)).await
        })
        .await
    }
}

/// Adds a session.
pub(crate) async fn insert(conn: &mut Conn<'_>, session: &Session) -> Result<(), Error> {
    on!(conn, c => prepared(diesel::insert_into(sessions::table).values(session)).execute(c))?;
    Ok(())
}

/// Returns a session and its user, whether or not the session is alive.
pub(crate) async fn find_with_user(conn: &mut Conn<'_>, id: Id) -> Result<Option<(Session, User)>, Error> {
    found(on!(conn, c => sessions::table
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .filter(sessions::id.eq(id))
        .select((Session::as_select(), User::as_select()))
        .get_result(c)))
}

/// Returns a session.
pub(crate) async fn find(conn: &mut Conn<'_>, id: Id) -> Result<Option<Session>, Error> {
    found(on!(conn, c => sessions::table.find(id).select(Session::as_select()).get_result(c)))
}

/// Returns the state of a session, and its user.
pub(crate) async fn state_with_user(
    conn: &mut Conn<'_>,
    id: Id,
) -> Result<Option<(SessionState, User)>, Error> {
    found(on!(conn, c => sessions::table
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .filter(sessions::id.eq(id))
        .select((SessionState::as_select(), User::as_select()))
        .get_result(c)))
}

/// The number of sessions per batch. It is fixed, so that the statement has one text. PostgreSQL plans a
/// statement again for each list that is shorter than ten, which its generic plan assumes.
pub(crate) const BATCH_SIZE: usize = 16;

/// Returns the states of several sessions, and their users, in no order. `ids` may contain duplicates.
pub(crate) async fn states_with_users(
    conn: &mut Conn<'_>,
    ids: &[Id; BATCH_SIZE],
) -> Result<Vec<(SessionState, User)>, Error> {
    enum StatesWithUsers {}
    impl FoundBy for StatesWithUsers {}
    on!(conn, c => fixed::<StatesWithUsers, _>(
        sessions::table
            .inner_join(users::table.on(users::id.eq(sessions::user_id)))
            .filter(sessions::id.eq_any(ids))
            .select((SessionState::as_select(), User::as_select()))
    ).load(c))
}

/// Returns a user's live sessions, the most recently used first. A session last used at `idle_since` or
/// earlier has expired.
pub(crate) async fn of_user(
    conn: &mut Conn<'_>,
    user_id: Id,
    idle_since: Timestamp,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Session>, Error> {
    on!(conn, c => sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::last_used_at.gt(idle_since))
        .order((sessions::last_used_at.desc(), sessions::id.desc()))
        .limit(limit)
        .select(Session::as_select())
        .load(c))
}

/// Moves a live session from `generation` to the next. Returns `false` if it has ended, or another request
/// was faster.
pub(crate) async fn rotate(
    conn: &mut Conn<'_>,
    id: Id,
    generation: i32,
    idle_since: Timestamp,
    now: Timestamp,
) -> Result<bool, Error> {
    let rotated = on!(conn, c => prepared(
        diesel::update(sessions::table.find(id))
            .filter(sessions::generation.eq(generation))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::expires_at.gt(now))
            .filter(sessions::last_used_at.gt(idle_since))
            .set((
                sessions::generation.eq(generation.saturating_add(1)),
                sessions::rotated_at.eq(now),
                sessions::last_used_at.eq(now),
            ))
    ).execute(c))?;
    Ok(rotated == 1)
}

/// Whether a session has not been ended. The row stays locked until the transaction ends.
pub(crate) async fn is_open(conn: &mut Conn<'_>, id: Id) -> Result<bool, Error> {
    // Writing the row to itself locks it, on either database.
    let open = on!(conn, c => prepared(
        diesel::update(sessions::table.find(id))
            .filter(sessions::ended_at.is_null())
            .set(sessions::generation.eq(sessions::generation))
    ).execute(c))?;
    Ok(open == 1)
}

/// Locks a user's open sessions, in the order of their ids, for a transaction that ends several.
pub(crate) async fn lock_open(conn: &mut Conn<'_>, user_id: Id) -> Result<(), Error> {
    postgres::lock(
        conn,
        "SELECT FROM sessions WHERE user_id = $1 AND ended_at IS NULL ORDER BY id FOR UPDATE",
        user_id,
    )
    .await
}

/// Ends one session. Returns `false` if it had ended before.
pub(crate) async fn end(
    conn: &mut Conn<'_>,
    id: Id,
    reason: EndReason,
    now: Timestamp,
) -> Result<bool, Error> {
    let ended = on!(conn, c => prepared(
        diesel::update(sessions::table.find(id))
            .filter(sessions::ended_at.is_null())
            .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
    ).execute(c))?;
    Ok(ended == 1)
}

/// Ends one session of a user. Returns `false` if it is another user's, or had ended before.
pub(crate) async fn end_own(
    conn: &mut Conn<'_>,
    user_id: Id,
    id: Id,
    reason: EndReason,
    now: Timestamp,
) -> Result<bool, Error> {
    let ended = on!(conn, c => prepared(
        diesel::update(sessions::table.find(id))
            .filter(sessions::user_id.eq(user_id))
            .filter(sessions::ended_at.is_null())
            .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
    ).execute(c))?;
    Ok(ended == 1)
}

/// Ends every session of a user.
pub(crate) async fn end_all(
    conn: &mut Conn<'_>,
    user_id: Id,
    reason: EndReason,
    now: Timestamp,
) -> Result<(), Error> {
    lock_open(conn, user_id).await?;
    on!(conn, c => prepared(
        diesel::update(sessions::table)
            .filter(sessions::user_id.eq(user_id))
            .filter(sessions::ended_at.is_null())
            .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
    ).execute(c))?;
    Ok(())
}

/// Ends every session of a user but one.
pub(crate) async fn end_others(
    conn: &mut Conn<'_>,
    user_id: Id,
    kept: Id,
    reason: EndReason,
    now: Timestamp,
) -> Result<(), Error> {
    lock_open(conn, user_id).await?;
    on!(conn, c => prepared(
        diesel::update(sessions::table)
            .filter(sessions::user_id.eq(user_id))
            .filter(sessions::id.ne(kept))
            .filter(sessions::ended_at.is_null())
            .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
    ).execute(c))?;
    Ok(())
}
