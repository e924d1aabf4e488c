//! The filter for the log of attempts.

use chrono::{DateTime, Utc};

use super::attempts::Attempt;
use super::recipient::is_reachable;
use crate::phone::channel::Channel;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// The channels of Twilio's description. The sandbox does not support `rbm`, so this filter finds nothing.
const CHANNELS: [&str; 5] = ["sms", "call", "email", "whatsapp", "rbm"];

/// The conditions that an attempt must meet to be listed. `None` always matches.
#[derive(Debug, Default)]
pub(crate) struct AttemptFilter {
    after: Option<DateTime<Utc>>,
    before: Option<DateTime<Utc>>,
    to: Option<String>,
    prefix: Option<String>,
    country: Option<String>,
    channel: Option<String>,
    service_sid: Option<String>,
    verification_sid: Option<String>,
    converted: Option<bool>,
}

impl AttemptFilter {
    /// Reads the filter from the query of the list.
    ///
    /// # Errors
    /// 60200 for the first invalid parameter.
    pub(crate) fn from_list_query(query: &Form) -> Result<Self, TwilioError> {
        let to = query.get("ChannelData.To");
        let is_recipient = |to: &&str| [Channel::Sms, Channel::Email].iter().any(|by| is_reachable(to, *by));
        if let Some(to) = to.filter(|to| !is_recipient(to)) {
            return Err(TwilioError::invalid("ChannelData.To", to));
        }
        // Twilio's enumeration is in lower case, its description in upper case.
        let status = query.get("Status").map(|text| match text.to_ascii_lowercase().as_str() {
            "converted" => Ok(true),
            "unconverted" => Ok(false),
            _ => Err(TwilioError::invalid("Status", text)),
        });
        Ok(Self {
            to: to.map(str::to_owned),
            verification_sid: query.sid("VerificationSid", "VE")?,
            converted: status.transpose()?,
            ..Self::shared(query)?
        })
    }

    /// Reads the filter from the query of the summary.
    ///
    /// # Errors
    /// 60200 for the first invalid parameter.
    pub(crate) fn from_summary_query(query: &Form) -> Result<Self, TwilioError> {
        let prefix = query.get("DestinationPrefix");
        let is_prefix = |text: &&str| {
            text.strip_prefix('+').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        };
        if let Some(text) = prefix.filter(|text| !is_prefix(text)) {
            return Err(TwilioError::invalid("DestinationPrefix", text));
        }
        Ok(Self { prefix: prefix.map(str::to_owned), ..Self::shared(query)? })
    }

    fn shared(query: &Form) -> Result<Self, TwilioError> {
        let country = query.get("Country");
        let is_country = |text: &&str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        if let Some(text) = country.filter(|text| !is_country(text)) {
            return Err(TwilioError::invalid("Country", text));
        }
        Ok(Self {
            after: time(query, "DateCreatedAfter")?,
            before: time(query, "DateCreatedBefore")?,
            country: country.map(str::to_ascii_uppercase),
            channel: query.word("Channel", &CHANNELS)?,
            service_sid: query.sid("VerifyServiceSid", "VA")?,
            ..Self::default()
        })
    }

    /// Returns whether `attempt` meets the conditions.
    pub(crate) fn matches(&self, attempt: &Attempt<'_>) -> bool {
        let Attempt { verification, send } = attempt;
        self.after.is_none_or(|after| send.at > after)
            && self.before.is_none_or(|before| send.at < before)
            && self.to.as_ref().is_none_or(|to| *to == verification.to)
            && self.prefix.as_ref().is_none_or(|prefix| verification.to.starts_with(prefix))
            && self.channel.as_ref().is_none_or(|channel| channel == send.channel.as_str())
            && self.service_sid.as_ref().is_none_or(|sid| *sid == verification.service_sid)
            && self.verification_sid.as_ref().is_none_or(|sid| *sid == verification.sid)
            && self.converted.is_none_or(|converted| converted == attempt.is_converted())
            // Last, because it is the most expensive condition.
            && self.country.as_ref().is_none_or(|country| attempt.country().as_ref() == Some(country))
    }
}

/// Parses an ISO 8601 time.
fn time(query: &Form, name: &str) -> Result<Option<DateTime<Utc>>, TwilioError> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| TwilioError::invalid(name, text))?;
    Ok(Some(time.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_parameters_are_rejected() {
        for (name, value) in [
            ("DateCreatedAfter", "yesterday"),
            ("DateCreatedBefore", "2026-01-01"),
            ("Country", "USA"),
            ("Country", "1"),
            ("Channel", "fax"),
            ("VerifyServiceSid", "VA1"),
        ] {
            let query = Form::from_pairs([(name, value)]);
            assert!(
                AttemptFilter::from_list_query(&query).is_err()
                    && AttemptFilter::from_summary_query(&query).is_err(),
                "{name}={value}"
            );
        }
        for (name, value) in [("ChannelData.To", "2015550123"), ("VerificationSid", "VE"), ("Status", "done")]
        {
            let query = Form::from_pairs([(name, value)]);
            assert!(
                AttemptFilter::from_list_query(&query).is_err()
                    && AttemptFilter::from_summary_query(&query).is_ok(),
                "{name}={value}"
            );
        }
        let query = Form::from_pairs([("DestinationPrefix", "57")]);
        assert!(
            AttemptFilter::from_list_query(&query).is_ok()
                && AttemptFilter::from_summary_query(&query).is_err()
        );
    }
}
