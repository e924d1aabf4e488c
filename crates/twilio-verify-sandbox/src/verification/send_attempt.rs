//! One send of a code.

use chrono::{DateTime, Utc};

use crate::phone::channel::Channel;
use crate::phone::rendering::Payment;

/// One attempt to send the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SendAttempt {
    /// `VL…`.
    pub(crate) attempt_sid: String,
    /// The channel.
    pub(crate) channel: Channel,
    /// The language of the message.
    pub(crate) locale: String,
    /// The payment that the code authorizes (PSD2).
    pub(crate) payment: Option<Payment>,
    /// When the message was sent.
    pub(crate) at: DateTime<Utc>,
}
