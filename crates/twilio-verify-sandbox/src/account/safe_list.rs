//! The phone numbers that an account never wants blocked, in any of its services.

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::phone::channel::Channel;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;
use crate::verification::recipient::is_reachable;

/// How many numbers one account remembers; the oldest go first.
const CAPACITY: usize = 10_000;

/// One number of the list.
#[derive(Clone, Debug)]
pub(crate) struct SafeNumber {
    /// `GN…`.
    sid: String,
    /// E.164.
    pub(crate) phone_number: String,
}

impl SafeNumber {
    /// The number that a form asks for.
    ///
    /// # Errors
    /// 60200 when it is no phone number.
    pub(crate) fn from_form(sid: String, form: &Form) -> Result<Self, TwilioError> {
        let number = form.get("PhoneNumber").unwrap_or_default();
        if !is_reachable(number, Channel::Sms) {
            return Err(TwilioError::invalid("PhoneNumber", number));
        }
        Ok(Self { sid, phone_number: number.to_owned() })
    }

    /// The resource as Twilio tells it; `base` is the scheme and authority of this server.
    pub(crate) fn to_json(&self, base: &str) -> Value {
        json!({
            "sid": self.sid,
            "phone_number": self.phone_number,
            "url": format!("{base}/v2/SafeList/Numbers/{}", self.phone_number),
        })
    }
}

/// The Safe List of one account.
#[derive(Debug, Default)]
pub(crate) struct SafeList {
    oldest_first: VecDeque<SafeNumber>,
}

impl SafeList {
    /// The entry of a number.
    pub(crate) fn get(&self, phone_number: &str) -> Option<&SafeNumber> {
        self.oldest_first.iter().find(|entry| entry.phone_number == phone_number)
    }

    /// Adds a number that is not there yet.
    pub(crate) fn add(&mut self, number: SafeNumber) {
        if self.oldest_first.len() >= CAPACITY {
            self.oldest_first.pop_front();
        }
        self.oldest_first.push_back(number);
    }

    /// Removes a number. False when it was not there.
    pub(crate) fn delete(&mut self, phone_number: &str) -> bool {
        let before = self.oldest_first.len();
        self.oldest_first.retain(|entry| entry.phone_number != phone_number);
        self.oldest_first.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let mut list = SafeList::default();
        for n in 0..=CAPACITY {
            list.add(SafeNumber { sid: "GN".into(), phone_number: format!("+{n}") });
        }
        assert_eq!(list.oldest_first.len(), CAPACITY);
        assert!(list.get("+0").is_none() && list.get("+1").is_some());
    }

    #[test]
    fn a_deleted_number_is_gone() {
        let (mut list, form) = (SafeList::default(), Form::from_pairs([("PhoneNumber", "+12015550123")]));
        list.add(SafeNumber::from_form("GN".into(), &form).unwrap());
        assert!(list.delete("+12015550123") && !list.delete("+12015550123"));
        assert!(SafeNumber::from_form("GN".into(), &Form::from_pairs([("PhoneNumber", "123")])).is_err());
    }
}
