//! How a token is sent back.

use serde::Serialize;
use utoipa::ToSchema;

/// How to send a token: `Authorization: Bearer …` (RFC 6750).
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub enum TokenType {
    /// The one way there is.
    Bearer,
}
