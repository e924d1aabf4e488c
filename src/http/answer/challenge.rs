//! The challenge of a response.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::ChallengeView;

/// How a code is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By text message.
    Sms,
    /// By voice call.
    Call,
    /// By WhatsApp message.
    Whatsapp,
    /// By email. Used to verify a new email address, never to log in.
    Email,
}

impl From<twilio_verify::Channel> for Channel {
    fn from(channel: twilio_verify::Channel) -> Self {
        match channel {
            twilio_verify::Channel::Sms => Self::Sms,
            twilio_verify::Channel::Call => Self::Call,
            twilio_verify::Channel::Whatsapp => Self::Whatsapp,
            twilio_verify::Channel::Email => Self::Email,
        }
    }
}

/// A pending request for a code: everything a client needs to show the next step. Each time also comes as a
/// number of seconds, for clients whose clock may be wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Challenge {
    /// The channel of the last code.
    pub channel: Channel,
    /// The channels that the user can choose from when the code is sent again.
    #[schema(max_items = 3)]
    pub channels: Vec<Channel>,
    /// The masked phone number or email address that receives the code. Shows the country code and the last
    /// four digits of a number, or the first letter and the domain of an address.
    #[schema(max_length = 257, pattern = "^[!-~]+$")]
    pub destination: String,
    /// The number of digits in a code.
    #[schema(minimum = 4, maximum = 10)]
    pub code_length: u8,
    /// When the code expires.
    pub expires_at: DateTime<Utc>,
    /// Seconds until the code expires.
    #[schema(minimum = 0, maximum = 600)]
    pub expires_in: u32,
    /// When the code can be sent again. Absent if no resends are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub resend_available_at: Option<DateTime<Utc>>,
    /// Seconds until the code can be sent again. Absent if no resends are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 90)]
    pub resend_in: Option<u32>,
    /// How many more times the code can be sent.
    #[schema(minimum = 0, maximum = 4)]
    pub resends_left: u32,
    /// How many attempts to enter the code are left.
    #[schema(minimum = 0, maximum = 5)]
    pub attempts_left: u32,
}

impl From<ChallengeView> for Challenge {
    fn from(view: ChallengeView) -> Self {
        Self {
            channel: view.channel.into(),
            channels: view.channels.into_iter().map(Channel::from).collect(),
            destination: view.destination,
            code_length: view.code_length,
            expires_at: view.expires_at,
            expires_in: seconds(view.expires_in),
            resend_available_at: view.resend_available_at,
            resend_in: view.resend_in.map(seconds),
            resends_left: view.resends_left,
            attempts_left: view.attempts_left,
        }
    }
}

/// Converts a number of seconds; a negative number becomes 0.
pub(crate) fn seconds(seconds: i64) -> u32 {
    u32::try_from(seconds).unwrap_or(0)
}
