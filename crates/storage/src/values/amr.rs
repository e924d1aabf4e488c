//! How the user of a session proved who they are.

use std::fmt;

use super::channel::Channel;
use super::text_enum::{text_column, text_enum};

text_enum! {
    /// An authentication method reference (RFC 8176). It registers `pwd`, `otp` and `sms`, and permits
    /// others.
    pub enum AuthMethod {
        /// A password.
        Password = "pwd",
        /// A one-time code.
        OneTimeCode = "otp",
        /// The code was sent by text message.
        Sms = "sms",
        /// The code was read out in a call.
        Call = "call",
        /// The code was sent by WhatsApp.
        Whatsapp = "whatsapp",
        /// The code was sent by email.
        Email = "email",
    }
}

/// The methods by which the user of a session proved who they are. The column holds them separated by spaces.
#[derive(Debug, Clone, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Amr(Vec<AuthMethod>);

impl Amr {
    /// A password and a one-time code that was sent by `channel`.
    pub fn password_and_code(channel: Channel) -> Self {
        let sent_by = match channel {
            Channel::Sms => AuthMethod::Sms,
            Channel::Call => AuthMethod::Call,
            Channel::Whatsapp => AuthMethod::Whatsapp,
            Channel::Email => AuthMethod::Email,
        };
        Self(vec![AuthMethod::Password, AuthMethod::OneTimeCode, sent_by])
    }

    /// Returns the methods in the order in which a token lists them.
    pub fn methods(&self) -> &[AuthMethod] {
        &self.0
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        text.split(' ').map(AuthMethod::from_word).collect::<Option<_>>().map(Self)
    }
}

impl fmt::Display for Amr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|method| method.as_str()).collect();
        f.write_str(&words.join(" "))
    }
}

text_column!(Amr, Amr::parse);
