//! Users. Three unique indexes decide who may sign up; nobody looks first.

use crate::engine::postgres;
use crate::engine::prepared::prepared;
use crate::schema::{challenges, sessions, users};
use crate::values::sql_types::sql::{Nullable, Timestamptz};
use crate::{Conn, Error, Id, Timestamp, found};
use diesel::dsl::case_when;
use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, Insertable, IntoSql, QueryDsl, Queryable,
    Selectable, SelectableHelper,
};

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
    /// As the person writes it.
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
    /// Checks of a code begun since the last one that was right, over all challenges.
    pub failed_checks: i32,
    /// When the user signed up.
    pub created_at: Timestamp,
    /// When something that the user sees last changed.
    pub updated_at: Timestamp,
}

/// What a user changes of themselves. `None`: it stays.
#[derive(Clone, AsChangeset)]
#[diesel(table_name = users)]
pub struct Profile {
    /// As the person writes it.
    pub name: Option<String>,
    /// Unique without regard to case.
    pub username: Option<String>,
    /// When it was changed.
    pub updated_at: Timestamp,
}

/// Adds a user.
///
/// # Errors
/// [`Error::Unique`] with one of this module's index names.
pub async fn insert(conn: &mut Conn<'_>, user: &User) -> Result<(), Error> {
    on!(conn, c => prepared(diesel::insert_into(users::table).values(user)).execute(c))?;
    Ok(())
}

/// The user with this email address, without regard to case.
///
/// # Errors
/// Those of the database.
pub async fn find_by_email(conn: &mut Conn<'_>, email: &str) -> Result<Option<User>, Error> {
    let email = email.to_ascii_lowercase();
    found(on!(conn, c => users::table
        .filter(lower(users::email).eq(email))
        .select(User::as_select())
        .get_result(c)))
}

/// A user.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(conn: &mut Conn<'_>, id: Id) -> Result<User, Error> {
    on!(conn, c => users::table.find(id).select(User::as_select()).get_result(c))
}

/// Whether the email address or the phone number is taken, by somebody who has proved their phone or who signed up after
/// `stale_before`.
///
/// # Errors
/// Those of the database.
pub async fn exists(
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

/// Changes a profile: the user as they are then.
///
/// # Errors
/// [`Error::Unique`], [`Error::NotFound`].
pub async fn change_profile(conn: &mut Conn<'_>, id: Id, profile: &Profile) -> Result<User, Error> {
    on!(conn, c => prepared(
        diesel::update(users::table.find(id))
            .set(profile)
            .returning(User::as_returning())
    ).get_result(c))
}

/// Replaces a hash, unless somebody has changed it meanwhile.
///
/// # Errors
/// Those of the database.
pub async fn replace_password_hash(conn: &mut Conn<'_>, id: Id, old: &str, new: &str) -> Result<bool, Error> {
    let changed = on!(conn, c => prepared(
        diesel::update(users::table.find(id))
            .filter(users::password_hash.eq(old))
            .set(users::password_hash.eq(new))
    ).execute(c))?;
    Ok(changed == 1)
}

/// Replaces a hash, whatever it is now. `false`: there is no such user, or they have another email address by now.
///
/// # Errors
/// Those of the database.
pub async fn reset_password_hash(
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

/// Whether a user still has the hash and the number that were seen. Until the transaction ends, nobody changes them.
///
/// # Errors
/// Those of the database.
pub async fn is_unchanged(conn: &mut Conn<'_>, seen: &User) -> Result<bool, Error> {
    // Writing the row to itself locks it, on either database.
    let unchanged = on!(conn, c => prepared(
        diesel::update(users::table.find(seen.id))
            .filter(users::password_hash.eq(&seen.password_hash))
            .filter(users::phone_number.eq(&seen.phone_number))
            .set(users::password_hash.eq(&seen.password_hash))
    ).execute(c))?;
    Ok(unchanged == 1)
}

/// Gives a user another number, which a code has proved: the user as they are then.
///
/// # Errors
/// [`Error::Unique`], [`Error::NotFound`].
pub async fn change_phone_number(
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

/// Gives a user another email address: the user as they are then.
///
/// # Errors
/// [`Error::Unique`], [`Error::NotFound`].
pub async fn change_email(conn: &mut Conn<'_>, id: Id, email: &str, now: Timestamp) -> Result<User, Error> {
    on!(conn, c => prepared(
        diesel::update(users::table.find(id))
            .set((users::email.eq(email), users::updated_at.eq(now)))
            .returning(User::as_returning())
    ).get_result(c))
}

/// Deletes a user who still has this hash, and all that hangs on them. `false`: there is none; then the transaction is
/// to be rolled back.
///
/// # Errors
/// Those of the database.
pub async fn delete(conn: &mut Conn<'_>, id: Id, hash: &str) -> Result<bool, Error> {
    postgres::give_way(conn).await?;
    // The cascade would do, but it comes after the user's own row, and most others lock in this order.
    on!(conn, c => diesel::delete(challenges::table.filter(challenges::user_id.eq(id))).execute(c))?;
    on!(conn, c => diesel::delete(sessions::table.filter(sessions::user_id.eq(id))).execute(c))?;
    let deleted = on!(conn, c => diesel::delete(users::table.find(id))
        .filter(users::password_hash.eq(hash))
        .execute(c))?;
    Ok(deleted == 1)
}

/// Counts a check that is about to be made: how many there are now since the last one that was right.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn count_check(conn: &mut Conn<'_>, id: Id) -> Result<i32, Error> {
    on!(conn, c => prepared(
        diesel::update(users::table.find(id))
            .set(users::failed_checks.eq(users::failed_checks + 1))
            .returning(users::failed_checks)
    ).get_result(c))
}

/// Takes back a check that was counted and certainly not made.
///
/// # Errors
/// Those of the database.
pub async fn uncount_check(conn: &mut Conn<'_>, id: Id) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(users::table.find(id))
            .filter(users::failed_checks.gt(0))
            .set(users::failed_checks.eq(users::failed_checks - 1))
    ).execute(c))?;
    Ok(())
}

/// A code was right that was sent to this number: failures begin to count anew, and the number is proved to be the
/// user's, as they are then. `None`: the user has another number by now.
///
/// # Errors
/// Those of the database.
pub async fn code_was_right(
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
