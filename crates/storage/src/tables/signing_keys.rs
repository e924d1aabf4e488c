//! The keys that sign tokens.

use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable, Selectable, SelectableHelper};

use crate::engine::prepared::prepared;
use crate::schema::signing_keys;
use crate::{Conn, Error, Timestamp};

/// A key's row. The private key is sealed.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
pub struct SigningKey {
    /// `kid` of the tokens.
    pub kid: String,
    /// Ed25519, 32 bytes.
    pub public_key: Vec<u8>,
    /// PKCS #8, encrypted with a key derived from the deployment's secret.
    pub sealed_private_key: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when it signs.
    pub signs_from: Timestamp,
}

/// Adds a key.
pub(crate) async fn insert(conn: &mut Conn<'_>, key: &SigningKey) -> Result<(), Error> {
    on!(conn, c => prepared(diesel::insert_into(signing_keys::table).values(key)).execute(c))?;
    Ok(())
}

/// Deletes a key.
pub(crate) async fn delete(conn: &mut Conn<'_>, kid: &str) -> Result<(), Error> {
    on!(conn, c => diesel::delete(signing_keys::table.find(kid)).execute(c))?;
    Ok(())
}

/// Returns every key, the one that signs last first.
pub(crate) async fn all(conn: &mut Conn<'_>) -> Result<Vec<SigningKey>, Error> {
    on!(conn, c => signing_keys::table
        .order((signing_keys::signs_from.desc(), signing_keys::created_at.desc(), signing_keys::kid.asc()))
        .select(SigningKey::as_select())
        .load(c))
}
