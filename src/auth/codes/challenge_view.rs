//! A challenge as its owner may see it.

use chrono::{DateTime, Utc};
use twilio_verify::Channel;

/// A challenge, as its owner may see it.
#[derive(Debug, Clone)]
pub struct ChallengeView {
    /// How the last code travelled.
    pub channel: Channel,
    /// How codes may travel.
    pub channels: Vec<Channel>,
    /// Where codes go, masked.
    pub destination: String,
    /// Digits of a code.
    pub code_length: u8,
    /// Until when the code can be checked.
    pub expires_at: DateTime<Utc>,
    /// Seconds until then; 0 when it is over.
    pub expires_in: i64,
    /// When a new code can be asked for, where one still can.
    pub resend_available_at: Option<DateTime<Utc>>,
    /// Seconds until then.
    pub resend_in: Option<i64>,
    /// Codes that can still be asked for.
    pub resends_left: u32,
    /// Checks that are left.
    pub attempts_left: u32,
}

impl ChallengeView {
    /// Removes the remaining resends.
    pub(crate) fn no_resends_left(&mut self) {
        (self.resends_left, self.resend_available_at, self.resend_in) = (0, None, None);
    }
}
