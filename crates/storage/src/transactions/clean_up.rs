//! Housekeeping: deletes old rows in small batches, by the replica that holds the lease.

use chrono::TimeDelta;

use crate::tables::housekeeping::{self, Old};
use crate::tables::signing_keys;
use crate::{Db, Error, Timestamp};

impl Db {
    /// Acquires the lease of housekeeping. Returns until when, or `None` if another replica holds it or has
    /// finished within `interval`.
    pub async fn claim_housekeeping(
        &self,
        lease: TimeDelta,
        interval: TimeDelta,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        self.write(async move |mut c| housekeeping::claim(&mut c, lease, interval, now).await).await
    }

    /// Extends the lease from `lease` to `until` and deletes up to `limit` rows, the oldest first. Returns
    /// the number of rows deleted, or `None` if the lease was lost.
    pub async fn delete_old_rows(
        &self,
        what: Old,
        before: Timestamp,
        limit: i64,
        lease: Timestamp,
        until: Timestamp,
    ) -> Result<Option<usize>, Error> {
        self.write(async move |mut c| -> Result<Option<usize>, Error> {
            if !housekeeping::renew(&mut c, lease, until).await? {
                return Ok(None);
            }
            housekeeping::delete(&mut c, what, before, limit).await.map(Some)
        })
        .await
    }

    /// Deletes signing keys that are no longer needed and releases the lease of a run that began at `now`.
    pub async fn finish_housekeeping(
        &self,
        lease: Timestamp,
        unneeded_keys: Vec<String>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.write(async move |mut c| -> Result<(), Error> {
            for kid in &unneeded_keys {
                signing_keys::delete(&mut c, kid).await?;
            }
            housekeeping::finish(&mut c, lease, now).await
        })
        .await
    }
}
