//! The filter and order of a list of challenges.

use chrono::{DateTime, Utc};

use super::challenge::Challenge;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// The conditions that a challenge must meet to be listed, and the order of the list.
#[derive(Clone, Debug)]
pub(crate) struct ChallengeFilter {
    factor_sid: Option<String>,
    status: Option<String>,
    /// Whether the newest challenge comes first. Twilio's default is oldest first.
    pub(crate) newest_first: bool,
}

impl ChallengeFilter {
    /// Reads the filter from a query.
    ///
    /// # Errors
    /// 60200 if a parameter is invalid.
    pub(crate) fn from_form(form: &Form) -> Result<Self, TwilioError> {
        Ok(Self {
            factor_sid: form.sid("FactorSid", "YF")?,
            status: form.word("Status", &["pending", "expired", "approved", "denied"])?,
            newest_first: form.word("Order", &["asc", "desc"])?.as_deref() == Some("desc"),
        })
    }

    /// Returns whether `challenge` meets the conditions.
    pub(crate) fn matches(&self, challenge: &Challenge, now: DateTime<Utc>) -> bool {
        self.factor_sid.as_ref().is_none_or(|sid| *sid == challenge.factor_sid)
            && self.status.as_ref().is_none_or(|status| status == challenge.status(now).as_str())
    }
}
