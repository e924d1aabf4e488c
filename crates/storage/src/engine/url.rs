//! The URL of a database. It is parsed strictly, so that a typing error never creates a new SQLite file.

use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

/// The address of a database.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// `sqlite::memory:`: a database that is lost when the process ends.
    SqliteMemory,
    /// `sqlite://PATH`, relative or absolute.
    SqliteFile(PathBuf),
    /// `postgres://…`. Secret, because it may contain a password.
    Postgres(SecretString),
}

/// The URL is not that of a supported database.
#[derive(Debug, thiserror::Error)]
#[error("must be sqlite://PATH, sqlite::memory: or postgres://USER:PASSWORD@HOST/DATABASE")]
pub struct InvalidDatabaseUrl;

impl DatabaseUrl {
    /// Parses a URL.
    ///
    /// # Errors
    /// [`InvalidDatabaseUrl`] if the scheme is another one, or the path is empty.
    pub fn parse(url: &str) -> Result<Self, InvalidDatabaseUrl> {
        if url == "sqlite::memory:" || url == "sqlite://:memory:" {
            return Ok(Self::SqliteMemory);
        }
        if let Some(path) = url.strip_prefix("sqlite://").filter(|path| !path.is_empty()) {
            return Ok(Self::SqliteFile(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned().into()));
        }
        Err(InvalidDatabaseUrl)
    }

    /// Returns the SQLite file, if there is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::SqliteFile(path) => Some(path),
            Self::SqliteMemory | Self::Postgres(_) => None,
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SqliteMemory => f.write_str("sqlite::memory:"),
            Self::SqliteFile(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://[redacted]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_three_forms_and_hides_the_password() {
        for (url, shown) in [
            ("sqlite::memory:", "sqlite::memory:"),
            ("sqlite://a/b.db", "sqlite://a/b.db"),
            ("postgres://u:hunter2@h/d", "postgres://[redacted]"),
        ] {
            assert_eq!(format!("{:?}", DatabaseUrl::parse(url).unwrap()), shown);
        }
        for url in ["", "sqlite://", "countersign.db", "mysql://h/d", "postgre://h/d"] {
            assert!(DatabaseUrl::parse(url).is_err(), "{url}");
        }
    }
}
