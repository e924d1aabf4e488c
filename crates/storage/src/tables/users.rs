//! Users. Three unique indexes decide who may sign up, without a read before.

use diesel::dsl::case_when;
use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, Insertable, IntoSql, QueryDsl, Queryable,
    Selectable, SelectableHelper,
};

use crate::engine::postgres;
use crate::engine::prepared::prepared;
use crate::schema::{challenges, sessions, users};
use crate::values::sql_types::sql::{Nullable, Timestamptz};
use crate::{Conn, Db, Error, Id, Timestamp, found};

/// The unique index over `lower(username)`.
pub const USERNAME_KEY: &str = "users_username_key";
/// The unique index over `lower(email)`.
pub const EMAIL_KEY: &str = "users_email_key";
/// The unique index over `phone_number`.
pub const PHONE_NUMBER_KEY: &str = "users_phone_number_key";

diesel::define_sql_function! {
    /// ASCII lower case on both databases: the values are ASCII, PostgreSQL's columns have collation "C".
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A user's row. No `Debug`: it holds personal data and the password's hash.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = users)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
pub struct User {
    /// UUIDv7; `sub` of the tokens.
    pub id: Id,
    /// The person's name.
    pub name: String,
    /// Unique without regard to case.
    pub username: String,
    /// Unique without regard to case.
    pub email: String,
    /// E.164.
    pub phone_number: String,
    /// When a code sent to this number was first right.
    pub phone_number_verified_at: Option<Timestamp>,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    /// Checks since the last right one, over all challenges.
    pub failed_checks: i32,
    /// When the user signed up.
    pub created_at: Timestamp,
    /// When something that the user sees was last changed.
    pub updated_at: Timestamp,
}

/// A change of a profile. `None` leaves a value as it is.
#[derive(Clone, AsChangeset)]
#[diesel(table_name = users)]
pub struct Profile {
    /// The person's name.
    pub name: Option<String>,
    /// Unique without regard to case.
    pub username: Option<String>,
    /// When it was changed.
    pub updated_at: Timestamp,
}

impl Db {
    /// Returns the user with this email address, without regard to case.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, Error> {
        let email = email.to_ascii_lowercase();
        self.read(async move |mut c| find_by_email(&mut c, &email).await).await
    }

    /// Returns a user.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none.
    pub async fn user(&self, id: Id) -> Result<User, Error> {
        self.read(async move |mut c| find(&mut c, id).await).await
    }

    /// Whether a user has the email address or the phone number, and has proved their phone or signed up
    /// after `stale_before`.
    pub async fn is_taken(
        &self,
        email: String,
        phone_number: String,
        stale_before: Timestamp,
    ) -> Result<bool, Error> {
        self.read(async move |mut c| exists(&mut c, &email, &phone_number, stale_before).await).await
    }
}

/// Adds a user.
///
/// # Errors
/// [`Error::Unique`] with one of this module's index names.
pub(crate) async fn insert(conn: &mut Conn<'_>, user: &User) -> Result<(), Error> {
    on!(conn, c => prepared(diesel::insert_into(users::table).values(user)).execute(c))?;
    Ok(())
}

/// Returns the user with this email address, without regard to case.
pub(crate) async fn find_by_email(conn: &mut Conn<'_>, email: &str) -> Result<Option<User>, Error> {
    let email = email.to_ascii_lowercase();
    found(on!(conn, c => users::table
        .filter(lower(users::email).eq(email))
        .select(User::as_select())
        .get_result(c)))
}

/// Returns a user.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub(crate) async fn find(conn: &mut Conn<'_>, id: Id) -> Result<User, Error> {
    on!(conn, c => users::table.find(id).select(User::as_select()).get_result(c))
}

/// Whether a user has the email address or the phone number, and has proved their phone or signed up after
/// `stale_before`.
pub(crate) async fn exists(
    conn: &mut Conn<'_>,
    email: &str,
    phone_number: &str,
    stale_before: Timestamp,
) -> Result<bool, Error> {
    let email = email.to_ascii_lowercase();
    let taken: i64 = on!(conn, c => users::table
        .filter(lower(users::email).eq(email).or(users::phone_number.eq(phone_number)))
        .filter(users::phone_number_verified_at.is_not_null().or(users::created_at.gt(stale_before)))
        .count()
        .get_result(c))?;
    Ok(taken > 0)
}

/// Changes a profile. Returns the user as of then.
///
/// # Errors
/// [`Error::Unique`] if the username is taken, [`Error::NotFound`] if the user was deleted.
pub(crate) async fn change_profile(conn: &mut Conn<'_>, id: Id, profile: &Profile) -> Result<User, Error> {
    on!(conn, c => prepared(
        diesel::update(users::table.find(id))
            .set(profile)
            .returning(User::as_returning())
    ).get_result(c))
}

/// Replaces a hash, unless another request has changed it. Returns whether it did.
pub(crate) async fn replace_password_hash(
    conn: &mut Conn<'_>,
    id: Id,
    old: &str,
    new: &str,
) -> Result<bool, Error> {
    let changed = on!(conn, c => prepared(
        diesel::update(users::table.find(id))
            .filter(users::password_hash.eq(old))
            .set(users::password_hash.eq(new))
    ).execute(c))?;
    Ok(changed == 1)
}

