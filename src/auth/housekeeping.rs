//! What nobody needs any more is deleted: in small batches, each a transaction of its own, so that a log-in never waits
//! for more than one, and by one replica at a time.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::codes::line_lookup;
use super::error::Error;
use super::limits::conversions::COUNTED;
use super::tokens::jwt::Settings as TokenSettings;
use super::tokens::key_rotation::forget_keys;
use movable_clock::Clock;
use storage::housekeeping;
use storage::housekeeping::Old;
use storage::{Db, Timestamp};

/// Rows in a batch: a few milliseconds of work.
const BATCH: i64 = 500;
/// Pause after a full batch, which leaves most of the time to others.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a replica that says nothing is believed to be at work. A batch takes a fraction of it.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How often the clock is looked at: one that was moved is noticed soon.
const TICK: Duration = Duration::from_millis(500);
/// For how long a challenge or a password reset is kept after its end, so that its token's refusal can still be explained.
const CHALLENGES_KEPT: TimeDelta = TimeDelta::days(1);
/// For how long a session is kept after its end, likewise for its refresh token.
const SESSIONS_KEPT: TimeDelta = TimeDelta::days(30);
/// For how long it is kept what was counted against a limit, after all of it has come back: no period is longer.
const THROTTLES_KEPT: TimeDelta = TimeDelta::days(1);
/// For how long a message to a webhook is kept after its event: longer than it is tried to deliver it.
const WEBHOOK_MESSAGES_KEPT: TimeDelta = TimeDelta::days(7);

/// How often, and what is old.
#[derive(Debug, Clone)]
pub struct HousekeepingSettings {
    /// From one run to the next, over all replicas.
    pub interval: TimeDelta,
    /// For how long activities are kept.
    pub activities_kept: TimeDelta,
    /// Tells when a key that signs no more is not needed any more.
    pub tokens: TokenSettings,
}

/// Keeps a database from growing for ever.
pub struct Housekeeper {
    db: Db,
    clock: Clock,
    settings: HousekeepingSettings,
}

impl Housekeeper {
    /// One for this database.
    pub fn new(db: Db, clock: Clock, settings: HousekeepingSettings) -> Self {
        Self { db, clock, settings }
    }

    /// Cleans up at every interval of the clock, until it is dropped.
    pub async fn run(self) {
        let mut last = self.clock.now();
        loop {
            tokio::time::sleep(TICK).await;
            let now = self.clock.now();
            // A clock that was put back begins anew.
            if (now - last).abs() < self.settings.interval {
                continue;
            }
            last = now;
            if let Err(error) = self.clean(now).await {
                tracing::warn!(%error, "housekeeping failed; it is tried again at the next interval");
            }
        }
    }

    async fn clean(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let interval = self.settings.interval;
        let claimed = self
            .db
            .write(async move |mut c| housekeeping::claim(&mut c, LEASE, interval, Timestamp(now)).await);
        // Otherwise another replica is at it, or was.
        let Some(mut claim) = claimed.await? else { return Ok(()) };
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
        let tokens = self.settings.tokens.clone();
        let keys = self.db.write(async move |mut c| -> Result<usize, Error> {
            let keys = forget_keys(&mut c, &tokens, now).await?;
            housekeeping::finish(&mut c, claim, Timestamp(now)).await?;
            Ok(keys)
        });
        tracing::info!(rows = deleted, keys = keys.await?, "cleaned up");
        Ok(())
    }

    /// Deletes all of a kind: how many rows it were, and the claim as it is then. `None`: the claim was lost.
    async fn delete(
        &self,
        what: Old,
        before: DateTime<Utc>,
        mut claim: Timestamp,
    ) -> Result<Option<(usize, Timestamp)>, Error> {
        let mut deleted = 0;
        loop {
            let until = Timestamp(self.clock.now() + LEASE);
            let batch = self.db.write(async move |mut c| -> Result<Option<usize>, Error> {
                if !housekeeping::renew(&mut c, claim, until).await? {
                    return Ok(None);
                }
                Ok(Some(housekeeping::delete(&mut c, what, Timestamp(before), BATCH).await?))
            });
            let Some(rows) = batch.await? else { return Ok(None) };
            (deleted, claim) = (deleted + rows, until);
            if i64::try_from(rows).unwrap_or(i64::MAX) < BATCH {
                return Ok(Some((deleted, claim)));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
