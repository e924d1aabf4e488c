//! Test numbers: `+1 NPA 555-01xy` with any area code NPA. 555-0100 to 555-0199 are reserved for fiction in
//! every area code, so they belong to no phone. The last two digits determine the behavior. Any other number
//! behaves like 00. Pure: the behavior depends on the number alone.

use std::time::Duration;

use actix_web::http::StatusCode;

use crate::phone::channel::Channel;
use crate::twilio::errors::TwilioError;

/// The delay of a late message: long enough for tests to notice, short enough for people to wait.
const LATE: Duration = Duration::from_secs(8);
/// The seconds in `Retry-After` of a rate-limited number: longer than a client should wait before it retries
/// by itself.
const RETRY_AFTER: u32 = 30;
/// The digits of the fixed code, repeated up to the code length of the service.
const FIXED_CODE: [char; 2] = ['4', '2'];

/// The behavior of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// 00 to 39, and every other number: receives a random code immediately.
    Ordinary,
    /// 40 to 49: receives the code 424242 immediately.
    FixedCode,
    /// 50 to 54: is a landline.
    Landline,
    /// 55 to 59: is in a country that the geo permissions block.
    GeoBlocked,
    /// 60 to 64: has a prefix that Fraud Guard blocks.
    FraudBlocked,
    /// 65 to 69: has reached the maximum number of sends.
    TooManySends,
    /// 70 to 74: is rate limited.
    RateLimited,
    /// 75 to 79: Twilio is unavailable.
    Unavailable,
    /// 80 to 84: receives the code late.
    DeliveredLate,
    /// 85 to 89: never receives the code.
    NeverDelivered,
    /// 90 to 94: loses its verification when a code is checked.
    LostAtCheck,
    /// 95 to 99: receives the code, but the connection closes without a response.
    SentThenDropped,
}

/// The reasons to skip the blocks of Fraud Guard and the geo permissions. They apply to SMS only (Twilio's
/// documentation of `RiskCheck` and of the Safe List).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Exemption {
    /// The caller sent `RiskCheck=disable`.
    pub(crate) risk_check_disabled: bool,
    /// The number is on the account's Safe List.
    pub(crate) safe_listed: bool,
}

/// When a message arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryTime {
    /// Before the response.
    Immediately,
    /// After this duration.
    After(Duration),
    /// Not at all.
    Never,
}

/// Returns the last two digits of a test number.
pub(crate) fn last_two_digits(to: &str) -> Option<u8> {
    let national = to.strip_prefix("+1").filter(|rest| rest.len() == 10 && rest.is_ascii())?;
    national.get(3..)?.strip_prefix("55501")?.parse().ok()
}

impl Scenario {
    /// Returns the behavior of a phone number (E.164). Email addresses are ordinary.
    pub(crate) fn of(to: &str) -> Self {
        match last_two_digits(to).unwrap_or(0) {
            40..=49 => Self::FixedCode,
            50..=54 => Self::Landline,
            55..=59 => Self::GeoBlocked,
            60..=64 => Self::FraudBlocked,
            65..=69 => Self::TooManySends,
            70..=74 => Self::RateLimited,
            75..=79 => Self::Unavailable,
            80..=84 => Self::DeliveredLate,
            85..=89 => Self::NeverDelivered,
            90..=94 => Self::LostAtCheck,
            95..=99 => Self::SentThenDropped,
            _ => Self::Ordinary,
        }
    }

    /// Ensures that this number allows a start, after the parameters and the service's rate limits have been
    /// checked.
    ///
    /// A landline receives calls but no SMS. Verify does not know whether it has WhatsApp. Geo permissions
    /// apply to SMS and calls, Fraud Guard to SMS only (Twilio's documentation of the three).
    ///
    /// # Errors
    /// Twilio's error for this number: 20429, 20503, 60203, 60205, 60410 or 60605.
    pub(crate) fn ensure_start_allowed(
        self,
        to: &str,
        channel: Channel,
        exemption: Exemption,
    ) -> Result<(), TwilioError> {
        let by_sms = channel == Channel::Sms;
        let exempt = by_sms && (exemption.risk_check_disabled || exemption.safe_listed);
        let error = |status, code, retry_after| Err(TwilioError::on_purpose(status, code, retry_after));
        match self {
            Self::RateLimited => error(StatusCode::TOO_MANY_REQUESTS, 20429, Some(RETRY_AFTER)),
            Self::Unavailable => error(StatusCode::SERVICE_UNAVAILABLE, 20503, None),
            Self::GeoBlocked if !exempt && matches!(channel, Channel::Sms | Channel::Call) => {
                error(StatusCode::FORBIDDEN, 60605, None)
            }
            Self::FraudBlocked if !exempt && by_sms => {
                Err(TwilioError::fraud_guard(to.get(..5).unwrap_or(to)))
            }
            Self::Landline if by_sms => error(StatusCode::FORBIDDEN, 60205, None),
            Self::TooManySends => error(StatusCode::TOO_MANY_REQUESTS, 60203, None),
            _ => Ok(()),
        }
    }

