//! The user of a response.

use chrono::{DateTime, Utc};
use serde::Serialize;
use storage::users;
use utoipa::ToSchema;
use uuid::Uuid;

use super::rfc3339::rfc3339;

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    /// The id of the user, as in the claim `sub` of the tokens. It never changes.
    pub id: Uuid,
    /// The name of the person.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The public username. Unique, ignoring case.
    #[schema(min_length = 3, max_length = 32, pattern = "^[A-Za-z0-9_.-]+$")]
    pub username: String,
    /// The email address that the user logs in with. Unique, ignoring case.
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    /// The phone number in E.164 format.
    #[schema(max_length = 16, pattern = r"^\+[1-9][0-9]{1,14}$")]
    pub phone_number: String,
    /// Whether the user has verified a code sent to this number.
    pub phone_number_verified: bool,
    /// When the user signed up.
    #[serde(serialize_with = "rfc3339")]
    pub created_at: DateTime<Utc>,
    /// When the user last changed.
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: DateTime<Utc>,
}

impl From<users::User> for User {
    fn from(user: users::User) -> Self {
        Self {
            id: user.id.0,
            name: user.name,
            username: user.username,
            email: user.email,
            phone_number: user.phone_number,
            phone_number_verified: user.phone_number_verified_at.is_some(),
            created_at: user.created_at.0,
            updated_at: user.updated_at.0,
        }
    }
}
