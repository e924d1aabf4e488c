//! The Safe List: the phone numbers that Fraud Guard and the geo permissions never block.

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::phone::channel::Channel;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;
use crate::verification::recipient::is_reachable;

/// The maximum number of entries per account. The oldest are evicted first.
const CAPACITY: usize = 10_000;

/// An entry of the Safe List.
#[derive(Clone, Debug)]
pub(crate) struct SafeNumber {
    /// `GN…`.
    sid: String,
    /// The number in E.164 format.
    pub(crate) phone_number: String,
}

impl SafeNumber {
    /// Reads a number to add from a form.
    ///
    /// # Errors
    /// 60200 if it is not a valid phone number.
    pub(crate) fn from_form(sid: String, form: &Form) -> Result<Self, TwilioError> {
        let number = form.get("PhoneNumber").unwrap_or_default();
        if !is_reachable(number, Channel::Sms) {
            return Err(TwilioError::invalid("PhoneNumber", number));
        }
        Ok(Self { sid, phone_number: number.to_owned() })
    }

    /// Returns the resource in Twilio's format. `base` is the scheme and authority of this server.
    pub(crate) fn to_json(&self, base: &str) -> Value {
        json!({
            "sid": self.sid,
            "phone_number": self.phone_number,
            "url": format!("{base}/v2/SafeList/Numbers/{}", self.phone_number),
        })
    }
}

/// The Safe List of an account.
#[derive(Debug, Default)]
pub(crate) struct SafeList {
    oldest_first: VecDeque<SafeNumber>,
}

impl SafeList {
    /// Returns the entry of a number.
    pub(crate) fn get(&self, phone_number: &str) -> Option<&SafeNumber> {
        self.oldest_first.iter().find(|entry| entry.phone_number == phone_number)
    }

    /// Adds a number that the list does not contain.
    pub(crate) fn add(&mut self, number: SafeNumber) {
        if self.oldest_first.len() >= CAPACITY {
            self.oldest_first.pop_front();
        }
        self.oldest_first.push_back(number);
    }

    /// Removes a number. Returns whether the list contained it.
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
    fn the_oldest_entry_is_evicted() {
        let mut list = SafeList::default();
        for n in 0..=CAPACITY {
            list.add(SafeNumber { sid: "GN".into(), phone_number: format!("+{n}") });
        }
        assert_eq!(list.oldest_first.len(), CAPACITY);
        assert!(list.get("+0").is_none() && list.get("+1").is_some());
    }

    #[test]
    fn a_number_is_deleted_once() {
        let mut list = SafeList::default();
        let form = Form::from_pairs([("PhoneNumber", "+12015550123")]);
        list.add(SafeNumber::from_form("GN".into(), &form).unwrap());
        assert!(list.delete("+12015550123") && !list.delete("+12015550123"));
        assert!(SafeNumber::from_form("GN".into(), &Form::from_pairs([("PhoneNumber", "123")])).is_err());
    }
}
