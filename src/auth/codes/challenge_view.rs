//! The part of a challenge that its user sees.

use chrono::{DateTime, Utc};
use twilio_verify::Channel;

/// A challenge as its user sees it.
#[derive(Debug, Clone)]
pub struct ChallengeView {
    /// The channel of the last code.
    pub channel: Channel,
    /// The channels that the user may choose.
    pub channels: Vec<Channel>,
    /// The masked phone number or email address that receives the codes.
    pub destination: String,
    /// The number of digits of a code.
    pub code_length: u8,
    /// When the code expires.
    pub expires_at: DateTime<Utc>,
    /// Seconds until then; 0 if it has expired.
    pub expires_in: i64,
    /// When a new code can be requested; `None` if no resends are left.
    pub resend_available_at: Option<DateTime<Utc>>,
    /// Seconds until then.
    pub resend_in: Option<i64>,
    /// The remaining resends.
    pub resends_left: u32,
    /// The remaining checks.
    pub attempts_left: u32,
}

impl ChallengeView {
    /// Removes the remaining resends.
    pub(crate) fn no_resends_left(&mut self) {
        (self.resends_left, self.resend_available_at, self.resend_in) = (0, None, None);
    }
}
