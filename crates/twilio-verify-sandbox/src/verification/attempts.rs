//! Verification attempts: Twilio's log of sent codes. It is derived from the ledger.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::ledger::Ledger;
use super::{SendAttempt, Status, Verification, recipient};
use crate::phone::channel::Channel;
use crate::twilio::date::date;

/// How long the log keeps an attempt (Twilio's documentation of the resource).
const RETENTION: TimeDelta = TimeDelta::days(30);

/// One sent code and its verification.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt<'a> {
    /// The verification.
    pub(crate) verification: &'a Verification,
    /// The sent code.
    pub(crate) send: &'a SendAttempt,
}

/// Returns the attempts in the log in no particular order.
pub(crate) fn all(ledger: &Ledger, now: DateTime<Utc>) -> impl Iterator<Item = Attempt<'_>> {
    ledger
        .all()
        .flat_map(|verification| verification.sends.iter().map(move |send| Attempt { verification, send }))
        .filter(move |attempt| now - attempt.send.at < RETENTION)
}

impl Attempt<'_> {
    /// Returns whether this attempt led to the approval of its verification.
    ///
    /// Of several attempts, the last one counts: all have the same code, and the user asked again because the
    /// earlier ones failed. Twilio does not document which one counts.
    pub(crate) fn is_converted(&self) -> bool {
        self.verification.status == Status::Approved
            && self.verification.sends.last().is_some_and(|last| last.attempt_sid == self.send.attempt_sid)
    }

    /// Returns the country of the recipient (ISO 3166-1 alpha-2).
    pub(crate) fn country(&self) -> Option<String> {
        recipient::country(&self.verification.to)
    }

    /// Returns the resource in Twilio's format. `base` is the scheme and authority of this server.
    ///
    /// The price is 0. Values that only a carrier knows are null.
    pub(crate) fn to_json(self, account_sid: &str, base: &str, now: DateTime<Utc>) -> Value {
        let Self { verification, send } = self;
        let converted = self.is_converted();
        let updated_at = if converted { verification.updated_at } else { send.at };
        json!({
            "sid": send.attempt_sid,
            "account_sid": account_sid,
            "service_sid": verification.service_sid,
            "verification_sid": verification.sid,
            "date_created": date(send.at),
            "date_updated": date(updated_at),
            "conversion_status": if converted { "converted" } else { "unconverted" },
            "channel": send.channel,
            "price": { "value": "0", "currency": "usd" },
            "channel_data": self.channel_data(now),
            "url": format!("{base}/v2/Attempts/{}", send.attempt_sid),
        })
    }

    fn channel_data(&self, now: DateTime<Utc>) -> Value {
        let Self { verification, send } = self;
        let (message_status, call_status) = match send.channel {
            Channel::Call => (None, Some("completed")),
            Channel::Sms | Channel::Whatsapp | Channel::Email => (Some("delivered"), None),
        };
        json!({
            "verification_sid": verification.sid,
            "to": verification.to,
            "status": self.status(now),
            "message_status": message_status,
            "call_status": call_status,
            "error_code": null,
            "country": self.country(),
            "code_length": verification.code.chars().count(),
            "locale": send.locale,
            "mcc": null,
            "mnc": null,
            "carrier": null,
        })
    }

    fn status(&self, now: DateTime<Utc>) -> &'static str {
        if self.is_converted() {
            "confirmed"
        } else if self.verification.is_expired(now) {
            "expired"
        } else {
            "unconfirmed"
        }
    }
}

/// The number of attempts, and of those that led to an approval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    total: u32,
    converted: u32,
}

impl Summary {
    /// Summarizes attempts.
    pub(crate) fn of<'a>(attempts: impl Iterator<Item = Attempt<'a>>) -> Self {
        attempts.fold(Self::default(), |sum, attempt| Self {
            total: sum.total + 1,
            converted: sum.converted + u32::from(attempt.is_converted()),
        })
    }

    /// Returns the resource in Twilio's format. `base` is the scheme and authority of this server.
    pub(crate) fn to_json(self, base: &str) -> Value {
        json!({
            "total_attempts": self.total,
            "total_converted": self.converted,
            "total_unconverted": self.total - self.converted,
            "conversion_rate_percentage": self.conversion_rate(),
            "url": format!("{base}/v2/Attempts/Summary"),
        })
    }

    /// Returns the percentage with nine decimals, as in Twilio's example. It is 0 without attempts.
    fn conversion_rate(self) -> String {
        format!("{:.9}", 100.0 * f64::from(self.converted) / f64::from(self.total.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verification::ledger::NewVerification;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn send(n: i64) -> SendAttempt {
        SendAttempt {
            attempt_sid: format!("VL{n}"),
            channel: Channel::Sms,
            locale: "es".into(),
            payment: None,
            at: at(n),
        }
    }

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        let new = NewVerification { sid: "VE".into(), code: "123456".into() };
        for n in 1..=3 {
            ledger.start("VA", "+573003003030", send(n), new.clone()).unwrap();
        }
        ledger
    }

    fn resources(ledger: &Ledger, now: i64) -> Vec<Value> {
        let mut resources: Vec<_> =
            all(ledger, at(now)).map(|attempt| attempt.to_json("AC", "", at(now))).collect();
        resources.sort_by_key(|attempt| attempt["sid"].to_string());
        resources
    }

    #[test]
    fn the_last_attempt_before_the_approval_is_converted() {
        let mut ledger = ledger();
        assert!(resources(&ledger, 4).iter().all(|attempt| attempt["conversion_status"] == "unconverted"));
        ledger.check("VA", "VE", "123456", at(5)).unwrap();
        let attempts = resources(&ledger, 6);
        let column = |name: &str| attempts.iter().map(|attempt| attempt[name].clone()).collect::<Vec<_>>();
        assert_eq!(column("conversion_status"), ["unconverted", "unconverted", "converted"]);
        assert_eq!(attempts[2]["date_updated"], "1970-01-01T00:00:05Z");
        assert_eq!(attempts[0]["date_updated"], attempts[0]["date_created"]);
        assert_eq!(attempts[2]["channel_data"]["status"], "confirmed");
        assert_eq!(attempts[0]["channel_data"]["country"], "CO");
        let summary = Summary::of(all(&ledger, at(6)));
        assert_eq!(summary, Summary { total: 3, converted: 1 });
        assert_eq!(summary.conversion_rate(), "33.333333333");
        assert_eq!(Summary::default().conversion_rate(), "0.000000000");
    }

    #[test]
    fn attempts_expire_and_are_removed_from_the_log() {
        let ledger = ledger();
        assert_eq!(resources(&ledger, 4)[0]["channel_data"]["status"], "unconfirmed");
        assert_eq!(resources(&ledger, 601)[2]["channel_data"]["status"], "expired");
        assert_eq!(resources(&ledger, 30 * 24 * 60 * 60 + 2).len(), 1);
    }
}
