//! The signing keys of a running server. They change without a restart: the database is read again every few
//! seconds, by whichever request comes then, and at once when a token bears a key that is not known here.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use chrono::{DateTime, Utc};
use tokio::sync::Mutex;

use super::jwt::{Jwt, Settings};
use super::keys;
use super::keys::Key;
use super::secret::DeploymentSecret;
use crate::auth::error::Error;
use storage::{Db, Mode, signing_keys};

/// How old the keys may be, in microseconds: 10 seconds, a fraction of any lead time that makes sense.
const MAX_AGE: i64 = 10_000_000;
/// How long a token with an unknown key waits for others before the database is read for all of them: whoever sends
/// garbage causes ten reads a second, no more.
const GATHER: Duration = Duration::from_millis(100);

/// The keys, as they were read last.
pub(crate) struct Keyring {
    /// Every request of every worker looks, and seldom does anybody write: no lock.
    current: ArcSwap<Jwt>,
    /// Microseconds since 1970.
    read_at: AtomicI64,
    /// How many reads have begun.
    reads: AtomicU64,
    reading: Mutex<()>,
    settings: Settings,
    secret: DeploymentSecret,
    mode: Mode,
}

impl Keyring {
    /// `keys`: as they were read at `now`.
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

    /// The keys, at most a few seconds old unless the database does not answer.
    pub(crate) async fn of(&self, db: &Db, now: DateTime<Utc>) -> Guard<Arc<Jwt>> {
        // One request reads; the others go on with what there is.
        if self.is_older_than(MAX_AGE, now)
            && let Ok(_reading) = self.reading.try_lock()
        {
            Box::pin(self.read(db, now)).await;
        }
        self.current.load()
    }

    /// The keys, by a read that begins after this was called.
    pub(crate) async fn read_again(&self, db: &Db, now: DateTime<Utc>) -> Guard<Arc<Jwt>> {
        let seen = self.reads.load(Ordering::SeqCst);
        let _reading = self.reading.lock().await;
        if self.reads.load(Ordering::SeqCst) == seen {
            tokio::time::sleep(GATHER).await;
            self.read(db, now).await;
        }
        self.current.load()
    }

    /// A clock that went back makes them old too.
    fn is_older_than(&self, age: i64, now: DateTime<Utc>) -> bool {
        !(0..age).contains(&(now.timestamp_micros() - self.read_at.load(Ordering::Relaxed)))
    }

    /// Keys that cannot be read leave those that are known in use: tokens go on being made and checked.
    async fn read(&self, db: &Db, now: DateTime<Utc>) {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.read_at.store(now.timestamp_micros(), Ordering::Relaxed);
        match self.changed(db).await {
            Ok(Some(jwt)) => self.current.store(Arc::new(jwt)),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the signing keys could not be read again"),
        }
    }

    async fn changed(&self, db: &Db) -> Result<Option<Jwt>, Error> {
        let rows = db.read(async |mut c| signing_keys::all(&mut c).await).await?;
        let keys = keys::unseal_all(&self.secret, self.mode, rows)?;
        match keys.is_empty() || self.current.load().is_of(&keys) {
            true => Ok(None),
            false => Jwt::new(self.settings.clone(), &keys).map(Some),
        }
    }
}
