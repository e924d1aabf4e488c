//! The mode of a deployment. A database remembers whether `dev` or `serve` made it, so that test mode cannot
//! leak.

use chrono::{DateTime, Utc};
use storage::{Db, Mode, Timestamp};

use super::error::Error;

/// Claims the database for a mode.
///
/// # Errors
/// [`Error::OtherMode`] if it is claimed for the other one.
pub(super) async fn claim(db: &Db, mode: Mode, now: DateTime<Utc>) -> Result<(), Error> {
    match db.claim_deployment(mode, Timestamp(now)).await? {
        owner if owner == mode => Ok(()),
        Mode::Dev => Err(Error::OtherMode("dev")),
        Mode::Production => Err(Error::OtherMode("serve")),
    }
}
