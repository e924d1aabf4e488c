//! The line types of Lookup.

use std::fmt;
use std::str::FromStr;

/// The line type of a phone number, from Lookup's line type intelligence
/// (<https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineType {
    /// A fixed line. It receives calls, but no text messages.
    Landline,
    /// A mobile phone.
    Mobile,
    /// An internet phone that is tied to a street address.
    FixedVoip,
    /// An internet phone that anyone can obtain in a minute.
    NonFixedVoip,
    /// A personal number, which forwards calls at a price that its owner chooses.
    Personal,
    /// A toll-free number: the called party pays.
    TollFree,
    /// A premium-rate number: its owner earns from calls and messages.
    Premium,
    /// A number whose owner and caller share the price.
    SharedCost,
    /// The universal access number of a company.
    Uan,
    /// A voicemail service.
    Voicemail,
    /// A pager.
    Pager,
    /// Twilio does not know the line type, or this version of the crate does not know its name.
    Unknown,
}

/// The error of a text that is not the name of a [`LineType`].
#[derive(Debug, thiserror::Error)]
#[error(
    "not a line type of Twilio: landline, mobile, fixedVoip, nonFixedVoip, personal, tollFree, premium, sharedCost, \
     uan, voicemail, pager or unknown"
)]
pub struct UnknownLineType;

impl LineType {
    /// All line types.
    pub const ALL: [Self; 12] = [
        Self::Landline,
        Self::Mobile,
        Self::FixedVoip,
        Self::NonFixedVoip,
        Self::Personal,
        Self::TollFree,
        Self::Premium,
        Self::SharedCost,
        Self::Uan,
        Self::Voicemail,
        Self::Pager,
        Self::Unknown,
    ];

    /// Returns Twilio's name of the line type.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Landline => "landline",
            Self::Mobile => "mobile",
            Self::FixedVoip => "fixedVoip",
            Self::NonFixedVoip => "nonFixedVoip",
            Self::Personal => "personal",
            Self::TollFree => "tollFree",
            Self::Premium => "premium",
            Self::SharedCost => "sharedCost",
            Self::Uan => "uan",
            Self::Voicemail => "voicemail",
            Self::Pager => "pager",
            Self::Unknown => "unknown",
        }
    }
}

impl FromStr for LineType {
    type Err = UnknownLineType;

    fn from_str(text: &str) -> Result<Self, UnknownLineType> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(UnknownLineType)
    }
}

impl fmt::Display for LineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
