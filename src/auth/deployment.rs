//! Which of `dev` and `serve` this is. Test mode cannot leak: a database remembers which of the two made it.

use std::fmt;

use chrono::{DateTime, Utc};

use super::error::Error;
use storage::{Conn, Timestamp, deployment};

/// How this program was started. No variable, file or flag turns one into the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `countersign dev`: codes go to virtual phones.
    Dev,
    /// `countersign serve`.
    Production,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dev => "dev",
            Self::Production => "production",
        })
    }
}

/// Claims the database for a mode, or refuses one that is claimed for the other.
pub(super) async fn claim(conn: &mut Conn<'_>, mode: Mode, now: DateTime<Utc>) -> Result<(), Error> {
    let owner = deployment::claim(conn, &mode.to_string(), Timestamp(now)).await?;
    if owner == mode.to_string() {
        return Ok(());
    }
    Err(Error::OtherMode(if mode == Mode::Dev { "serve" } else { "dev" }))
}
