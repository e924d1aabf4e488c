//! What a request asks of Twilio, as far as faults and the journal look at it. Pure.

use serde::Serialize;
use utoipa::ToSchema;

use crate::twilio::operations::OPERATIONS;

/// What kind of operation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Start a verification, or send its code again: Twilio's `CreateVerification`.
    Start,
    /// Check a code: Twilio's `CreateVerificationCheck`.
    Check,
    /// Everything else, what the double does not offer included.
    Other,
}

impl Kind {
    /// The kind of the operation that Twilio calls so; none for a request that fits no operation.
    pub(crate) fn of(operation_id: Option<&str>) -> Self {
        match operation_id {
            Some("CreateVerification") => Self::Start,
            Some("CreateVerificationCheck") => Self::Check,
            _ => Self::Other,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Check => "check",
            Self::Other => "other",
        }
    }
}

/// Who asks for what, about whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestInfo {
    /// `AC…`.
    pub(crate) account_sid: String,
    /// Twilio's name of the operation, where the double offers it.
    pub(crate) operation_id: Option<&'static str>,
    /// The phone number or address that it is about, where it can be told.
    pub(crate) to: Option<String>,
}

impl RequestInfo {
    /// Its kind.
    pub(crate) fn kind(&self) -> Kind {
        Kind::of(self.operation_id)
    }
}

/// Which operations are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OperationFilter {
    /// All of them.
    Any,
    /// Those of a kind.
    Kind(Kind),
    /// One, by Twilio's name.
    Operation(&'static str),
}

impl OperationFilter {
    /// What a person calls it: `any`, a kind, or Twilio's name of an operation that the double offers.
    pub(crate) fn named(name: &str) -> Option<Self> {
        if name == "any" {
            return Some(Self::Any);
        }
        let kind = [Kind::Start, Kind::Check, Kind::Other].into_iter().find(|kind| kind.as_str() == name);
        let operation = || OPERATIONS.iter().find(|operation| operation.id == name);
        kind.map(Self::Kind).or_else(|| operation().map(|operation| Self::Operation(operation.id)))
    }

    /// The name that [`Self::named`] understands.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Kind(kind) => kind.as_str(),
            Self::Operation(id) => id,
        }
    }

    /// Whether the operation that Twilio calls so is meant.
    pub(crate) fn covers(self, operation_id: Option<&str>) -> bool {
        match self {
            Self::Any => true,
            Self::Kind(kind) => kind == Kind::of(operation_id),
            Self::Operation(id) => Some(id) == operation_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood_and_told_again() {
        for name in ["any", "start", "check", "other", "CreateVerification", "FetchService"] {
            assert_eq!(OperationFilter::named(name).map(OperationFilter::name), Some(name));
        }
        for name in ["", "Start", "start ", "DeleteEverything"] {
            assert_eq!(OperationFilter::named(name), None, "{name}");
        }
    }

    #[test]
    fn what_is_covered() {
        let (start, check) = (Some("CreateVerification"), Some("CreateVerificationCheck"));
        let covered = |name: &str| {
            let which = OperationFilter::named(name).unwrap();
            [start, check, Some("FetchVerification"), None].map(|id| which.covers(id))
        };
        assert_eq!(covered("any"), [true; 4]);
        assert_eq!(covered("start"), [true, false, false, false]);
        assert_eq!(covered("check"), [false, true, false, false]);
        assert_eq!(covered("other"), [false, false, true, true]);
        assert_eq!(covered("FetchVerification"), [false, false, true, false]);
    }
}
