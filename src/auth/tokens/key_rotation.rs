//! Lists and rotates signing keys for the command line. Running servers load a new key by themselves.

use chrono::{DateTime, TimeDelta, Utc};

use super::jwt::Settings;
use super::key_schedule::Schedule;
use super::keys;
use super::secret::DeploymentSecret;
use crate::auth::error::Error;
use storage::signing_keys;
use storage::signing_keys::SigningKey;
use storage::{Conn, Db, deployment};

pub use super::key_schedule::KeyState;

/// A key as operators see it.
#[derive(Debug, Clone)]
pub struct ListedKey {
    /// Identifies the key in a token's header.
    pub kid: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it begins to sign.
    pub signs_from: DateTime<Utc>,
    /// Its state.
    pub state: KeyState,
}

/// Lists the keys of a database. The key that signs last comes first.
pub async fn list_keys(db: &Db, settings: &Settings, now: DateTime<Utc>) -> Result<Vec<ListedKey>, Error> {
    let rows = db.read(async move |mut c| signing_keys::all(&mut c).await).await?;
    Ok(listed(rows, settings, now))
}

/// `rows`: the key that signs last comes first.
fn listed(rows: Vec<SigningKey>, settings: &Settings, now: DateTime<Utc>) -> Vec<ListedKey> {
    let starts = rows.iter().map(|row| row.signs_from.0).collect();
    let schedule = Schedule::new(starts, settings.longest_token());
    let listed = rows.into_iter().enumerate().map(|(index, row)| ListedKey {
        kid: row.kid,
        created_at: row.created_at.0,
        signs_from: row.signs_from.0,
        state: schedule.state(index, now),
    });
    listed.collect()
}

/// Deletes the keys that no unexpired token names. Returns the number of keys deleted.
pub(crate) async fn forget_keys(
    conn: &mut Conn<'_>,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<usize, Error> {
    let keys = listed(signing_keys::all(conn).await?, settings, now);
    let forgotten: Vec<_> = keys.iter().filter(|key| key.state == KeyState::Forgotten).collect();
    for key in &forgotten {
        signing_keys::delete(conn, &key.kid).await?;
    }
    Ok(forgotten.len())
}

/// Creates a key that signs after `lead`, and deletes the keys that no unexpired token names. Returns its `kid`.
///
/// # Errors
/// [`Error::Internal`] if no server has used this database yet, [`Error::OtherSecret`] if its keys were sealed with
/// another secret.
pub async fn rotate_keys(
    db: &Db,
    secret: &DeploymentSecret,
    settings: &Settings,
    lead: TimeDelta,
    now: DateTime<Utc>,
) -> Result<String, Error> {
    let (secret, settings) = (secret.clone(), settings.clone());
    db.write(async move |mut c| -> Result<String, Error> {
        let owner = deployment::owner(&mut c).await?;
        let unused =
            || Error::internal("this database has no keys yet: the first server that uses it creates one");
        let mode = owner.ok_or_else(unused)?;
        // A key sealed with another secret would keep every server from starting.
        keys::load(&mut c, &secret, mode).await?;
        forget_keys(&mut c, &settings, now).await?;
        Ok(keys::add(&mut c, &secret, mode, now + lead, now).await?.kid)
    })
    .await
}
