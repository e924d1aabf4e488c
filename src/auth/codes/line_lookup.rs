//! Looks up what kind of line a number has, if the deployment wants it: before the first code to a number
//! that its user has not proved. Answers are remembered, so each number costs one look-up. A look-up is made
//! only for a code that the limits allow, so there are never more look-ups than codes. If there is no answer,
//! the code is sent all the same.

use chrono::TimeDelta;
use storage::Timestamp;
use twilio_verify::{Channel, LineType};

use crate::auth::Auth;
use crate::auth::values::phone_number::country;

/// How long an answer is remembered. Numbers seldom change hands or networks within a month, and most
/// repeated attempts with a number happen within days.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(30);

/// What is known of a number before a code is sent to it.
#[derive(Default)]
pub(crate) struct Line {
    /// No code is sent to such a line by this channel.
    pub(crate) is_rejected: bool,
    /// Twilio was asked for this code, and may charge for it.
    pub(crate) was_paid: bool,
}

impl Auth {
    /// Looks up a number. No failure here fails a log-in.
    pub(crate) async fn look_up_line(&self, e164: &str, channel: Channel) -> Line {
        let types = &self.policy.line_types;
        if !types.are_looked_up() {
            return Line::default();
        }
        let (line_type, was_paid) = self.line_type(e164).await;
        let rejected = line_type.filter(|line_type| types.refuse(*line_type, channel));
        if let Some(line_type) = rejected {
            let line_type = line_type.as_str();
            let channel = channel.as_str();
            tracing::info!(line_type, channel, country = country(e164), "no code is sent to such a line");
        }
        Line { is_rejected: rejected.is_some(), was_paid }
    }

    /// Returns the type, if it is known, and whether finding out may have cost something.
    async fn line_type(&self, e164: &str) -> (Option<LineType>, bool) {
        let key = self.line_keys.of(e164);
        let now = self.clock.now();
        match self.db.line_type(key.clone(), Timestamp(now - KEPT)).await {
            Ok(Some(known)) => return (known.parse().ok(), false),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%error, "the stored line type of a number could not be read");
                return (None, false);
            }
        }
        let line_type = match self.twilio.look_up(e164).await {
            Ok(line_type) => line_type,
            // The Twilio client has logged and counted the failure.
            Err(failure) => return (None, !failure.certainly_not_processed()),
        };
        if let Err(error) = self.db.remember_line_type(key, line_type.as_str(), Timestamp(now)).await {
            tracing::warn!(%error, "the line type of a number could not be stored and will be looked up again");
        }
        (Some(line_type), true)
    }
}