    /// Returns the fixed code of this number, with the code length of the service.
    pub(crate) fn code(self, length: usize) -> Option<String> {
        (self == Self::FixedCode).then(|| FIXED_CODE.iter().cycle().take(length).collect())
    }

    /// Returns when messages to this number arrive.
    pub(crate) fn delivery_time(self) -> DeliveryTime {
        match self {
            Self::DeliveredLate => DeliveryTime::After(LATE),
            Self::NeverDelivered => DeliveryTime::Never,
            _ => DeliveryTime::Immediately,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verification::recipient::is_reachable;

    fn code(scenario: Scenario, channel: Channel, exemption: Exemption) -> Option<u32> {
        scenario.ensure_start_allowed("+12015550160", channel, exemption).err().map(|error| error.code())
    }

    #[test]
    fn the_last_two_digits_determine_the_scenario() {
        for (ending, scenario) in [
            (0, Scenario::Ordinary),
            (39, Scenario::Ordinary),
            (40, Scenario::FixedCode),
            (49, Scenario::FixedCode),
            (50, Scenario::Landline),
            (54, Scenario::Landline),
            (55, Scenario::GeoBlocked),
            (60, Scenario::FraudBlocked),
            (65, Scenario::TooManySends),
            (70, Scenario::RateLimited),
            (75, Scenario::Unavailable),
            (80, Scenario::DeliveredLate),
            (85, Scenario::NeverDelivered),
            (90, Scenario::LostAtCheck),
            (94, Scenario::LostAtCheck),
            (95, Scenario::SentThenDropped),
            (99, Scenario::SentThenDropped),
        ] {
            for area in [201, 415, 907] {
                assert_eq!(Scenario::of(&format!("+1{area}55501{ending:02}")), scenario, "{ending}");
            }
        }
        for other in
            ["+12015560199", "+4420155501999", "+442015550199", "+120155501990", "ada@example.org", ""]
        {
            assert_eq!(Scenario::of(other), Scenario::Ordinary, "{other}");
        }
    }

    #[test]
    fn each_scenario_blocks_its_channels() {
        use Channel::{Call, Sms, Whatsapp};
        let none = Exemption::default();
        for (scenario, expected) in [
            (Scenario::Ordinary, [None; 3]),
            (Scenario::Landline, [Some(60205), None, None]),
            (Scenario::GeoBlocked, [Some(60605), Some(60605), None]),
            (Scenario::FraudBlocked, [Some(60410), None, None]),
            (Scenario::TooManySends, [Some(60203); 3]),
            (Scenario::RateLimited, [Some(20429); 3]),
            (Scenario::Unavailable, [Some(20503); 3]),
            (Scenario::DeliveredLate, [None; 3]),
            (Scenario::SentThenDropped, [None; 3]),
        ] {
            assert_eq!([Sms, Call, Whatsapp].map(|by| code(scenario, by, none)), expected, "{scenario:?}");
        }
    }

    #[test]
    fn an_exemption_lifts_the_geo_and_fraud_blocks_of_sms() {
        for exemption in [
            Exemption { risk_check_disabled: true, safe_listed: false },
            Exemption { risk_check_disabled: false, safe_listed: true },
        ] {
            assert_eq!(code(Scenario::GeoBlocked, Channel::Sms, exemption), None);
            assert_eq!(code(Scenario::FraudBlocked, Channel::Sms, exemption), None);
            assert_eq!(code(Scenario::GeoBlocked, Channel::Call, exemption), Some(60605));
            assert_eq!(code(Scenario::Landline, Channel::Sms, exemption), Some(60205));
            assert_eq!(code(Scenario::TooManySends, Channel::Sms, exemption), Some(60203));
        }
    }

    #[test]
    fn the_fixed_code_has_the_code_length_of_the_service() {
        for (length, expected) in [(4, "4242"), (6, "424242"), (7, "4242424"), (10, "4242424242")] {
            assert_eq!(Scenario::FixedCode.code(length).as_deref(), Some(expected));
        }
        assert_eq!(Scenario::Ordinary.code(6), None);
    }

    /// `tests/api/twilio/numbers.rs` tries every ending with the parser of the API.
    #[test]
    fn every_valid_area_code_has_a_valid_number_of_each_scenario() {
        let number = |area: u32, ending: u32| format!("+1{area}55501{ending:02}");
        let areas: Vec<u32> =
            (200..1000).filter(|area| is_reachable(&number(*area, 0), Channel::Sms)).collect();
        assert!(areas.len() > 350 && areas.contains(&201), "{areas:?}");
        for area in areas {
            let mut endings = [40, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95].into_iter();
            let invalid = endings.find(|ending| !is_reachable(&number(area, *ending), Channel::Sms));
            assert_eq!(invalid, None, "{area}");
        }
    }
}
