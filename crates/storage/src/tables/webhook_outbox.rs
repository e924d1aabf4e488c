//! The outbox of the webhooks: messages that are written with what they tell of, and delivered afterwards. Whoever
//! delivers one has claimed it, by one conditional UPDATE.

use chrono::TimeDelta;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, QueryDsl, Queryable, Selectable, SelectableHelper,
};

use crate::engine::prepared::prepared;
use crate::schema::webhook_outbox;
use crate::schema::webhook_outbox::dsl;
use crate::{Conn, Error, EventKind, Id, Timestamp};

/// A message's row.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_outbox)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
pub struct Message {
    /// The event's; the receiver tells by it what it has seen already.
    pub id: Id,
    /// The kind of event.
    pub event: EventKind,
    /// What is sent.
    pub body: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// Deliveries begun.
    pub attempts: i32,
    /// When it is tried next; absent once it is delivered or given up.
    pub due_at: Option<Timestamp>,
    /// When it was delivered.
    pub delivered_at: Option<Timestamp>,
}

/// Adds a message.
///
/// # Errors
/// Those of the database.
pub async fn insert(conn: &mut Conn<'_>, message: &Message) -> Result<(), Error> {
    on!(conn, c => prepared(diesel::insert_into(webhook_outbox::table).values(message)).execute(c))?;
    Ok(())
}

/// Messages that are to be tried now, whatever has waited longest first. One that lies further ahead than
/// `longest_wait` was put there by a clock that has been put back since.
///
/// # Errors
/// Those of the database.
pub async fn due(
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

/// Claims a message until a time, and counts the attempt. `false`: another replica has it.
///
/// # Errors
/// Those of the database.
pub async fn claim(conn: &mut Conn<'_>, seen: &Message, until: Timestamp) -> Result<bool, Error> {
    let claimed = on!(conn, c => prepared(
        diesel::update(webhook_outbox::table.find(seen.id))
            .filter(dsl::due_at.eq(seen.due_at))
            .filter(dsl::attempts.eq(seen.attempts))
            .set((dsl::due_at.eq(until), dsl::attempts.eq(seen.attempts + 1)))
    ).execute(c))?;
    Ok(claimed == 1)
}

/// Writes down what became of a claimed message: when it is tried again, and when it was delivered. A claim that was lost
/// changes nothing.
///
/// # Errors
/// Those of the database.
pub async fn settle(
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
