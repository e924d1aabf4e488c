//! Why a value that a caller sent is not valid.

use std::borrow::Cow;

/// The error of a value that cannot be parsed. Its text never contains the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// What is wrong, for programs.
    pub kind: InvalidKind,
    /// What is wrong and what to do, for people.
    pub detail: Cow<'static, str>,
}

/// The ways in which a value can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidKind {
    /// Shorter than allowed.
    TooShort,
    /// Longer than allowed.
    TooLong,
    /// Has the wrong format.
    InvalidFormat,
    /// Well-formed, but not allowed by this server or not valid for this user.
    NotAllowed,
    /// A password that is easily guessed.
    EasilyGuessed,
}

impl Invalid {
    pub(crate) fn new(kind: InvalidKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}
