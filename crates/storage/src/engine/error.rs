//! The errors of a database.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// An error of the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique index rejected a row. Its name is the same on both databases.
    #[error("the unique index {index} refused the row")]
    Unique {
        /// The name that the migrations gave the index.
        index: String,
    },
    /// A row that must exist, or that another row references, was deleted.
    #[error("no such row")]
    NotFound,
    /// The row was ended before: a CHECK of the table rejects the update.
    #[error("the row has already ended")]
    AlreadyEnded,
    /// Rows have changed since they were read. The operation can be retried.
    #[error("the rows have changed since they were read")]
    Conflict,
    /// The database cannot be reached, or did not respond in time.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The program cannot use this database. The message says what to do.
    #[error("{0}")]
    Refused(String),
    /// Any other error of the database.
    #[error("the database failed: {0}")]
    Failed(DieselError),
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound | DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                Self::NotFound
            }
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, ref information) => {
                let index = match information.constraint_name() {
                    Some(name) => name.to_owned(),
                    None => sqlite_index(information.message()),
                };
                Self::Unique { index }
            }
            DieselError::DatabaseError(DatabaseErrorKind::CheckViolation, _) => Self::AlreadyEnded,
            DieselError::DatabaseError(kind, ref information) if is_passing(kind, information.message()) => {
                Self::Unavailable(information.message().to_owned())
            }
            other => Self::Failed(other),
        }
    }
}

/// Whether the database failed and not the statement, so that a retry makes sense. Diesel has no kind for
/// most of these. The texts are those of SQLite's result codes (<https://sqlite.org/rescode.html>: `BUSY`,
/// `LOCKED`, `FULL`, `IOERR`), and PostgreSQL's if it is stopped during a transaction (57P01).
fn is_passing(kind: DatabaseErrorKind, message: &str) -> bool {
    use DatabaseErrorKind::{ClosedConnection, ReadOnlyTransaction, UnableToSendCommand};
    const WORDS: [&str; 7] = [
        "canceling statement due to lock timeout",
        "deadlock detected",
        "database is locked",
        "database table is locked",
        "database or disk is full",
        "disk I/O error",
        "terminating connection",
    ];
    matches!(kind, ClosedConnection | UnableToSendCommand | ReadOnlyTransaction)
        || WORDS.iter().any(|words| message.starts_with(words))
}

/// Derives the name of an index from SQLite's message. For an index over an expression, that is `index
/// 'users_email_key'`; for one over columns, `users.phone_number, …`. The migrations name indexes after their
/// columns.
fn sqlite_index(message: &str) -> String {
    let subject = message.strip_prefix("UNIQUE constraint failed: ").unwrap_or(message);
    match subject.strip_prefix("index '").and_then(|rest| rest.strip_suffix('\'')) {
        Some(index) => index.to_owned(),
        None => {
            let table = subject.split_once('.').map_or(subject, |(table, _)| table);
            let columns = subject.split(", ").map(|column| column.rsplit('.').next().unwrap_or(column));
            let names: Vec<&str> = std::iter::once(table).chain(columns).collect();
            format!("{}_key", names.join("_"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        let of =
            |kind, message: &str| Error::from(DieselError::DatabaseError(kind, Box::new(message.to_owned())));
        for (kind, message) in [
            (DatabaseErrorKind::Unknown, "database is locked"),
            (DatabaseErrorKind::Unknown, "database or disk is full"),
            (DatabaseErrorKind::Unknown, "terminating connection due to administrator command"),
            (DatabaseErrorKind::UnableToSendCommand, "connection closed"),
            (DatabaseErrorKind::ReadOnlyTransaction, "cannot execute UPDATE in a read-only transaction"),
        ] {
            assert!(matches!(of(kind, message), Error::Unavailable(_)), "{message}");
        }
        let broken = of(DatabaseErrorKind::Unknown, "no such table: users");
        assert!(matches!(broken, Error::Failed(_)));
    }

    #[test]
    fn sqlite_messages_name_the_index() {
        assert_eq!(sqlite_index("UNIQUE constraint failed: index 'users_email_key'"), "users_email_key");
        assert_eq!(sqlite_index("UNIQUE constraint failed: users.phone_number"), "users_phone_number_key");
        let two = "UNIQUE constraint failed: challenges.user_id, challenges.purpose";
        assert_eq!(sqlite_index(two), "challenges_user_id_purpose_key");
    }
}
