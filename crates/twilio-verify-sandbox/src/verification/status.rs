//! The status of a verification.

/// The status of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The code was sent and can be checked.
    Pending,
    /// The right code was checked, or the caller set this status.
    Approved,
    /// The caller canceled the verification.
    Canceled,
    /// The verification stays expired when the clock goes back. Otherwise a verification expires by its age
    /// alone.
    Expired,
}

impl Status {
    /// Returns Twilio's name of the status.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
        }
    }
}
