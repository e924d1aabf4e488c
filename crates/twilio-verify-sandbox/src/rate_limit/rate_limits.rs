//! The rate limits of an account's services, and whether a start may pass them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::rate_counts::Counts;
use super::{Bucket, RateLimit};
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// Most rate limits of a service. Twilio documents the error (60207) and not the number.
pub(crate) const MAX_LIMITS: usize = 20;
/// Most buckets of a rate limit. Twilio documents the error (60210) and not the number.
pub(crate) const MAX_BUCKETS: usize = 10;
/// Most characters of a value that is counted. Twilio tells no number; an address with a country is far shorter.
const MAX_VALUE: usize = 256;

/// The rate limits of one account.
#[derive(Debug, Default)]
pub(crate) struct RateLimits {
    /// Oldest first.
    by_service: HashMap<String, Vec<RateLimit>>,
    counts: Counts,
}

impl RateLimits {
    /// Those of a service, oldest first.
    pub(crate) fn of_service(&self, service_sid: &str) -> &[RateLimit] {
        self.by_service.get(service_sid).map_or(&[], Vec::as_slice)
    }

    /// One of a service's.
    pub(crate) fn get(&self, service_sid: &str, sid: &str) -> Option<&RateLimit> {
        self.of_service(service_sid).iter().find(|limit| limit.sid == sid)
    }

    /// One of a service's, to change it.
    pub(crate) fn get_mut(&mut self, service_sid: &str, sid: &str) -> Option<&mut RateLimit> {
        self.by_service.get_mut(service_sid)?.iter_mut().find(|limit| limit.sid == sid)
    }

    /// Adds a rate limit to its service.
    ///
    /// # Errors
    /// 60208 when its name is taken, 60207 when there are [`MAX_LIMITS`].
    pub(crate) fn add(&mut self, limit: RateLimit) -> Result<(), TwilioError> {
        let limits = self.by_service.entry(limit.service_sid.clone()).or_default();
        if limits.iter().any(|other| other.unique_name == limit.unique_name) {
            return Err(TwilioError::unique_name_taken());
        }
        if limits.len() >= MAX_LIMITS {
            return Err(TwilioError::too_many_rate_limits());
        }
        limits.push(limit);
        Ok(())
    }

    /// Deletes a rate limit with its buckets. False when there was none.
    pub(crate) fn delete(&mut self, service_sid: &str, sid: &str) -> bool {
        let Some(limits) = self.by_service.get_mut(service_sid) else { return false };
        let Some(index) = limits.iter().position(|limit| limit.sid == sid) else { return false };
        let gone = limits.remove(index);
        self.counts.forget(&gone.buckets);
        true
    }

    /// Deletes a bucket and what it counted. False when there was none.
    pub(crate) fn delete_bucket(&mut self, service_sid: &str, limit_sid: &str, sid: &str) -> bool {
        let Some(limit) = self.get_mut(service_sid, limit_sid) else { return false };
        let Some(index) = limit.buckets.iter().position(|bucket| bucket.sid == sid) else { return false };
        let gone = limit.buckets.remove(index);
        self.counts.forget(&[gone]);
        true
    }

    /// Forgets what was counted; the limits stay.
    pub(crate) fn forget_counts(&mut self) {
        self.counts = Counts::default();
    }

    /// Forgets the rate limits of a deleted service.
    pub(crate) fn forget_service(&mut self, service_sid: &str) {
        for limit in self.by_service.remove(service_sid).unwrap_or_default() {
            self.counts.forget(&limit.buckets);
        }
    }

    /// Lets a start pass and counts it, or refuses it.
    ///
    /// It passes when every bucket of every rate limit that it names has room for the value that it names. A start
    /// that is refused counts nowhere: Twilio says of its 429 that such a request was not processed. One that
    /// passes counts, whatever the verification's own rules then say of it. A name that the service does not know
    /// limits nothing.
    ///
    /// # Errors
    /// 60200 when `RateLimits` is not a JSON object of plain values; 20429.
    pub(crate) fn pass(
        &mut self,
        service_sid: &str,
        form: &Form,
        now: DateTime<Utc>,
    ) -> Result<(), TwilioError> {
        let values = values(form)?;
        let limits = self.by_service.get(service_sid).map_or(&[][..], Vec::as_slice);
        let counted: Vec<(&RateLimit, &Bucket, &str)> = values
            .iter()
            .filter_map(|(name, value)| {
                limits.iter().find(|limit| limit.unique_name == *name).map(|limit| (limit, value))
            })
            .flat_map(|(limit, value)| {
                limit.buckets.iter().map(move |bucket| (limit, bucket, value.as_str()))
            })
            .collect();
        let waits = counted.iter().filter_map(|(limit, bucket, value)| {
            self.counts.wait(bucket, value, now).map(|wait| (wait, &limit.unique_name))
        });
        // Of several that are full, the one that stays full for longest decides when a retry makes sense.
        if let Some((wait, name)) = waits.max_by_key(|(wait, _)| *wait) {
            return Err(TwilioError::rate_limit_reached(name, wait));
        }
        for (_, bucket, value) in counted {
            self.counts.count(bucket, value, now);
        }
        Ok(())
    }
}

impl RateLimit {
    /// Adds a bucket.
    ///
    /// # Errors
    /// 60211 when its interval is taken, 60210 when there are [`MAX_BUCKETS`].
    pub(crate) fn add_bucket(&mut self, bucket: Bucket) -> Result<(), TwilioError> {
        self.check_interval(&bucket)?;
        if self.buckets.len() >= MAX_BUCKETS {
            return Err(TwilioError::too_many_buckets());
        }
        self.buckets.push(bucket);
        Ok(())
    }

    /// Puts a changed bucket in the place of the one with its SID.
    ///
    /// # Errors
    /// 60211 when another one has its interval.
    pub(crate) fn replace_bucket(&mut self, bucket: Bucket) -> Result<(), TwilioError> {
        self.check_interval(&bucket)?;
        if let Some(place) = self.buckets.iter_mut().find(|other| other.sid == bucket.sid) {
            *place = bucket;
        }
        Ok(())
    }

    fn check_interval(&self, bucket: &Bucket) -> Result<(), TwilioError> {
        let taken = |other: &Bucket| other.sid != bucket.sid && other.interval == bucket.interval;
        if self.buckets.iter().any(taken) { Err(TwilioError::interval_taken()) } else { Ok(()) }
    }
}

/// What a start tells in `RateLimits`: JSON in one field, as the official clients send it.
fn values(form: &Form) -> Result<Vec<(String, String)>, TwilioError> {
    let Some(text) = form.get("RateLimits") else { return Ok(Vec::new()) };
    let bad = || TwilioError::invalid("RateLimits", text);
    let object: Map<String, Value> = serde_json::from_str(text).map_err(|_| bad())?;
    let value = |value| match value {
        Value::String(text) if text.chars().count() <= MAX_VALUE => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        _ => Err(bad()),
    };
    object.into_iter().map(|(name, told)| Ok((name, value(told)?))).collect()
}
