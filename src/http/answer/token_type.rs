//! The token type of a response.

use serde::Serialize;
use utoipa::ToSchema;

/// How to send the token: `Authorization: Bearer …` (RFC 6750).
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub enum TokenType {
    /// A bearer token.
    Bearer,
}
