//! What faults and the journal know about a request. Pure.

use super::operation_filter::OperationKind;
use crate::twilio::operations::Operation;

/// The account, the operation and the recipient of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestInfo {
    /// `AC…`.
    pub(crate) account_sid: String,
    /// The operation, if the sandbox offers it.
    pub(crate) operation: Option<Operation>,
    /// The phone number or address that the request is about, if it has one.
    pub(crate) to: Option<String>,
}

impl RequestInfo {
    /// Returns the kind of the operation.
    pub(crate) fn kind(&self) -> OperationKind {
        OperationKind::of(self.operation)
    }
}
