//! The signing keys of a running server. They change without a restart: a request reloads them from the
//! database every few seconds, and at once if a token names an unknown key.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use chrono::{DateTime, Utc};
use storage::{Db, Mode};
use tokio::sync::Mutex;

use super::jwt::{Jwt, Settings};
use super::keys::{self, Key};
use super::secret::DeploymentSecret;
use crate::auth::error::Error;

/// How old the keys may be, in microseconds: 10 seconds, a fraction of any sensible lead time.
const MAX_AGE: i64 = 10_000_000;
/// How long a token with an unknown key waits for others, so that one read serves all of them. Invalid tokens
/// therefore cause at most ten reads a second.
const RELOAD_DELAY: Duration = Duration::from_millis(100);

/// The keys as they were last loaded.
pub(crate) struct Keyring {
    /// Every request reads it and writes are rare, so it has no lock.
    current: ArcSwap<Jwt>,
    /// When the keys were last loaded, in microseconds since 1970.
    read_at: AtomicI64,
    /// The number of loads that have begun.
    reads: AtomicU64,
    reading: Mutex<()>,
    settings: Settings,
    secret: DeploymentSecret,
    mode: Mode,
}

impl Keyring {
    /// Starts with the keys that were loaded at `now`.
    pub(crate) fn new(
        settings: Settings,
        keys: &[Key],
        secret: DeploymentSecret,
        mode: Mode,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        Ok(Self {
            current: ArcSwap::from_pointee(Jwt::new(settings.clone(), keys)?),
            read_at: AtomicI64::new(now.timestamp_micros()),
            reads: AtomicU64::new(0),
            reading: Mutex::new(()),
            settings,
            secret,
            mode,
        })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the keys. They are at most a few seconds old unless the database does not answer.
    pub(crate) async fn current(&self, db: &Db, now: DateTime<Utc>) -> Guard<Arc<Jwt>> {
        // One request reloads; the others go on with the keys that are there.
        if self.is_older_than(MAX_AGE, now)
            && let Ok(_reading) = self.reading.try_lock()
        {
            Box::pin(self.reload(db, now)).await;
        }
        self.current.load()
    }

    /// Returns the keys of a load that begins after this call.
    pub(crate) async fn reloaded(&self, db: &Db, now: DateTime<Utc>) -> Guard<Arc<Jwt>> {
        let seen = self.reads.load(Ordering::SeqCst);
        let _reading = self.reading.lock().await;
        if self.reads.load(Ordering::SeqCst) == seen {
            tokio::time::sleep(RELOAD_DELAY).await;
            self.reload(db, now).await;
        }
        self.current.load()
    }

    /// If the clock went back, the keys count as old.
    fn is_older_than(&self, age: i64, now: DateTime<Utc>) -> bool {
        !(0..age).contains(&(now.timestamp_micros() - self.read_at.load(Ordering::Relaxed)))
    }

    /// If the keys cannot be loaded, the known ones stay in use.
    async fn reload(&self, db: &Db, now: DateTime<Utc>) {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.read_at.store(now.timestamp_micros(), Ordering::Relaxed);
        match self.changed(db).await {
            Ok(Some(jwt)) => self.current.store(Arc::new(jwt)),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the signing keys could not be reloaded"),
        }
    }

    /// Returns the keys of the database if they differ from the known ones.
    async fn changed(&self, db: &Db) -> Result<Option<Jwt>, Error> {
        let rows = db.signing_keys().await?;
        let keys = keys::unseal_all(&self.secret, self.mode, rows)?;
        if keys.is_empty() || self.current.load().is_of(&keys) {
            return Ok(None);
        }
        Jwt::new(self.settings.clone(), &keys).map(Some)
    }
}
