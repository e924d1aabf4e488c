//! What kind of line a phone number is, in Twilio's words.

use std::fmt;
use std::str::FromStr;

/// A value of `type` of Lookup's line type intelligence
/// (<https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineType {
    /// A fixed line: it gets calls, and no text messages.
    Landline,
    /// A mobile phone.
    Mobile,
    /// Over the internet, and tied to an address.
    FixedVoip,
    /// Over the internet, to be had by everybody in a minute.
    NonFixedVoip,
    /// Forwards to wherever its holder is, at a price that the holder chooses.
    Personal,
    /// Paid by whoever is called.
    TollFree,
    /// Its holder earns by calls and messages to it.
    Premium,
    /// Its holder and the caller share the price.
    SharedCost,
    /// A company's universal access number.
    Uan,
    /// A mailbox for voice messages.
    Voicemail,
    /// A pager.
    Pager,
    /// Twilio does not know, or says a word that is not known here.
    Unknown,
}

/// What is no line type.
#[derive(Debug, thiserror::Error)]
#[error(
    "is no line type of Twilio's: landline, mobile, fixedVoip, nonFixedVoip, personal, tollFree, premium, sharedCost, \
     uan, voicemail, pager or unknown"
)]
pub struct UnknownLineType;

impl LineType {
    /// Every one.
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

    /// Twilio's word.
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
