//! Claims a database for a mode, and makes its signing keys.

use crate::tables::deployment;
use crate::tables::signing_keys::{self, SigningKey};
use crate::{Db, Error, Mode, Timestamp};

impl Db {
    /// Claims the database for a mode, unless it is claimed. Returns the mode for which it is claimed.
    pub async fn claim_deployment(&self, mode: Mode, now: Timestamp) -> Result<Mode, Error> {
        self.write(async move |mut c| deployment::claim(&mut c, mode, now).await).await
    }

    /// Returns the mode for which the database is claimed, and its signing keys, the one that signs last
    /// first.
    pub async fn deployment(&self) -> Result<(Option<Mode>, Vec<SigningKey>), Error> {
        self.read(async |mut c| Ok((deployment::owner(&mut c).await?, signing_keys::all(&mut c).await?)))
            .await
    }

    /// Returns the signing keys, the one that signs last first.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>, Error> {
        self.read(async |mut c| signing_keys::all(&mut c).await).await
    }

    /// Adds the first key of a deployment, unless the keys are no longer those in `seen`. Returns the keys as
    /// of now. Replicas that start at once so agree on one key. The database must be claimed.
    pub async fn add_first_signing_key(
        &self,
        key: SigningKey,
        mode: Mode,
        seen: Vec<String>,
    ) -> Result<Vec<SigningKey>, Error> {
        self.write(async move |mut c| -> Result<Vec<SigningKey>, Error> {
            // Locks the row, so that the other replicas wait.
            deployment::claim(&mut c, mode, key.created_at).await?;
            let keys = signing_keys::all(&mut c).await?;
            if !keys.iter().map(|key| &key.kid).eq(&seen) {
                return Ok(keys);
            }
            signing_keys::insert(&mut c, &key).await?;
            signing_keys::all(&mut c).await
        })
        .await
    }

    /// Adds a key and deletes keys that are no longer needed.
    pub async fn rotate_signing_keys(&self, new: SigningKey, unneeded: Vec<String>) -> Result<(), Error> {
        self.write(async move |mut c| -> Result<(), Error> {
            for kid in &unneeded {
                signing_keys::delete(&mut c, kid).await?;
            }
            signing_keys::insert(&mut c, &new).await
        })
        .await
    }
}
