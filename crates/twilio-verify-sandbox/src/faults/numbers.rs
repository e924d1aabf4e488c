//! The numbers with a meaning: `+1 NPA 555-01xy`, whatever the area code NPA. 555-0100 to 555-0199 are set aside for
//! fiction in every area code, so nobody's phone is among them. The last two digits choose; any other number is
//! like 00. Pure, and nothing is remembered: the number alone decides.

use std::time::Duration;

use actix_web::http::StatusCode;

use crate::phone::channel::Channel;
use crate::twilio::errors::TwilioError;

/// After which time a late message arrives: longer than the patience of a test that does not wait, shorter than a
/// person's.
const LATE: Duration = Duration::from_secs(8);
/// Seconds in the `Retry-After` of a number that is always busy. More than a client should wait before it tries
/// again by itself.
const RETRY_AFTER: u32 = 30;
/// The code of the numbers that always get the same: these digits over and over, as long as the service wants it.
const FIXED_CODE: [char; 2] = ['4', '2'];

/// What a number is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// 00 to 39, and every other number: a random code, at once.
    Ordinary,
    /// 40 to 49: 424242, at once.
    FixedCode,
    /// 50 to 54: a landline.
    Landline,
    /// 55 to 59: in a country that the geo permissions do not allow.
    GeoBlocked,
    /// 60 to 64: with a prefix that Fraud Guard has blocked.
    FraudGuarded,
    /// 65 to 69: has had as many codes as there are.
    TooManySends,
    /// 70 to 74: too many requests, come back later.
    Busy,
    /// 75 to 79: Twilio is down.
    Unavailable,
    /// 80 to 84: the code takes its time.
    Late,
    /// 85 to 89: the code never comes.
    Lost,
    /// 90 to 94: all is well until a code is checked; then the verification is gone.
    GoneAtCheck,
    /// 95 to 99: the code is sent, and whoever asked does not hear of it.
    Unheard,
}

/// What lifts a block of Fraud Guard or of the geo permissions; by SMS only, both of them (Twilio's documentation of
/// `RiskCheck` and of the Safe List).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Exemption {
    /// The caller said `RiskCheck=disable`.
    pub(crate) risk_check_disabled: bool,
    /// The number is on the account's Safe List.
    pub(crate) safe_listed: bool,
}

/// When a message arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// With the answer.
    AtOnce,
    /// After this time.
    After(Duration),
    /// Not at all.
    Never,
}

/// The last two digits of a number with a meaning.
pub(crate) fn ending(to: &str) -> Option<u8> {
    let national = to.strip_prefix("+1").filter(|rest| rest.len() == 10 && rest.is_ascii())?;
    national.get(3..)?.strip_prefix("55501")?.parse().ok()
}

impl Scenario {
    /// What a phone number (E.164) is made for. An address is for nothing in particular.
    pub(crate) fn of(to: &str) -> Self {
        match ending(to).unwrap_or(0) {
            40..=49 => Self::FixedCode,
            50..=54 => Self::Landline,
            55..=59 => Self::GeoBlocked,
            60..=64 => Self::FraudGuarded,
            65..=69 => Self::TooManySends,
            70..=74 => Self::Busy,
            75..=79 => Self::Unavailable,
            80..=84 => Self::Late,
            85..=89 => Self::Lost,
            90..=94 => Self::GoneAtCheck,
            95..=99 => Self::Unheard,
            _ => Self::Ordinary,
        }
    }

    /// Whether a start goes on. Its parameters are good, and no rate limit of the service stands against it.
    ///
    /// Landlines get no SMS and do get calls; whether one has WhatsApp is not Verify's to know. Geo permissions are
    /// about SMS and voice, Fraud Guard about SMS alone (Twilio's documentation of the three).
    ///
    /// # Errors
    /// What Twilio answers.
    pub(crate) fn admit(self, to: &str, channel: Channel, exemption: Exemption) -> Result<(), TwilioError> {
        let by_sms = channel == Channel::Sms;
        let exempt = by_sms && (exemption.risk_check_disabled || exemption.safe_listed);
        let refused = |status, code, retry_after| Err(TwilioError::on_purpose(status, code, retry_after));
        match self {
            Self::Busy => refused(StatusCode::TOO_MANY_REQUESTS, 20429, Some(RETRY_AFTER)),
            Self::Unavailable => refused(StatusCode::SERVICE_UNAVAILABLE, 20503, None),
            Self::GeoBlocked if !exempt && matches!(channel, Channel::Sms | Channel::Call) => {
                refused(StatusCode::FORBIDDEN, 60605, None)
            }
            Self::FraudGuarded if !exempt && by_sms => {
                Err(TwilioError::fraud_guard(to.get(..5).unwrap_or(to)))
            }
            Self::Landline if by_sms => refused(StatusCode::FORBIDDEN, 60205, None),
            Self::TooManySends => refused(StatusCode::TOO_MANY_REQUESTS, 60203, None),
            _ => Ok(()),
        }
    }

