//! The quotas of a limit.

/// The quota of an account's limit that an attempt is counted against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quota {
    /// The one for every client.
    Public,
    /// The one for clients from whose addresses the account has proved itself before (NIST SP 800-63B-4,
    /// section 3.2.2).
    Known,
}
