//! What kind of line a number is, where the deployment has Twilio asked: before the first code to a number that nobody has
//! proved yet. The answer is remembered, so each number costs one look-up; and a look-up is made for a code that the limits
//! have let through, so nobody causes more of them than codes. Where there is no answer the code goes out all the same.

use chrono::TimeDelta;
use storage::{Timestamp, line_types};
use twilio_verify::{Channel, LineType};

use crate::auth::Auth;
use crate::auth::values::phone_number::country;

/// For how long the answer about a number is believed: numbers change hands and move to other networks, seldom within a
/// month, and whoever tries a number again and again does so within days.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(30);

/// What is known of a number when a code shall go there: by default nothing that stands against it.
#[derive(Default)]
pub(crate) struct Line {
    /// No code goes to such a line by this channel.
    pub(crate) is_refused: bool,
    /// Twilio was asked for this code, and may want money for it.
    pub(crate) was_paid: bool,
}

impl Auth {
    /// Looks at a number, in memory first. Whatever fails, fails nobody's log-in.
    pub(crate) async fn line(&self, e164: &str, channel: Channel) -> Line {
        let types = &self.policy.line_types;
        if !types.are_looked_up() {
            return Line::default();
        }
        let (line_type, was_paid) = self.line_type(e164).await;
        let refused = line_type.filter(|line_type| types.refuse(*line_type, channel));
        if let Some(line_type) = refused {
            let (line_type, channel) = (line_type.as_str(), channel.as_str());
            tracing::info!(line_type, channel, country = country(e164), "no code is sent to such a line");
        }
        Line { is_refused: refused.is_some(), was_paid }
    }

    /// The type, where it can be told, and whether it may have cost something.
    async fn line_type(&self, e164: &str) -> (Option<LineType>, bool) {
        let (key, now) = (self.line_keys.of(e164), self.clock.now());
        let (number, after) = (key.clone(), Timestamp(now - KEPT));
        match self.db.read(async move |mut c| line_types::find(&mut c, &number, after).await).await {
            Ok(Some(known)) => return (known.parse().ok(), false),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%error, "what kind of line a number is was not looked for");
                return (None, false);
            }
        }
        let line_type = match self.twilio.look_up(e164).await {
            Ok(line_type) => line_type,
            // The call itself has left its line in the log, and is counted.
            Err(failure) => return (None, !failure.certainly_not_processed()),
        };
        let remember = self
            .db
            .write(async move |mut c| {
                line_types::remember(&mut c, key, line_type.as_str(), Timestamp(now)).await
            })
            .await;
        if let Err(error) = remember {
            tracing::warn!(%error, "what kind of line a number is will be asked once more");
        }
        (Some(line_type), true)
    }
}
