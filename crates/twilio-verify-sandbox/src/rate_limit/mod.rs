//! A rate limit of a service and its buckets: what they are and how they are told. What they count is in
//! [`rate_counts`].

pub(crate) mod rate_counts;
pub(crate) mod rate_limits;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::twilio::date::date;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// Most characters of a unique name; Twilio tells no number.
const MAX_NAME: usize = 64;

/// A key that starts can be limited by.
#[derive(Clone, Debug)]
pub(crate) struct RateLimit {
    /// `RK…`.
    pub(crate) sid: String,
    /// The service that it belongs to, `VA…`.
    pub(crate) service_sid: String,
    /// What a start calls it by.
    pub(crate) unique_name: String,
    /// For people.
    description: Option<String>,
    /// When it was made.
    pub(crate) created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// How much of it there may be, oldest first; none means no limit.
    pub(crate) buckets: Vec<Bucket>,
}

/// How often one value of a key may occur in a time.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    /// `BL…`.
    pub(crate) sid: String,
    /// Most starts in an interval.
    pub(crate) max: u32,
    /// Seconds.
    pub(crate) interval: u32,
    /// When it was made.
    pub(crate) created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl RateLimit {
    /// The rate limit that a form asks for. Whether its name is free is not looked at here.
    ///
    /// # Errors
    /// 60200, or 60209 for a name that is none.
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

    /// Takes over what the form sends. The name stays what it is: Twilio's update has no parameter for it.
    ///
    /// # Errors
    /// 60200.
    pub(crate) fn update(&mut self, form: &Form, now: DateTime<Utc>) -> Result<(), TwilioError> {
        self.description = form.text("Description")?.or_else(|| self.description.take());
        self.updated_at = now;
        Ok(())
    }

    /// The resource as Twilio tells it; `base` is the scheme and authority of this server.
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

    /// One of its buckets as Twilio tells it.
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
    /// The bucket that a form asks for. Whether its interval is free is not looked at here.
    ///
    /// # Errors
    /// 60200.
    pub(crate) fn from_form(sid: String, form: &Form, now: DateTime<Utc>) -> Result<Self, TwilioError> {
        let number = |name| positive(form, name)?.ok_or_else(|| TwilioError::invalid(name, ""));
        Ok(Self { sid, max: number("Max")?, interval: number("Interval")?, created_at: now, updated_at: now })
    }

    /// The same bucket with what the form sends.
    ///
    /// # Errors
    /// 60200.
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

/// Letters, digits, hyphens, dots and underscores (the error page of 60209).
fn is_unique_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    name.len() <= MAX_NAME && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unique_names() {
        for good in ["ip", "end.user-ip_4", &"a".repeat(64)] {
            assert!(is_unique_name(good), "{good}");
        }
        for bad in ["a b", "ä", "a/b", "a\r\nb", &"a".repeat(65)] {
            assert!(!is_unique_name(bad), "{bad}");
        }
    }

    #[test]
    fn buckets_hold_at_least_one_for_at_least_a_second() {
        let make = |max, interval| {
            let form = Form::from_pairs([("Max", max), ("Interval", interval)]);
            Bucket::from_form("BL".into(), &form, DateTime::UNIX_EPOCH)
        };
        assert_eq!(make("5", "60").unwrap().max, 5);
        for (max, interval) in [("0", "60"), ("5", "0"), ("-1", "60"), ("5", "1.5"), ("", "60"), ("5", "")] {
            assert!(make(max, interval).is_err(), "{max} {interval}");
        }
        let bucket = make("5", "60").unwrap();
        let form = Form::from_pairs([("Max", "6")]);
        let updated = bucket.updated(&form, DateTime::UNIX_EPOCH).unwrap();
        assert_eq!((updated.max, updated.interval, updated.sid), (6, 60, bucket.sid));
    }
}