    /// The code that this number always gets, of the service's length.
    pub(crate) fn code(self, length: usize) -> Option<String> {
        (self == Self::FixedCode).then(|| FIXED_CODE.iter().cycle().take(length).collect())
    }

    /// When its messages arrive.
    pub(crate) fn delivery(self) -> Delivery {
        match self {
            Self::Late => Delivery::After(LATE),
            Self::Lost => Delivery::Never,
            _ => Delivery::AtOnce,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verification::recipient::is_reachable;

    fn code(scenario: Scenario, channel: Channel, exemption: Exemption) -> Option<u32> {
        scenario.admit("+12015550160", channel, exemption).err().map(|error| error.code())
    }

    #[test]
    fn the_last_two_digits_choose() {
        for (ending, scenario) in [
            (0, Scenario::Ordinary),
            (39, Scenario::Ordinary),
            (40, Scenario::FixedCode),
            (49, Scenario::FixedCode),
            (50, Scenario::Landline),
            (54, Scenario::Landline),
            (55, Scenario::GeoBlocked),
            (60, Scenario::FraudGuarded),
            (65, Scenario::TooManySends),
            (70, Scenario::Busy),
            (75, Scenario::Unavailable),
            (80, Scenario::Late),
            (85, Scenario::Lost),
            (90, Scenario::GoneAtCheck),
            (94, Scenario::GoneAtCheck),
            (95, Scenario::Unheard),
            (99, Scenario::Unheard),
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
    fn what_is_blocked_by_which_channel() {
        use Channel::{Call, Sms, Whatsapp};
        let none = Exemption::default();
        for (scenario, expected) in [
            (Scenario::Ordinary, [None; 3]),
            (Scenario::Landline, [Some(60205), None, None]),
            (Scenario::GeoBlocked, [Some(60605), Some(60605), None]),
            (Scenario::FraudGuarded, [Some(60410), None, None]),
            (Scenario::TooManySends, [Some(60203); 3]),
            (Scenario::Busy, [Some(20429); 3]),
            (Scenario::Unavailable, [Some(20503); 3]),
            (Scenario::Late, [None; 3]),
            (Scenario::Unheard, [None; 3]),
        ] {
            assert_eq!([Sms, Call, Whatsapp].map(|by| code(scenario, by, none)), expected, "{scenario:?}");
        }
    }

    #[test]
    fn an_exemption_lifts_two_blocks_by_sms() {
        for exemption in [
            Exemption { risk_check_disabled: true, safe_listed: false },
            Exemption { risk_check_disabled: false, safe_listed: true },
        ] {
            assert_eq!(code(Scenario::GeoBlocked, Channel::Sms, exemption), None);
            assert_eq!(code(Scenario::FraudGuarded, Channel::Sms, exemption), None);
            assert_eq!(code(Scenario::GeoBlocked, Channel::Call, exemption), Some(60605));
            assert_eq!(code(Scenario::Landline, Channel::Sms, exemption), Some(60205));
            assert_eq!(code(Scenario::TooManySends, Channel::Sms, exemption), Some(60203));
        }
    }

    #[test]
    fn the_fixed_code_has_the_services_length() {
        for (length, expected) in [(4, "4242"), (6, "424242"), (7, "4242424"), (10, "4242424242")] {
            assert_eq!(Scenario::FixedCode.code(length).as_deref(), Some(expected));
        }
        assert_eq!(Scenario::Ordinary.code(6), None);
    }

    /// `tests/api/twilio/numbers.rs` tries every ending on the parser of the API.
    #[test]
    fn one_ending_of_each_meaning_is_valid_wherever_one_is() {
        let number = |area: u32, ending: u32| format!("+1{area}55501{ending:02}");
        let areas: Vec<u32> =
            (200..1000).filter(|area| is_reachable(&number(*area, 0), Channel::Sms)).collect();
        assert!(areas.len() > 350 && areas.contains(&201), "{areas:?}");
        for area in areas {
            let mut endings = [40, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95].into_iter();
            let wrong = endings.find(|ending| !is_reachable(&number(area, *ending), Channel::Sms));
            assert_eq!(wrong, None, "{area}");
        }
    }
}
