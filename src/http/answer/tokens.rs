//! The tokens of a response, shared by verify and refresh.

use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::challenge::seconds;
use super::token_type::TokenType;
use super::user::User;
use crate::auth;

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// The access token (a JWT). Send it to every operation that needs a verified user.
    #[schema(max_length = 4096, pattern = "^[A-Za-z0-9_.-]+$")]
    pub access_token: String,
    /// How to send the access token.
    pub token_type: TokenType,
    /// Seconds until the access token expires.
    #[schema(minimum = 1, maximum = 86400)]
    pub expires_in: u32,
    /// The refresh token. Opaque; exchange it for the next pair of tokens.
    #[schema(max_length = 200, pattern = "^[A-Za-z0-9_-]+$")]
    pub refresh_token: String,
    /// Seconds until the session ends at the latest.
    #[schema(minimum = 1, maximum = 31536000)]
    pub refresh_expires_in: u32,
    /// The user.
    pub user: User,
}

impl From<auth::Tokens> for Tokens {
    fn from(tokens: auth::Tokens) -> Self {
        Self {
            access_token: tokens.access_token.expose_secret().to_owned(),
            token_type: TokenType::Bearer,
            expires_in: seconds(tokens.expires_in),
            refresh_token: tokens.refresh_token.expose_secret().to_owned(),
            refresh_expires_in: seconds(tokens.refresh_expires_in),
            user: tokens.user.into(),
        }
    }
}
