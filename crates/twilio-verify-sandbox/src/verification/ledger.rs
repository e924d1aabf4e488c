//! The verifications of an account. Pure: the time is an argument.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};

use super::{SendAttempt, Status, Verification, VerificationError};

/// The maximum number of verifications per account. The oldest are evicted first; they live for ten minutes.
pub(crate) const CAPACITY: usize = 10_000;

/// The SID and code for a verification, if a start has to create one.
#[derive(Clone, Debug)]
pub(crate) struct NewVerification {
    /// `VE…`.
    pub(crate) sid: String,
    /// The code. Must differ from [`Ledger::previous_code`].
    pub(crate) code: String,
}

/// All verifications of an account.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    by_sid: HashMap<String, Verification>,
    /// The newest verification of each service and recipient.
    latest: HashMap<(String, String), String>,
    oldest_first: VecDeque<String>,
}

impl Ledger {
    /// Returns the last code to this recipient, in any status. A new verification must have another code.
    pub(crate) fn previous_code(&self, service_sid: &str, to: &str) -> Option<&str> {
        let sid = self.latest.get(&(service_sid.into(), to.into()))?;
        self.by_sid.get(sid).map(|verification| verification.code.as_str())
    }

    /// Returns the recipient of the verification with this SID, in any status.
    pub(crate) fn recipient(&self, sid: &str) -> Option<&str> {
        self.by_sid.get(sid).map(|verification| verification.to.as_str())
    }

    /// Sends the pending code again, or creates a verification from `new`.
    ///
    /// # Errors
    /// [`VerificationError::TooManySends`] and [`VerificationError::TooManyChecks`] if the pending
    /// verification has reached a limit. It must expire first.
    pub(crate) fn start(
        &mut self,
        service_sid: &str,
        to: &str,
        send: SendAttempt,
        new: NewVerification,
    ) -> Result<&Verification, VerificationError> {
        let key = (service_sid.to_owned(), to.to_owned());
        let pending = self
            .latest
            .get(&key)
            .filter(|sid| self.by_sid.get(*sid).is_some_and(|verification| verification.is_pending(send.at)))
            .cloned();
        let sid = if let Some(sid) = pending {
            self.by_sid.get_mut(&sid).ok_or(VerificationError::NotFound)?.resend(send)?;
            sid
        } else {
            let NewVerification { sid, code } = new;
            let verification = Verification::new(sid.clone(), service_sid.into(), to.into(), code, send);
            self.evict_oldest();
            self.by_sid.insert(sid.clone(), verification);
            self.latest.insert(key, sid.clone());
            self.oldest_first.push_back(sid.clone());
            sid
        };
        self.by_sid.get(&sid).ok_or(VerificationError::NotFound)
    }

    /// Returns all stored verifications in no particular order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Verification> {
        self.by_sid.values()
    }

    /// Checks a code for the verification with SID or recipient `key`. Its status shows whether the code was
    /// right.
    ///
    /// # Errors
    /// See [`Verification::check`].
    pub(crate) fn check(
        &mut self,
        service_sid: &str,
        key: &str,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<&Verification, VerificationError> {
        let verification = self.find(service_sid, key)?;
        verification.check(code, now)?;
        Ok(verification)
    }

    /// Returns the verification with SID or recipient `key`.
    ///
    /// # Errors
    /// [`VerificationError::NotFound`] if it is approved, expired or does not exist.
    pub(crate) fn fetch(
        &mut self,
        service_sid: &str,
        key: &str,
        now: DateTime<Utc>,
    ) -> Result<&Verification, VerificationError> {
        let verification = self.find(service_sid, key)?;
        if verification.is_visible(now) { Ok(verification) } else { Err(VerificationError::NotFound) }
    }

    /// Sets the status of the verification with SID or recipient `key` to approved or canceled.
    ///
    /// # Errors
    /// [`VerificationError::NotFound`] if it is not pending.
    pub(crate) fn end(
        &mut self,
        service_sid: &str,
        key: &str,
        status: Status,
        now: DateTime<Utc>,
    ) -> Result<&Verification, VerificationError> {
        let verification = self.find(service_sid, key)?;
        verification.end(status, now)?;
        Ok(verification)
    }

    /// Expires the pending verification with SID or recipient `key`, if `condition` holds for its recipient.
    pub(crate) fn expire_if(&mut self, service_sid: &str, key: &str, condition: impl Fn(&str) -> bool) {
        let Ok(verification) = self.find(service_sid, key) else { return };
        if verification.status == Status::Pending && condition(&verification.to) {
            verification.status = Status::Expired;
        }
    }

    /// Handles a clock that goes back from `moved` to `real`. See [`Verification::rewind`].
    pub(crate) fn rewind(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        for verification in self.by_sid.values_mut() {
            verification.rewind(moved, real);
        }
    }

    /// Finds a verification by SID or recipient, as Twilio's paths do.
    fn find(&mut self, service_sid: &str, key: &str) -> Result<&mut Verification, VerificationError> {
        let sid = self.latest.get(&(service_sid.to_owned(), key.to_owned())).map_or(key, String::as_str);
        self.by_sid
            .get_mut(sid)
            .filter(|verification| verification.service_sid == service_sid)
            .ok_or(VerificationError::NotFound)
    }

    fn evict_oldest(&mut self) {
        while self.by_sid.len() >= CAPACITY {
            let Some(sid) = self.oldest_first.pop_front() else { return };
            let Some(evicted) = self.by_sid.remove(&sid) else { continue };
            let key = (evicted.service_sid, evicted.to);
            if self.latest.get(&key) == Some(&sid) {
                self.latest.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::phone::channel::Channel;

    fn send(seconds: i64) -> SendAttempt {
        let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        SendAttempt {
            attempt_sid: "VL".into(),
            channel: Channel::Sms,
            locale: "en".into(),
            payment: None,
            at,
        }
    }

    fn new(n: usize) -> NewVerification {
        NewVerification { sid: format!("VE{n}"), code: format!("{n:06}") }
    }

    #[test]
    fn services_and_recipients_are_isolated() {
        let mut ledger = Ledger::default();
        let now = send(0).at;
        ledger.start("VA1", "+1", send(0), new(1)).unwrap();
        ledger.start("VA2", "+1", send(0), new(2)).unwrap();
        ledger.start("VA1", "+2", send(0), new(3)).unwrap();
        assert_eq!(ledger.fetch("VA1", "+1", now).unwrap().sid, "VE1");
        assert_eq!(ledger.fetch("VA2", "+1", now).unwrap().sid, "VE2");
        assert_eq!(ledger.fetch("VA1", "VE3", now).unwrap().to, "+2");
        assert_eq!(ledger.fetch("VA2", "VE3", now).unwrap_err(), VerificationError::NotFound);
    }

    #[test]
    fn the_oldest_verification_is_evicted() {
        let mut ledger = Ledger::default();
        for n in 0..=CAPACITY {
            ledger.start("VA", &format!("+{n}"), send(0), new(n)).unwrap();
        }
        assert_eq!((ledger.by_sid.len(), ledger.latest.len()), (CAPACITY, CAPACITY));
        assert_eq!(ledger.fetch("VA", "+0", send(0).at).unwrap_err(), VerificationError::NotFound);
        assert_eq!(ledger.fetch("VA", "+1", send(0).at).unwrap().code, "000001");
    }
}
