//! Rate limits of a service and their buckets. [`start_counts`] counts the starts.

pub(crate) mod rate_limits;
mod start_counts;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::twilio::date::date;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// The maximum number of characters of a unique name. Twilio does not document one.
const MAX_NAME: usize = 64;

/// A key by which starts are limited, such as an IP address.
#[derive(Clone, Debug)]
pub(crate) struct RateLimit {
    /// `RK…`.
    pub(crate) sid: String,
    /// The service of the rate limit, `VA…`.
    pub(crate) service_sid: String,
    /// The name of the key in a start.
    pub(crate) unique_name: String,
    description: Option<String>,
    /// When the rate limit was created.
    pub(crate) created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// The buckets, oldest first. Without buckets there is no limit.
    pub(crate) buckets: Vec<Bucket>,
}

/// The maximum number of starts per interval with the same value of a key.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    /// `BL…`.
    pub(crate) sid: String,
    /// The maximum number of starts per interval.
    pub(crate) max: u32,
    /// The length of the interval in seconds.
    pub(crate) interval: u32,
    /// When the bucket was created.
    pub(crate) created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl RateLimit {
    /// Reads a rate limit to create from a form. Does not check whether the name is unique.
    ///
    /// # Errors
    /// 60200 if a parameter is invalid, 60209 if the name has invalid characters.
    pub(crate) fn from_form(
        sid: String,
        service_sid: &str,
        form: &Form,
        now: DateTime<Utc>,
    ) -> Result<Self, TwilioError> {
        let name = form.get("UniqueName").ok_or_else(|| TwilioError::invalid("UniqueName", ""))?;
        if !is_unique_name(name) {
            return Err(TwilioError::bad_unique_name());
        }
        Ok(Self {
            sid,
            service_sid: service_sid.to_owned(),
            unique_name: name.to_owned(),
            description: form.text("Description")?,
            created_at: now,
            updated_at: now,
            buckets: Vec::new(),
        })
    }

    /// Updates the description. The name cannot change: Twilio's update has no parameter for it.
    ///
    /// # Errors
    /// 60200 if the description is invalid.
    pub(crate) fn update(&mut self, form: &Form, now: DateTime<Utc>) -> Result<(), TwilioError> {
        self.description = form.text("Description")?.or_else(|| self.description.take());
        self.updated_at = now;
        Ok(())
    }

    /// Returns the resource in Twilio's format. `base` is the scheme and authority of this server.
    pub(crate) fn to_json(&self, account_sid: &str, base: &str) -> Value {
        let url = self.url(base);
        json!({
            "sid": self.sid,
            "service_sid": self.service_sid,
            "account_sid": account_sid,
            "unique_name": self.unique_name,
            "description": self.description,
            "date_created": date(self.created_at),
            "date_updated": date(self.updated_at),
            "url": url,
            "links": { "buckets": format!("{url}/Buckets") },
        })
    }

    /// Returns a bucket of this rate limit in Twilio's format.
    pub(crate) fn bucket_to_json(&self, bucket: &Bucket, account_sid: &str, base: &str) -> Value {
        json!({
            "sid": bucket.sid,
            "rate_limit_sid": self.sid,
            "service_sid": self.service_sid,
            "account_sid": account_sid,
            "max": bucket.max,
            "interval": bucket.interval,
            "date_created": date(bucket.created_at),
            "date_updated": date(bucket.updated_at),
            "url": format!("{}/Buckets/{}", self.url(base), bucket.sid),
        })
    }

    fn url(&self, base: &str) -> String {
        format!("{base}/v2/Services/{}/RateLimits/{}", self.service_sid, self.sid)
    }
}

impl Bucket {
    /// Reads a bucket to create from a form. Does not check whether the interval is unique.
    ///
    /// # Errors
    /// 60200 if a parameter is missing or invalid.
    pub(crate) fn from_form(sid: String, form: &Form, now: DateTime<Utc>) -> Result<Self, TwilioError> {
        let number = |name| positive(form, name)?.ok_or_else(|| TwilioError::invalid(name, ""));
        Ok(Self { sid, max: number("Max")?, interval: number("Interval")?, created_at: now, updated_at: now })
    }

    /// Returns the bucket with the values of the form.
    ///
    /// # Errors
    /// 60200 if a parameter is invalid.
    pub(crate) fn updated(&self, form: &Form, now: DateTime<Utc>) -> Result<Self, TwilioError> {
        Ok(Self {
            max: positive(form, "Max")?.unwrap_or(self.max),
            interval: positive(form, "Interval")?.unwrap_or(self.interval),
            updated_at: now,
            ..self.clone()
        })
    }
}

fn positive(form: &Form, name: &str) -> Result<Option<u32>, TwilioError> {
    form.integer(name, 1, u32::MAX)
}

/// Returns whether a name consists of letters, digits, hyphens, dots and underscores (the error page of
/// 60209).
fn is_unique_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    name.len() <= MAX_NAME && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unique_name_has_letters_digits_hyphens_dots_and_underscores() {
        for good in ["ip", "end.user-ip_4", &"a".repeat(64)] {
            assert!(is_unique_name(good), "{good}");
        }
        for bad in ["a b", "ä", "a/b", "a\r\nb", &"a".repeat(65)] {
            assert!(!is_unique_name(bad), "{bad}");
        }
    }

    #[test]
    fn max_and_interval_are_positive_integers() {
        let parse = |max, interval| {
            let form = Form::from_pairs([("Max", max), ("Interval", interval)]);
            Bucket::from_form("BL".into(), &form, DateTime::UNIX_EPOCH)
        };
        assert_eq!(parse("5", "60").unwrap().max, 5);
        for (max, interval) in [("0", "60"), ("5", "0"), ("-1", "60"), ("5", "1.5"), ("", "60"), ("5", "")] {
            assert!(parse(max, interval).is_err(), "{max} {interval}");
        }
        let bucket = parse("5", "60").unwrap();
        let form = Form::from_pairs([("Max", "6")]);
        let updated = bucket.updated(&form, DateTime::UNIX_EPOCH).unwrap();
        assert_eq!((updated.max, updated.interval, updated.sid), (6, 60, bucket.sid));
    }
}
