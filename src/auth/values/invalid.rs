//! Why a value that a caller sent cannot be taken.

use std::borrow::Cow;

/// A value was refused when it was parsed. The text is for people and never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// What is wrong, for programs.
    pub kind: InvalidKind,
    /// What is wrong, for people.
    pub detail: Cow<'static, str>,
}

/// The ways in which a value can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidKind {
    /// Shorter than allowed.
    TooShort,
    /// Longer than allowed.
    TooLong,
    /// Not of the form that this field has.
    InvalidFormat,
    /// Well-formed, but not among what this deployment allows.
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
