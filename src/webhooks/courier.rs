//! The background task that delivers the messages of the outbox.

use std::time::Duration;

use aws_lc_rs::rand;
use chrono::TimeDelta;
use futures_util::future::join_all;
use movable_clock::Clock;
use storage::webhook_outbox::Message;
use storage::{Db, Error, Timestamp};

use super::delivery::{Deliverer, DeliveryError};
use super::endpoint::Endpoint;
use super::schedule::{self, MAX_WAIT};
use crate::metrics::Metrics;

/// The interval between two polls of the outbox.
const TICK: Duration = Duration::from_millis(500);
/// The pause after a database error.
const PAUSE: Duration = Duration::from_secs(5);
/// The number of messages that one replica delivers at the same time.
const CONCURRENCY: i64 = 8;
/// How long a claim is valid. Longer than a delivery and the statement after it can take.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Delivers the messages of the outbox.
pub struct Courier {
    db: Db,
    clock: Clock,
    deliverer: Deliverer,
    metrics: Metrics,
}

impl Courier {
    /// Creates the task for an outbox and an endpoint.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(db: Db, clock: Clock, endpoint: Endpoint, metrics: Metrics) -> Result<Self, String> {
        Ok(Self { db, clock, deliverer: Deliverer::new(endpoint)?, metrics })
    }

    /// Delivers messages until it is dropped.
    pub async fn run(self) {
        loop {
            tokio::time::sleep(TICK).await;
            if let Err(error) = self.deliver_due().await {
                tracing::warn!(%error, "webhooks wait for the database");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Delivers all messages that are due.
    async fn deliver_due(&self) -> Result<(), Error> {
        loop {
            let now = Timestamp(self.clock.now());
            let due = self.db.due_messages(now, MAX_WAIT, CONCURRENCY).await?;
            let is_full = i64::try_from(due.len()).is_ok_and(|found| found == CONCURRENCY);
            join_all(due.into_iter().map(|message| self.attempt(message)))
                .await
                .into_iter()
                .collect::<Result<Vec<()>, Error>>()?;
            if !is_full {
                return Ok(());
            }
        }
    }

    /// Claims a message and tries to deliver it.
    async fn attempt(&self, message: Message) -> Result<(), Error> {
        let now = self.clock.now();
        let claim = Timestamp(now + LEASE);
        if !self.db.claim_message(message.clone(), claim).await? {
            return Ok(());
        }
        let (id, attempts) = (message.id.to_string(), message.attempts + 1);
        let outcome = self.deliverer.deliver(&id, message.body.clone(), now.timestamp()).await;
        let after = Timestamp(self.clock.now());
        let retry_at = match &outcome {
            Ok(()) => None,
            Err(DeliveryError { is_permanent: true, .. }) => None,
            Err(_) => schedule::wait(attempts, random_byte()).map(|wait| Timestamp(after.0 + wait)),
        };
        let delivered = outcome.is_ok().then_some(after);
        self.db.settle_message(message.id, claim, retry_at, delivered).await?;
        let event = message.event.as_str();
        match (outcome, retry_at) {
            (Ok(()), _) => {
                self.metrics.webhook("delivered");
                tracing::info!(event_id = id, event, attempts, "webhook delivered");
            }
            (Err(DeliveryError { cause, .. }), Some(Timestamp(at))) => {
                self.metrics.webhook("failed");
                let retry_after = (at - after.0).num_seconds();
                tracing::warn!(event_id = id, event, attempts, cause, retry_after, "webhook not delivered");
            }
            (Err(DeliveryError { cause, .. }), None) => {
                self.metrics.webhook("given_up");
                tracing::error!(event_id = id, event, attempts, cause, "webhook given up");
            }
        }
        Ok(())
    }
}

fn random_byte() -> u8 {
    let mut byte = [0];
    // If there are no random bytes, the waits are the shortest.
    let _ = rand::fill(&mut byte);
    byte[0]
}
