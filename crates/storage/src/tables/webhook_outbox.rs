//! The outbox of the webhooks. A message is committed together with what it reports, and delivered afterwards
//! by the replica that claims it, with one conditional UPDATE.

use chrono::TimeDelta;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, QueryDsl, Queryable, Selectable, SelectableHelper,
};

use crate::engine::prepared::prepared;
use crate::schema::webhook_outbox::{self, dsl};
use crate::{Conn, Db, Error, EventKind, Id, Timestamp};

/// A message's row.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_outbox)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
pub struct Message {
    /// The event's id. A receiver recognizes duplicates by it.
    pub id: Id,
    /// The kind of event.
    pub event: EventKind,
    /// The body of the request.
    pub body: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// The number of attempts to deliver it.
    pub attempts: i32,
    /// When the next attempt is due. `None` after delivery, or after the last attempt.
    pub due_at: Option<Timestamp>,
    /// When it was delivered.
    pub delivered_at: Option<Timestamp>,
}

impl Db {
    /// Returns messages that are due, the one that has waited longest first. A message due later than
    /// `longest_wait` from now is due too: it was scheduled by a clock that has been set back since.
    pub async fn due_messages(
        &self,
        now: Timestamp,
        longest_wait: TimeDelta,
        limit: i64,
    ) -> Result<Vec<Message>, Error> {
        self.read(async move |mut c| due(&mut c, now, longest_wait, limit).await).await
    }

    /// Acquires a message until a time and counts the attempt. Returns `false` if another replica has it.
    pub async fn claim_message(&self, seen: Message, until: Timestamp) -> Result<bool, Error> {
        self.write(async move |mut c| claim(&mut c, &seen, until).await).await
    }

    /// Records the outcome of an attempt: when the next one is due, and when the message was delivered. A
    /// claim that was lost changes nothing.
    pub async fn settle_message(
        &self,
        id: Id,
        claim: Timestamp,
        due_at: Option<Timestamp>,
        delivered_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.write(async move |mut c| settle(&mut c, id, claim, due_at, delivered_at).await).await
    }
}

/// Adds a message.
pub(crate) async fn insert(conn: &mut Conn<'_>, message: &Message) -> Result<(), Error> {
    on!(conn, c => prepared(diesel::insert_into(webhook_outbox::table).values(message)).execute(c))?;
    Ok(())
}

/// Returns messages that are due, the one that has waited longest first. A message due later than
/// `longest_wait` from now was scheduled by a clock that has been set back since, and is due too.
pub(crate) async fn due(
    conn: &mut Conn<'_>,
    now: Timestamp,
    longest_wait: TimeDelta,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    let impossible = Timestamp(now.0 + longest_wait);
    on!(conn, c => webhook_outbox::table
        .filter(dsl::due_at.le(now).or(dsl::due_at.gt(impossible)))
        .order(dsl::due_at)
        .limit(limit)
        .select(Message::as_select())
        .load(c))
}

/// Claims a message until a time and counts the attempt. Returns `false` if another replica has it.
pub(crate) async fn claim(conn: &mut Conn<'_>, seen: &Message, until: Timestamp) -> Result<bool, Error> {
    let claimed = on!(conn, c => prepared(
        diesel::update(webhook_outbox::table.find(seen.id))
            .filter(dsl::due_at.eq(seen.due_at))
            .filter(dsl::attempts.eq(seen.attempts))
            .set((dsl::due_at.eq(until), dsl::attempts.eq(seen.attempts + 1)))
    ).execute(c))?;
    Ok(claimed == 1)
}

/// Records the outcome of an attempt: when the next one is due, and when the message was delivered. A claim
/// that was lost changes nothing.
pub(crate) async fn settle(
    conn: &mut Conn<'_>,
    id: Id,
    claim: Timestamp,
    due_at: Option<Timestamp>,
    delivered_at: Option<Timestamp>,
) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(webhook_outbox::table.find(id))
            .filter(dsl::due_at.eq(claim))
            .set((dsl::due_at.eq(due_at), dsl::delivered_at.eq(delivered_at)))
    ).execute(c))?;
    Ok(())
}
