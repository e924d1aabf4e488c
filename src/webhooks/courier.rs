//! The task that empties the outbox, beside the requests and never in their way.

use std::time::Duration;

use aws_lc_rs::rand;
use chrono::TimeDelta;
use futures_util::future::join_all;

use super::delivery::{Deliverer, Refused};
use super::endpoint::Endpoint;
use super::schedule::{self, LONGEST};
use crate::metrics::Metrics;
use movable_clock::Clock;
use storage::webhook_outbox;
use storage::webhook_outbox::Message;
use storage::{Db, Error, Timestamp};

/// How often the outbox is looked at.
const TICK: Duration = Duration::from_millis(500);
/// How long to leave a database alone that did not answer.
const PAUSE: Duration = Duration::from_secs(5);
/// Messages that are delivered at the same time: a receiver that is slow gets no more from one replica.
const AT_ONCE: i64 = 8;
/// How long a replica that says nothing is believed to be at work: well above what a delivery may take, with the statement
/// that comes after it.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Delivers what is in the outbox.
pub struct Courier {
    db: Db,
    clock: Clock,
    deliverer: Deliverer,
    metrics: Metrics,
}

impl Courier {
    /// One for this outbox and this endpoint.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(db: Db, clock: Clock, endpoint: Endpoint, metrics: Metrics) -> Result<Self, String> {
        Ok(Self { db, clock, deliverer: Deliverer::new(endpoint)?, metrics })
    }

    /// Delivers until it is dropped.
    pub async fn run(self) {
        loop {
            tokio::time::sleep(TICK).await;
            if let Err(error) = self.empty().await {
                tracing::warn!(%error, "webhooks wait for the database");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Delivers whatever is due now.
    async fn empty(&self) -> Result<(), Error> {
        loop {
            let now = Timestamp(self.clock.now());
            let due = self
                .db
                .read(async move |mut c| webhook_outbox::due(&mut c, now, LONGEST, AT_ONCE).await)
                .await?;
            let full = i64::try_from(due.len()).is_ok_and(|found| found == AT_ONCE);
            join_all(due.into_iter().map(|message| self.attempt(message)))
                .await
                .into_iter()
                .collect::<Result<Vec<()>, Error>>()?;
            if !full {
                return Ok(());
            }
        }
    }

    /// Claims a message and tries to deliver it.
    async fn attempt(&self, message: Message) -> Result<(), Error> {
        let now = self.clock.now();
        let (seen, claim) = (message.clone(), Timestamp(now + LEASE));
        let claimed = self.db.write(async move |mut c| webhook_outbox::claim(&mut c, &seen, claim).await);
        if !claimed.await? {
            return Ok(());
        }
        let (id, attempts) = (message.id.to_string(), message.attempts + 1);
        let outcome = self.deliverer.deliver(&id, message.body.clone(), now.timestamp()).await;
        let after = Timestamp(self.clock.now());
        let again = match &outcome {
            Ok(()) => None,
            Err(Refused { for_good: true, .. }) => None,
            Err(_) => schedule::wait(attempts, chance()).map(|wait| Timestamp(after.0 + wait)),
        };
        let delivered = outcome.is_ok().then_some(after);
        let settled = self.db.write(async move |mut c| {
            webhook_outbox::settle(&mut c, message.id, claim, again, delivered).await
        });
        settled.await?;
        let event = message.event.as_str();
        match (outcome, again) {
            (Ok(()), _) => {
                self.metrics.webhook("delivered");
                tracing::info!(event_id = id, event, attempts, "webhook delivered");
            }
            (Err(Refused { cause, .. }), Some(Timestamp(at))) => {
                self.metrics.webhook("failed");
                let retry_after = (at - after.0).num_seconds();
                tracing::warn!(event_id = id, event, attempts, cause, retry_after, "webhook not delivered");
            }
            (Err(Refused { cause, .. }), None) => {
                self.metrics.webhook("given_up");
                tracing::error!(event_id = id, event, attempts, cause, "webhook given up");
            }
        }
        Ok(())
    }
}

fn chance() -> u8 {
    let mut byte = [0];
    // Without chance the waits are merely the shortest ones.
    let _ = rand::fill(&mut byte);
    byte[0]
}
