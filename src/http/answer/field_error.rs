//! The errors in the fields of a body.

use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::InvalidKind;

/// An error in one field of the body.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldError {
    /// The location of the field in the body, as a JSON Pointer (RFC 6901).
    #[schema(max_length = 100, pattern = "^(/[^/]*)*$")]
    pub pointer: String,
    /// The kind of error, for programs.
    pub code: FieldErrorCode,
    /// What is wrong and what to do, in English.
    #[schema(max_length = 300)]
    pub detail: String,
}

impl FieldError {
    /// An error of a field of the body.
    pub fn new(name: &str, code: FieldErrorCode, detail: String) -> Self {
        let name: String = name.chars().take(80).collect();
        // RFC 6901, section 3.
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        Self { pointer, code, detail }
    }
}

/// Identifies what is wrong with a field. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldErrorCode {
    /// The field is required.
    Missing,
    /// The value has the wrong JSON type.
    WrongType,
    /// The operation does not have this field.
    UnknownField,
    /// The value is too short.
    TooShort,
    /// The value is too long.
    TooLong,
    /// The value has the wrong format.
    InvalidFormat,
    /// The value is not allowed here.
    NotAllowed,
    /// The password is easily guessed.
    EasilyGuessed,
}

impl From<InvalidKind> for FieldErrorCode {
    fn from(kind: InvalidKind) -> Self {
        match kind {
            InvalidKind::TooShort => Self::TooShort,
            InvalidKind::TooLong => Self::TooLong,
            InvalidKind::InvalidFormat => Self::InvalidFormat,
            InvalidKind::NotAllowed => Self::NotAllowed,
            InvalidKind::EasilyGuessed => Self::EasilyGuessed,
        }
    }
}
