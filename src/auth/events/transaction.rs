//! A transaction in which events are recorded: their rows are committed with the work, and their lines are logged when it
//! is. One call does both, so that nobody forgets one.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

use futures_util::future::join;

use super::event::Event;
use crate::auth::Auth;
use storage::EventKind;
use storage::{Committed, Conn, Error as StorageError, activities, webhook_outbox};

/// A connection inside a transaction. It goes wherever a [`Conn`] goes.
pub(crate) struct Transaction<'c> {
    conn: Conn<'c>,
    events: &'c Mutex<Vec<Event>>,
    webhooks: &'c [EventKind],
}

impl<'c> Transaction<'c> {
    /// The same transaction again, see [`Conn::again`].
    pub(crate) fn again(&self) -> Transaction<'c> {
        Self { conn: self.conn.again(), ..*self }
    }

    /// Records an event: for the user where it is an activity, for the webhook where it is sent, and for the audit log once
    /// all is committed.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn record(&mut self, event: Event) -> Result<(), StorageError> {
        // In the order in which they are recorded, whichever the database answers first; of a transaction that fails, nothing
        // is told.
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
        self.record_logged(&event).await
    }

    /// The same for an event whose line has been written already.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn record_logged(&mut self, event: &Event) -> Result<(), StorageError> {
        let (mut one, mut other) = (self.conn.again(), self.conn.again());
        let activity = async {
            match event.activity() {
                Some(activity) => activities::insert(&mut one, &activity).await,
                None => Ok(()),
            }
        };
        let message = async {
            match event.message().filter(|_| self.webhooks.contains(&event.kind())) {
                Some(message) => webhook_outbox::insert(&mut other, &message).await,
                None => Ok(()),
            }
        };
        // At once: a second that waited for the first would come after the COMMIT that is sent along.
        let (recorded, told) = join(activity, message).await;
        recorded.and(told)
    }
}

impl<'c> Deref for Transaction<'c> {
    type Target = Conn<'c>;

    fn deref(&self) -> &Conn<'c> {
        &self.conn
    }
}

impl<'c> DerefMut for Transaction<'c> {
    fn deref_mut(&mut self) -> &mut Conn<'c> {
        &mut self.conn
    }
}

impl Auth {
    /// [`storage::Db::write`], for work in which something happens that is to be recorded.
    ///
    /// # Errors
    /// Those of `f`, and [`StorageError::Unavailable`].
    pub(crate) async fn write<R, E, F>(&self, f: F) -> Result<R, E>
    where
        F: AsyncFnOnce(Transaction<'_>) -> Result<R, E> + Send + 'static,
        R: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let webhooks = self.webhooks.clone();
        let work = async move |conn: Conn<'_>| -> Result<_, E> {
            let events = Mutex::default();
            let value = f(Transaction { conn, events: &events, webhooks: &webhooks }).await?;
            Ok((value, events.into_inner().unwrap_or_else(PoisonError::into_inner)))
        };
        let (value, events) = self.db.write(work).await?;
        events.iter().for_each(|event| self.tell(event));
        Ok(value)
    }

    /// [`storage::Db::write_at_once`], in the same way.
    ///
    /// # Errors
    /// Those of `f`, and [`StorageError::Unavailable`].
    pub(crate) async fn write_at_once<R, E, F>(&self, f: F) -> Result<R, E>
    where
        F: AsyncFnOnce(Transaction<'_>) -> Result<(R, Committed), E> + Send + 'static,
        R: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let webhooks = self.webhooks.clone();
        let work = async move |conn: Conn<'_>| -> Result<_, E> {
            let events = Mutex::default();
            let (value, committed) = f(Transaction { conn, events: &events, webhooks: &webhooks }).await?;
            Ok(((value, events.into_inner().unwrap_or_else(PoisonError::into_inner)), committed))
        };
        let (value, events) = self.db.write_at_once(work).await?;
        events.iter().for_each(|event| self.tell(event));
        Ok(value)
    }

    /// Counts an event and writes its line.
    pub(crate) fn tell(&self, event: &Event) {
        event.log();
        self.metrics.event(event.kind().as_str(), event.reason().unwrap_or_default());
        if let Some(result) = event.log_in_result() {
            self.metrics.log_in(result);
        }
    }

    /// Tells of an event with which nothing else is written.
    pub(crate) async fn report(&self, event: Event) {
        self.tell(&event);
        if !self.webhooks.contains(&event.kind()) {
            return;
        }
        let recorded =
            self.write(async move |mut c| -> Result<(), StorageError> { c.record_logged(&event).await });
        if let Err(error) = recorded.await {
            tracing::warn!(%error, "an event could not be recorded");
        }
    }
}
