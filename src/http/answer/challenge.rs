//! The challenge, as it is sent.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::ChallengeView;

/// How a code travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A text message.
    Sms,
    /// A call: a voice says the code.
    Call,
    /// A WhatsApp message.
    Whatsapp,
    /// An email: to a new address, never for a log-in.
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

/// The outstanding demand for a code: what a client needs to show the next step. The seconds are for clients
/// with a wrong clock.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Challenge {
    /// How the last code travelled.
    pub channel: Channel,
    /// The channels that one may choose.
    #[schema(max_items = 3)]
    pub channels: Vec<Channel>,
    /// Where codes go: of a number the country code and the last four digits, of an address the first letter and the
    /// domain.
    #[schema(max_length = 257, pattern = "^[!-~]+$")]
    pub destination: String,
    /// How many digits a code has.
    #[schema(minimum = 4, maximum = 10)]
    pub code_length: u8,
    /// Until when the code can be checked.
    pub expires_at: DateTime<Utc>,
    /// Seconds until then.
    #[schema(minimum = 0, maximum = 600)]
    pub expires_in: u32,
    /// When another code can be asked for; left out when all have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub resend_available_at: Option<DateTime<Utc>>,
    /// Seconds until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 90)]
    pub resend_in: Option<u32>,
    /// How many more codes can be asked for.
    #[schema(minimum = 0, maximum = 4)]
    pub resends_left: u32,
    /// How many more codes can be tried.
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

/// Seconds as they are sent: never negative.
pub(crate) fn seconds(seconds: i64) -> u32 {
    u32::try_from(seconds).unwrap_or(0)
}
