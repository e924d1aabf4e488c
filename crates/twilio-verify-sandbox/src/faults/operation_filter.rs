//! Groups of operations that a fault or a query selects. Pure.

use serde::Serialize;
use utoipa::ToSchema;

use crate::twilio::operations::Operation;

/// The kind of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Kind)]
#[non_exhaustive]
pub enum OperationKind {
    /// Starts a verification or sends its code again: [`Operation::CreateVerification`].
    Start,
    /// Checks a code: [`Operation::CreateVerificationCheck`].
    Check,
    /// Everything else, including paths that the sandbox does not offer.
    Other,
}

impl OperationKind {
    /// Returns the kind of an operation; `None` is a request that the sandbox does not offer.
    pub(crate) fn of(operation: Option<Operation>) -> Self {
        match operation {
            Some(Operation::CreateVerification) => Self::Start,
            Some(Operation::CreateVerificationCheck) => Self::Check,
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

/// Selects the operations of a fault or of a query of the journal.
///
/// Functions take `impl Into<OperationFilter>`, so they accept an [`Operation`] or an [`OperationKind`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OperationFilter {
    /// Every operation.
    #[default]
    Any,
    /// Every operation of a kind.
    Kind(OperationKind),
    /// One operation.
    Operation(Operation),
}

impl OperationFilter {
    /// Returns the filter with that name in the control API: `any`, a kind, or the name of an operation.
    pub(crate) fn named(name: &str) -> Option<Self> {
        if name == "any" {
            return Some(Self::Any);
        }
        let kinds = [OperationKind::Start, OperationKind::Check, OperationKind::Other];
        let kind = kinds.into_iter().find(|kind| kind.as_str() == name);
        kind.map(Self::Kind).or_else(|| Operation::named(name).map(Self::Operation))
    }

    /// Returns the name that [`Self::named`] accepts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Kind(kind) => kind.as_str(),
            Self::Operation(operation) => operation.name(),
        }
    }

    /// Returns whether it selects that operation; `None` is a request that the sandbox does not offer.
    pub(crate) fn covers(self, operation: Option<Operation>) -> bool {
        match self {
            Self::Any => true,
            Self::Kind(kind) => kind == OperationKind::of(operation),
            Self::Operation(selected) => Some(selected) == operation,
        }
    }
}

impl From<OperationKind> for OperationFilter {
    fn from(kind: OperationKind) -> Self {
        Self::Kind(kind)
    }
}

impl From<Operation> for OperationFilter {
    fn from(operation: Operation) -> Self {
        Self::Operation(operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for name in ["any", "start", "check", "other", "CreateVerification", "FetchService"] {
            assert_eq!(OperationFilter::named(name).map(OperationFilter::name), Some(name));
        }
        for name in ["", "Start", "start ", "DeleteEverything"] {
            assert_eq!(OperationFilter::named(name), None, "{name}");
        }
    }

    #[test]
    fn each_filter_covers_its_operations() {
        let operations = [
            Some(Operation::CreateVerification),
            Some(Operation::CreateVerificationCheck),
            Some(Operation::FetchVerification),
            None,
        ];
        let covered = |name: &str| {
            let filter = OperationFilter::named(name).unwrap();
            operations.map(|operation| filter.covers(operation))
        };
        assert_eq!(covered("any"), [true; 4]);
        assert_eq!(covered("start"), [true, false, false, false]);
        assert_eq!(covered("check"), [false, true, false, false]);
        assert_eq!(covered("other"), [false, false, true, true]);
        assert_eq!(covered("FetchVerification"), [false, false, true, false]);
    }
}
