//! Deletes old rows: in small batches, each in its own transaction, so that a log-in never waits for more
//! than one, and by one replica at a time.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use movable_clock::Clock;
use storage::housekeeping::Old;
use storage::{Db, Timestamp};

use super::codes::line_lookup;
use super::error::Error;
use super::limits::conversion_guard::COUNTED;
use super::tokens::jwt::Settings as TokenSettings;
use super::tokens::key_rotation::unneeded_keys;

/// Rows in a batch: a few milliseconds of work.
const BATCH: i64 = 500;
/// Pause after a full batch, which leaves most of the time to others.
const PAUSE: Duration = Duration::from_millis(20);
/// The lease of a run, after which another replica may take over. A batch takes a fraction of it.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How often the clock is read, so that a moved clock is noticed soon.
const TICK: Duration = Duration::from_millis(500);
/// How long a challenge or a password reset is kept after it expires, so that the rejection of its token has
/// a reason.
const CHALLENGES_KEPT: TimeDelta = TimeDelta::days(1);
/// How long a session is kept after it ends, for the same reason.
const SESSIONS_KEPT: TimeDelta = TimeDelta::days(30);
/// How long the state of a limit is kept after its quota is full again. No period is longer.
const THROTTLES_KEPT: TimeDelta = TimeDelta::days(1);
/// How long a message to a webhook is kept after its event: longer than its deliveries are retried.
const WEBHOOK_MESSAGES_KEPT: TimeDelta = TimeDelta::days(7);

/// When to clean up, and what is old.
#[derive(Debug, Clone)]
pub struct HousekeepingSettings {
    /// The time between two runs, over all replicas.
    pub interval: TimeDelta,
    /// How long activities are kept.
    pub activities_kept: TimeDelta,
    /// The lifetimes of tokens, which decide how long a key is needed.
    pub tokens: TokenSettings,
}

/// Deletes old rows of a database.
pub struct Housekeeper {
    db: Db,
    clock: Clock,
    settings: HousekeepingSettings,
}

impl Housekeeper {
    /// Makes a housekeeper for a database.
    pub fn new(db: Db, clock: Clock, settings: HousekeepingSettings) -> Self {
        Self { db, clock, settings }
    }

    /// Cleans up at every interval of the clock, until it is dropped.
    pub async fn run(self) {
        let mut last = self.clock.now();
        loop {
            tokio::time::sleep(TICK).await;
            let now = self.clock.now();
            // `abs`: a clock that was set back starts a new interval.
            if (now - last).abs() < self.settings.interval {
                continue;
            }
            last = now;
            if let Err(error) = self.clean(now).await {
                tracing::warn!(%error, "housekeeping failed; it is retried at the next interval");
            }
        }
    }

    async fn clean(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let interval = self.settings.interval;
        let claimed = self.db.claim_housekeeping(LEASE, interval, Timestamp(now)).await?;
        // Without a lease, another replica is working or has finished.
        let Some(mut claim) = claimed else { return Ok(()) };
        let mut deleted = 0;
        for (what, kept) in [
            (Old::Challenges, CHALLENGES_KEPT),
            (Old::PasswordResets, CHALLENGES_KEPT),
            (Old::EndedSessions, SESSIONS_KEPT),
            (Old::ExpiredSessions, SESSIONS_KEPT),
            (Old::Activities, self.settings.activities_kept),
            (Old::Conversions, COUNTED),
            (Old::LineTypes, line_lookup::KEPT),
            (Old::Throttles, THROTTLES_KEPT),
            (Old::WebhookMessages, WEBHOOK_MESSAGES_KEPT),
        ] {
            match self.delete(what, now - kept, claim).await? {
                Some((rows, renewed)) => (deleted, claim) = (deleted + rows, renewed),
                None => return Ok(()),
            }
        }
        let keys = unneeded_keys(&self.db, &self.settings.tokens, now).await?;
        let count = keys.len();
        self.db.finish_housekeeping(claim, keys, Timestamp(now)).await?;
        tracing::info!(rows = deleted, keys = count, "cleaned up");
        Ok(())
    }

    /// Deletes all old rows of a kind. Returns their number and the lease as of then, or `None` if the lease
    /// was lost.
    async fn delete(
        &self,
        what: Old,
        before: DateTime<Utc>,
        mut claim: Timestamp,
    ) -> Result<Option<(usize, Timestamp)>, Error> {
        let mut deleted = 0;
        loop {
            let until = Timestamp(self.clock.now() + LEASE);
            let batch = self.db.delete_old_rows(what, Timestamp(before), BATCH, claim, until);
            let Some(rows) = batch.await? else { return Ok(None) };
            (deleted, claim) = (deleted + rows, until);
            if i64::try_from(rows).unwrap_or(i64::MAX) < BATCH {
                return Ok(Some((deleted, claim)));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
