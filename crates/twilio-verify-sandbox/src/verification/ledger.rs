//! The verifications of one account: which one a request means, and how many are remembered. Pure, as
//! [`super`] is.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};

use super::{Refusal, Send, Status, Verification};

/// How many verifications one account remembers. They live ten minutes, so the oldest can go first.
pub(crate) const CAPACITY: usize = 10_000;

/// Names for a verification that may have to be made.
#[derive(Clone, Debug)]
pub(crate) struct Fresh {
    /// `VE…`.
    pub(crate) sid: String,
    /// Its code; not the one of [`Ledger::previous_code`].
    pub(crate) code: String,
}

/// Every verification of an account.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    by_sid: HashMap<String, Verification>,
    /// The newest of each service and recipient.
    latest: HashMap<(String, String), String>,
    oldest_first: VecDeque<String>,
}

impl Ledger {
    /// The code that went last to this recipient, whatever became of it: a new start must have another one.
    pub(crate) fn previous_code(&self, service_sid: &str, to: &str) -> Option<&str> {
        let sid = self.latest.get(&(service_sid.into(), to.into()))?;
        self.by_sid.get(sid).map(|verification| verification.code.as_str())
    }

    /// Whom the verification of that SID is about, whatever became of it.
    pub(crate) fn recipient(&self, sid: &str) -> Option<&str> {
        self.by_sid.get(sid).map(|verification| verification.to.as_str())
    }

    /// Sends the pending code again, or starts a verification named by `fresh`.
    ///
    /// # Errors
    /// [`Refusal::TooManySends`], [`Refusal::TooManyChecks`]: the pending one must expire first.
    pub(crate) fn start(
        &mut self,
        service_sid: &str,
        to: &str,
        send: Send,
        fresh: Fresh,
    ) -> Result<&Verification, Refusal> {
        let key = (service_sid.to_owned(), to.to_owned());
        let pending = self
            .latest
            .get(&key)
            .filter(|sid| self.by_sid.get(*sid).is_some_and(|verification| verification.is_pending(send.at)))
            .cloned();
        let sid = if let Some(sid) = pending {
            self.by_sid.get_mut(&sid).ok_or(Refusal::NotFound)?.resend(send)?;
            sid
        } else {
            let Fresh { sid, code } = fresh;
            let verification = Verification::new(sid.clone(), service_sid.into(), to.into(), code, send);
            self.make_room();
            self.by_sid.insert(sid.clone(), verification);
            self.latest.insert(key, sid.clone());
            self.oldest_first.push_back(sid.clone());
            sid
        };
        self.by_sid.get(&sid).ok_or(Refusal::NotFound)
    }

    /// Every verification that is remembered, in no order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Verification> {
        self.by_sid.values()
    }

    /// Looks at an answer for the verification that `key` names. Its status tells whether the code was right.
    ///
    /// # Errors
    /// When the answer is not looked at.
    pub(crate) fn check(
        &mut self,
        service_sid: &str,
        key: &str,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<&Verification, Refusal> {
        let verification = self.find(service_sid, key)?;
        verification.check(code, now)?;
        Ok(verification)
    }

    /// The verification that `key` names, where it can still be seen.
    ///
    /// # Errors
    /// [`Refusal::NotFound`].
    pub(crate) fn fetch(
        &mut self,
        service_sid: &str,
        key: &str,
        now: DateTime<Utc>,
    ) -> Result<&Verification, Refusal> {
        let verification = self.find(service_sid, key)?;
        if verification.is_visible(now) { Ok(verification) } else { Err(Refusal::NotFound) }
    }

    /// Ends the verification that `key` names by the caller's word.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when it is not pending.
    pub(crate) fn end(
        &mut self,
        service_sid: &str,
        key: &str,
        status: Status,
        now: DateTime<Utc>,
    ) -> Result<&Verification, Refusal> {
        let verification = self.find(service_sid, key)?;
        verification.end(status, now)?;
        Ok(verification)
    }

    /// The pending verification that `key` names is gone, if the one whom it is about is such that it `goes`.
    pub(crate) fn lose(&mut self, service_sid: &str, key: &str, goes: impl Fn(&str) -> bool) {
        let found = self.find(service_sid, key).ok().filter(|verification| goes(&verification.to));
        if let Some(verification) = found.filter(|verification| verification.status == Status::Pending) {
            verification.status = Status::Expired;
        }
    }

    /// See [`Verification::rewind`].
    pub(crate) fn rewind(&mut self, moved: DateTime<Utc>, real: DateTime<Utc>) {
        self.by_sid.values_mut().for_each(|verification| verification.rewind(moved, real));
    }

    /// `key` is a SID or a recipient, as in Twilio's paths.
    fn find(&mut self, service_sid: &str, key: &str) -> Result<&mut Verification, Refusal> {
        let sid = self.latest.get(&(service_sid.to_owned(), key.to_owned())).map_or(key, String::as_str);
        self.by_sid
            .get_mut(sid)
            .filter(|verification| verification.service_sid == service_sid)
            .ok_or(Refusal::NotFound)
    }

    fn make_room(&mut self) {
        while self.by_sid.len() >= CAPACITY {
            let Some(sid) = self.oldest_first.pop_front() else { return };
            let Some(gone) = self.by_sid.remove(&sid) else { continue };
            let key = (gone.service_sid, gone.to);
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

    fn send(seconds: i64) -> Send {
        let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        Send { attempt_sid: "VL".into(), channel: Channel::Sms, locale: "en".into(), payment: None, at }
    }

    fn fresh(n: usize) -> Fresh {
        Fresh { sid: format!("VE{n}"), code: format!("{n:06}") }
    }

    #[test]
    fn services_and_recipients_are_apart() {
        let (mut ledger, now) = (Ledger::default(), send(0).at);
        ledger.start("VA1", "+1", send(0), fresh(1)).unwrap();
        ledger.start("VA2", "+1", send(0), fresh(2)).unwrap();
        ledger.start("VA1", "+2", send(0), fresh(3)).unwrap();
        assert_eq!(ledger.fetch("VA1", "+1", now).unwrap().sid, "VE1");
        assert_eq!(ledger.fetch("VA2", "+1", now).unwrap().sid, "VE2");
        assert_eq!(ledger.fetch("VA1", "VE3", now).unwrap().to, "+2");
        assert_eq!(ledger.fetch("VA2", "VE3", now).unwrap_err(), Refusal::NotFound);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut ledger = Ledger::default();
        for n in 0..=CAPACITY {
            ledger.start("VA", &format!("+{n}"), send(0), fresh(n)).unwrap();
        }
        assert_eq!((ledger.by_sid.len(), ledger.latest.len()), (CAPACITY, CAPACITY));
        assert_eq!(ledger.fetch("VA", "+0", send(0).at).unwrap_err(), Refusal::NotFound);
        assert_eq!(ledger.fetch("VA", "+1", send(0).at).unwrap().code, "000001");
    }
}
