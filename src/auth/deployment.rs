//! The mode of the program, `dev` or `serve`. A database remembers its mode, so test users and keys cannot leak.

use chrono::{DateTime, Utc};

use super::error::Error;
use storage::{Conn, Mode, Timestamp, deployment};

/// Claims the database for a mode. Fails if it belongs to the other mode.
pub(super) async fn claim(conn: &mut Conn<'_>, mode: Mode, now: DateTime<Utc>) -> Result<(), Error> {
    let owner = deployment::claim(conn, mode, Timestamp(now)).await?;
    if owner == mode {
        return Ok(());
    }
    Err(Error::OtherMode(if mode == Mode::Dev { "serve" } else { "dev" }))
}
