//! Lists and rotates signing keys for the command line. Running servers load a new key by themselves.

use chrono::{DateTime, TimeDelta, Utc};
use storage::Db;
use storage::signing_keys::SigningKey;

use super::jwt::Settings;
use super::key_schedule::Schedule;
use super::keys;
use super::secret::DeploymentSecret;
use crate::auth::error::Error;

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
    Ok(listed(db.signing_keys().await?, settings, now))
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

/// Returns the `kid`s of the keys that no unexpired token names.
pub(crate) async fn unneeded_keys(
    db: &Db,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<Vec<String>, Error> {
    Ok(unneeded(db.signing_keys().await?, settings, now))
}

fn unneeded(rows: Vec<SigningKey>, settings: &Settings, now: DateTime<Utc>) -> Vec<String> {
    let keys = listed(rows, settings, now).into_iter();
    keys.filter(|key| key.state == KeyState::Forgotten).map(|key| key.kid).collect()
}

/// Creates a key that signs after `lead`, and deletes the keys that no unexpired token names. Returns its
/// `kid`.
///
/// # Errors
/// [`Error::Internal`] if no server has used this database yet, [`Error::OtherSecret`] if its keys were
/// sealed with another secret.
pub async fn rotate_keys(
    db: &Db,
    secret: &DeploymentSecret,
    settings: &Settings,
    lead: TimeDelta,
    now: DateTime<Utc>,
) -> Result<String, Error> {
    let (owner, rows) = db.deployment().await?;
    let unused =
        || Error::internal("this database has no keys yet: the first server that uses it creates one");
    let mode = owner.ok_or_else(unused)?;
    // A key sealed with another secret would keep every server from starting.
    keys::unseal_all(secret, mode, rows.clone())?;
    let new = keys::create(secret, mode, now + lead, now)?;
    let kid = new.kid.clone();
    db.rotate_signing_keys(new, unneeded(rows, settings, now)).await?;
    Ok(kid)
}
