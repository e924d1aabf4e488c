//! The kinds of lines to which no code is sent.

use aws_lc_rs::hmac;
use secrecy::ExposeSecret;
use twilio_verify::{Channel, LineType};

use crate::auth::error::Error;
use crate::auth::tokens::secret::DeploymentSecret;

/// The line types to which no code is sent, if they are looked up.
#[derive(Debug, Clone, Default)]
pub struct LineTypes(Option<Vec<LineType>>);

impl LineTypes {
    /// Looks up line types, and sends no code to these by any channel.
    pub fn refusing(refused: impl IntoIterator<Item = LineType>) -> Self {
        Self(Some(refused.into_iter().collect()))
    }

    /// Whether line types are looked up.
    pub(crate) fn are_looked_up(&self) -> bool {
        self.0.is_some()
    }

    /// Whether no code is sent to such a line by this channel. A landline gets calls but no text messages.
    pub(crate) fn refuse(&self, line_type: LineType, channel: Channel) -> bool {
        let is_mute = line_type == LineType::Landline && channel == Channel::Sms;
        self.0.as_ref().is_some_and(|refused| is_mute || refused.contains(&line_type))
    }
}

/// Derives the keys of the rows that hold line types.
pub(crate) struct LineKeys(hmac::Key);

impl LineKeys {
    pub(crate) fn new(secret: &DeploymentSecret) -> Result<Self, Error> {
        let key = secret.derive("countersign/line-type/v1")?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret())))
    }

    pub(crate) fn of(&self, e164: &str) -> Vec<u8> {
        hmac::sign(&self.0, e164.as_bytes()).as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_landline_gets_calls_and_what_is_refused_gets_nothing() {
        let types = LineTypes::refusing([LineType::Premium]);
        let refused = |line_type| {
            [Channel::Sms, Channel::Call, Channel::Whatsapp].map(|channel| types.refuse(line_type, channel))
        };
        for (line_type, expected) in [
            (LineType::Mobile, [false; 3]),
            (LineType::Unknown, [false; 3]),
            (LineType::NonFixedVoip, [false; 3]),
            (LineType::Landline, [true, false, false]),
            (LineType::Premium, [true; 3]),
        ] {
            assert_eq!(refused(line_type), expected, "{line_type}");
        }
        let strict = LineTypes::refusing([LineType::Landline]);
        assert!(strict.refuse(LineType::Landline, Channel::Call));
        for line_type in LineType::ALL {
            assert!(!LineTypes::default().refuse(line_type, Channel::Sms), "{line_type}");
            assert_eq!(line_type.as_str().parse::<LineType>().ok(), Some(line_type));
        }
    }

    #[test]
    fn a_number_has_a_key_that_only_the_secret_makes() {
        let keys = |secret: &str| {
            LineKeys::new(&DeploymentSecret::parse(secret.into()).unwrap()).unwrap().of("+12015550123")
        };
        let one = "0123456789abcdefghijklmnopqrstuvwxyz";
        let other = "0123456789abcdefghijklmnopqrstuvwxyZ";
        assert_eq!(keys(one), keys(one));
        assert_ne!(keys(one), keys(other));
    }
}
