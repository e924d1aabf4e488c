//! Fills a database with many users: copies of one user, with the same password.

use std::path::Path;

use diesel::sql_types::{Integer, Text};
use diesel::{Connection, RunQueryDsl, SqliteConnection};

use crate::Failure;

/// Fills an SQLite database with copies of its only user, numbered `0..count`.
pub fn fill(path: &Path, count: u32) -> Result<(), Failure> {
    let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
    diesel::sql_query("PRAGMA busy_timeout = 60000").execute(&mut connection)?;
    diesel::sql_query(
        "WITH RECURSIVE numbers(number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number + 1 < ?)
         INSERT INTO users (id, name, username, email, phone_number, phone_number_verified_at, password_hash,
             failed_checks, created_at, updated_at)
         SELECT randomblob(16), name, 'copy' || number, 'copy' || number || ?, '+1202' || (2000000 + number),
             phone_number_verified_at, password_hash, 0, created_at, updated_at
         FROM numbers, (SELECT * FROM users LIMIT 1)",
    )
    .bind::<Integer, _>(i32::try_from(count)?)
    .bind::<Text, _>("@example.com")
    .execute(&mut connection)?;
    Ok(())
}
