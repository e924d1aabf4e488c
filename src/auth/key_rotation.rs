//! Rotation, as the command line asks for it. Servers learn of a new key by themselves.

use chrono::{DateTime, TimeDelta, Utc};

use super::deployment::Mode;
use super::error::Error;
use super::jwt::Settings;
use super::key_schedule::Schedule;
use super::keys;
use super::secret::DeploymentSecret;
use crate::storage::{Db, deployment, signing_keys};

pub use super::key_schedule::KeyState;

/// A key, as an operator sees it.
#[derive(Debug, Clone)]
pub struct ListedKey {
    /// Names it in a token's header.
    pub kid: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it signs.
    pub signs_from: DateTime<Utc>,
    /// What it is there for.
    pub state: KeyState,
}

/// A database's keys, the one that signs last first.
///
/// # Errors
/// Those of the database.
pub async fn list_keys(db: &Db, settings: &Settings, now: DateTime<Utc>) -> Result<Vec<ListedKey>, Error> {
    let rows = db.read(async move |mut c| signing_keys::all(&mut c).await).await?;
    let starts = rows.iter().map(|row| row.signs_from.0).collect();
    let schedule = Schedule::new(starts, settings.longest_token());
    let listed = rows.into_iter().enumerate().map(|(index, row)| ListedKey {
        kid: row.kid,
        created_at: row.created_at.0,
        signs_from: row.signs_from.0,
        state: schedule.state(index, now),
    });
    Ok(listed.collect())
}

/// Makes a key that signs after `lead`, and forgets those that no living token bears. Answers with its `kid`.
///
/// # Errors
/// When no server has used this database yet, or its keys were sealed with another secret.
pub async fn rotate_keys(
    db: &Db,
    secret: &DeploymentSecret,
    settings: &Settings,
    lead: TimeDelta,
    now: DateTime<Utc>,
) -> Result<String, Error> {
    let old = list_keys(db, settings, now).await?;
    let secret = secret.clone();
    db.write(async move |mut c| -> Result<String, Error> {
        let owner = deployment::owner(&mut c).await?;
        let unused =
            || Error::internal("this database has no keys yet: the first server that uses it makes one");
        let mode =
            if owner.ok_or_else(unused)? == Mode::Dev.to_string() { Mode::Dev } else { Mode::Production };
        // A key sealed with another secret than the others would keep every server from starting.
        keys::load(&mut c, &secret, mode).await?;
        for forgotten in old.iter().filter(|key| key.state == KeyState::Forgotten) {
            signing_keys::delete(&mut c, &forgotten.kid).await?;
        }
        Ok(keys::add(&mut c, &secret, mode, now + lead, now).await?.kid)
    })
    .await
}
