//! Rotation, as the command line asks for it. Servers learn of a new key by themselves.

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
    Ok(listed(rows, settings, now))
}

/// `rows`: the one that signs last first.
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

/// Deletes the keys that no living token bears: how many it were.
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
    let (secret, settings) = (secret.clone(), settings.clone());
    db.write(async move |mut c| -> Result<String, Error> {
        let owner = deployment::owner(&mut c).await?;
        let unused =
            || Error::internal("this database has no keys yet: the first server that uses it makes one");
        let mode = owner.ok_or_else(unused)?;
        // A key sealed with another secret than the others would keep every server from starting.
        keys::load(&mut c, &secret, mode).await?;
        forget_keys(&mut c, &settings, now).await?;
        Ok(keys::add(&mut c, &secret, mode, now + lead, now).await?.kid)
    })
    .await
}
