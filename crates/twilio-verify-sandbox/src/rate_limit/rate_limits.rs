//! The rate limits of an account, and the admission of starts.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::start_counts::StartCounts;
use super::{Bucket, RateLimit};
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// The maximum number of rate limits per service. Twilio documents the error (60207) but not the number.
pub(crate) const MAX_LIMITS: usize = 20;
/// The maximum number of buckets per rate limit. Twilio documents the error (60210) but not the number.
pub(crate) const MAX_BUCKETS: usize = 10;
/// The maximum number of characters of a key's value. Twilio does not document one. IP addresses are far
/// shorter.
const MAX_VALUE: usize = 256;

/// The rate limits of one account.
#[derive(Debug, Default)]
pub(crate) struct RateLimits {
    /// Oldest first.
    by_service: HashMap<String, Vec<RateLimit>>,
    counts: StartCounts,
}

impl RateLimits {
    /// Returns the rate limits of a service, oldest first.
    pub(crate) fn of_service(&self, service_sid: &str) -> &[RateLimit] {
        self.by_service.get(service_sid).map_or(&[], Vec::as_slice)
    }

    /// Returns a rate limit of a service.
    pub(crate) fn get(&self, service_sid: &str, sid: &str) -> Option<&RateLimit> {
        self.of_service(service_sid).iter().find(|limit| limit.sid == sid)
    }

    /// Returns a rate limit of a service for updates.
    pub(crate) fn get_mut(&mut self, service_sid: &str, sid: &str) -> Option<&mut RateLimit> {
        self.by_service.get_mut(service_sid)?.iter_mut().find(|limit| limit.sid == sid)
    }

    /// Adds a rate limit to its service.
    ///
    /// # Errors
    /// 60208 if the name is taken, 60207 if the service has [`MAX_LIMITS`].
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

    /// Deletes a rate limit with its buckets. Returns whether it existed.
    pub(crate) fn delete(&mut self, service_sid: &str, sid: &str) -> bool {
        let Some(limits) = self.by_service.get_mut(service_sid) else { return false };
        let Some(index) = limits.iter().position(|limit| limit.sid == sid) else { return false };
        let deleted = limits.remove(index);
        self.counts.remove(&deleted.buckets);
        true
    }

    /// Deletes a bucket with its counts. Returns whether it existed.
    pub(crate) fn delete_bucket(&mut self, service_sid: &str, limit_sid: &str, sid: &str) -> bool {
        let Some(limit) = self.get_mut(service_sid, limit_sid) else { return false };
        let Some(index) = limit.buckets.iter().position(|bucket| bucket.sid == sid) else { return false };
        let deleted = limit.buckets.remove(index);
        self.counts.remove(&[deleted]);
        true
    }

    /// Resets the counts and keeps the limits.
    pub(crate) fn reset_counts(&mut self) {
        self.counts = StartCounts::default();
    }

    /// Removes the rate limits of a deleted service.
    pub(crate) fn remove_service(&mut self, service_sid: &str) {
        for limit in self.by_service.remove(service_sid).unwrap_or_default() {
            self.counts.remove(&limit.buckets);
        }
    }

    /// Admits a start and counts it.
    ///
    /// The start is admitted if no bucket of the rate limits in its form is full. A rejected start does not
    /// count: Twilio says of its 429 that such a request was not processed. An admitted start counts even if
    /// the verification rejects it later. Names that the service does not know are ignored.
    ///
    /// # Errors
    /// 60200 if `RateLimits` is not a JSON object of simple values, 20429 if a bucket is full.
    pub(crate) fn admit(
        &mut self,
        service_sid: &str,
        form: &Form,
        now: DateTime<Utc>,
    ) -> Result<(), TwilioError> {
        let values = parse_values(form)?;
        let limits = self.by_service.get(service_sid).map_or(&[][..], Vec::as_slice);
        let affected: Vec<(&RateLimit, &Bucket, &str)> = values
            .iter()
            .filter_map(|(name, value)| {
                limits.iter().find(|limit| limit.unique_name == *name).map(|limit| (limit, value))
            })
            .flat_map(|(limit, value)| {
                limit.buckets.iter().map(move |bucket| (limit, bucket, value.as_str()))
            })
            .collect();
        let full = affected.iter().filter_map(|(limit, bucket, value)| {
            self.counts.retry_after(bucket, value, now).map(|seconds| (seconds, &limit.unique_name))
        });
        // A retry succeeds when no bucket is full, so the longest wait counts.
        if let Some((retry_after, name)) = full.max_by_key(|(seconds, _)| *seconds) {
            return Err(TwilioError::rate_limit_reached(name, retry_after));
        }
        for (_, bucket, value) in affected {
            self.counts.count(bucket, value, now);
        }
        Ok(())
    }
}

impl RateLimit {
    /// Adds a bucket.
    ///
    /// # Errors
    /// 60211 if the interval is taken, 60210 if the rate limit has [`MAX_BUCKETS`].
    pub(crate) fn add_bucket(&mut self, bucket: Bucket) -> Result<(), TwilioError> {
        self.ensure_interval_free(&bucket)?;
        if self.buckets.len() >= MAX_BUCKETS {
            return Err(TwilioError::too_many_buckets());
        }
        self.buckets.push(bucket);
        Ok(())
    }

    /// Replaces the bucket with the same SID.
    ///
    /// # Errors
    /// 60211 if another bucket has the same interval.
    pub(crate) fn replace_bucket(&mut self, bucket: Bucket) -> Result<(), TwilioError> {
        self.ensure_interval_free(&bucket)?;
        if let Some(place) = self.buckets.iter_mut().find(|other| other.sid == bucket.sid) {
            *place = bucket;
        }
        Ok(())
    }

    fn ensure_interval_free(&self, bucket: &Bucket) -> Result<(), TwilioError> {
        let has_interval = |other: &Bucket| other.sid != bucket.sid && other.interval == bucket.interval;
        if self.buckets.iter().any(has_interval) { Err(TwilioError::interval_taken()) } else { Ok(()) }
    }
}

/// Parses `RateLimits`, a JSON object in one form field, as Twilio's clients send it.
fn parse_values(form: &Form) -> Result<Vec<(String, String)>, TwilioError> {
    let Some(text) = form.get("RateLimits") else { return Ok(Vec::new()) };
    let invalid = || TwilioError::invalid("RateLimits", text);
    let object: Map<String, Value> = serde_json::from_str(text).map_err(|_| invalid())?;
    let value = |value| match value {
        Value::String(text) if text.chars().count() <= MAX_VALUE => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        _ => Err(invalid()),
    };
    object.into_iter().map(|(name, json)| Ok((name, value(json)?))).collect()
}
