//! Which of `dev` and `serve` this is. Test mode cannot leak: a database remembers which of the two made it.

use chrono::{DateTime, Utc};

use super::error::Error;
use storage::{Conn, Mode, Timestamp, deployment};

/// Claims the database for a mode, or refuses one that is claimed for the other.
pub(super) async fn claim(conn: &mut Conn<'_>, mode: Mode, now: DateTime<Utc>) -> Result<(), Error> {
    let owner = deployment::claim(conn, mode, Timestamp(now)).await?;
    if owner == mode {
        return Ok(());
    }
    Err(Error::OtherMode(if mode == Mode::Dev { "serve" } else { "dev" }))
}