/// Replaces a hash, whatever it is now. Returns `false` if the user was deleted or has another email address
/// by now.
pub(crate) async fn reset_password_hash(
    conn: &mut Conn<'_>,
    id: Id,
    email: &str,
    hash: &str,
) -> Result<bool, Error> {
    let changed = on!(conn, c => prepared(
        diesel::update(users::table.find(id))
            .filter(users::email.eq(email))
            .set(users::password_hash.eq(hash))
    ).execute(c))?;
    Ok(changed == 1)
}

/// Whether a user still has the hash and the number in `seen`. The row stays locked until the transaction
/// ends.
pub(crate) async fn is_unchanged(conn: &mut Conn<'_>, seen: &User) -> Result<bool, Error> {
    // Writing the row to itself locks it, on either database.
    let unchanged = on!(conn, c => prepared(
        diesel::update(users::table.find(seen.id))
            .filter(users::password_hash.eq(&seen.password_hash))
            .filter(users::phone_number.eq(&seen.phone_number))
            .set(users::password_hash.eq(&seen.password_hash))
    ).execute(c))?;
    Ok(unchanged == 1)
}

/// Gives a user another phone number, which a code has proved. Returns the user as of then.
///
/// # Errors
/// [`Error::Unique`] if it is taken, [`Error::NotFound`] if the user was deleted.
pub(crate) async fn change_phone_number(
    conn: &mut Conn<'_>,
    id: Id,
    phone_number: &str,
    now: Timestamp,
) -> Result<User, Error> {
    on!(conn, c => prepared(
        diesel::update(users::table.find(id))
            .set((
                users::phone_number.eq(phone_number),
                users::phone_number_verified_at.eq(now),
                users::failed_checks.eq(0),
                users::updated_at.eq(now),
            ))
            .returning(User::as_returning())
    ).get_result(c))
}

/// Gives a user another email address. Returns the user as of then.
///
/// # Errors
/// [`Error::Unique`] if it is taken, [`Error::NotFound`] if the user was deleted.
pub(crate) async fn change_email(
    conn: &mut Conn<'_>,
    id: Id,
    email: &str,
    now: Timestamp,
) -> Result<User, Error> {
    on!(conn, c => prepared(
        diesel::update(users::table.find(id))
            .set((users::email.eq(email), users::updated_at.eq(now)))
            .returning(User::as_returning())
    ).get_result(c))
}

/// Deletes a user who still has this hash, and everything that belongs to them. If it returns `false`, the
/// transaction must be rolled back.
pub(crate) async fn delete(conn: &mut Conn<'_>, id: Id, hash: &str) -> Result<bool, Error> {
    postgres::shorten_lock_timeout(conn).await?;
    // In the order in which rows are locked. The cascade would come after the user's own row.
    on!(conn, c => diesel::delete(challenges::table.filter(challenges::user_id.eq(id))).execute(c))?;
    on!(conn, c => diesel::delete(sessions::table.filter(sessions::user_id.eq(id))).execute(c))?;
    let deleted = on!(conn, c => diesel::delete(users::table.find(id))
        .filter(users::password_hash.eq(hash))
        .execute(c))?;
    Ok(deleted == 1)
}

/// Counts a check before it is made. Returns the number of checks since the last right one.
///
/// # Errors
/// [`Error::NotFound`] if the user was deleted.
pub(crate) async fn reserve_check(conn: &mut Conn<'_>, id: Id) -> Result<i32, Error> {
    on!(conn, c => prepared(
        diesel::update(users::table.find(id))
            .set(users::failed_checks.eq(users::failed_checks + 1))
            .returning(users::failed_checks)
    ).get_result(c))
}

/// Refunds a check that was counted and certainly not made.
pub(crate) async fn refund_check(conn: &mut Conn<'_>, id: Id) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(users::table.find(id))
            .filter(users::failed_checks.gt(0))
            .set(users::failed_checks.eq(users::failed_checks - 1))
    ).execute(c))?;
    Ok(())
}

/// Records that a code to this number was right: the user has proved the number, and failed checks count from
/// zero. Returns the user as of then, or `None` if the user has another number by now.
pub(crate) async fn prove_phone_number(
    conn: &mut Conn<'_>,
    id: Id,
    phone_number: &str,
    now: Timestamp,
) -> Result<Option<User>, Error> {
    let is_first = || users::phone_number_verified_at.is_null();
    found(on!(conn, c => prepared(
        diesel::update(users::table.find(id))
            .filter(users::phone_number.eq(phone_number))
            .set((
                users::failed_checks.eq(0),
                users::updated_at.eq(case_when(is_first(), now.into_sql::<Timestamptz>()).otherwise(users::updated_at)),
                users::phone_number_verified_at
                .eq(case_when(is_first(), now.into_sql::<Nullable<Timestamptz>>()).otherwise(users::phone_number_verified_at)),
            ))
            .returning(User::as_returning())
    ).get_result(c)))
}
