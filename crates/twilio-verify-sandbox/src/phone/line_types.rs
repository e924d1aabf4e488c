//! The answers of Lookup v2. They depend on the number's format, and for magic numbers on the last two digits. Pure.

use rlibphonenumber::{
    PHONE_NUMBER_UTIL, ParseError, PhoneNumberFormat, PhoneNumberType, Region, ValidationError,
};
use serde_json::{Value, json};

use crate::faults::numbers::last_two_digits;
use crate::twilio::errors::TwilioError;

/// The packages that are offered; `validation` is part of every answer.
const OFFERED: [&str; 2] = ["validation", LINE_TYPE];
const LINE_TYPE: &str = "line_type_intelligence";
/// Twilio's other packages (its OpenAPI description of Lookup v2).
const NOT_OFFERED: [&str; 9] = [
    "caller_name",
    "sim_swap",
    "call_forwarding",
    "line_status",
    "identity_match",
    "reassigned_number",
    "sms_pumping_risk",
    "phone_number_quality_score",
    "pre_fill",
];
/// The error code in an answer: unprovisioned, or out of coverage.
const NOT_COVERED: u32 = 60600;
/// The test network (ITU-T E.212: country code 001 and network code 01 are reserved for tests).
const TEST_NETWORK: (&str, &str) = ("001", "01");

/// The query of a request.
#[derive(Debug)]
pub(crate) struct Query {
    region: Region,
    line_type: bool,
}

/// A line type with Twilio's name, and an error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    kind: Option<&'static str>,
    error: Option<u32>,
}

impl Query {
    /// Reads a query. `fields` are separated by commas. `country` is that of numbers without a country code; the default
    /// is the United States.
    ///
    /// # Errors
    /// 60200 for a word that Twilio does not know, 60606 for a package that is not offered.
    pub(crate) fn new(fields: Option<&str>, country: Option<&str>) -> Result<Self, TwilioError> {
        let words = || fields.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty());
        if let Some(word) = words().find(|word| NOT_OFFERED.contains(word)) {
            return Err(TwilioError::package_not_enabled(word));
        }
        if let Some(word) = words().find(|word| !OFFERED.contains(word)) {
            return Err(TwilioError::invalid("Fields", word));
        }
        let region = match country {
            None => Region::US,
            Some(code) => region_of(code).ok_or_else(|| TwilioError::invalid("CountryCode", code))?,
        };
        Ok(Self { region, line_type: words().any(|word| word == LINE_TYPE) })
    }

    /// Returns the answer for a number. `base` is the scheme and authority of this server.
    pub(crate) fn answer(&self, written: &str, base: &str) -> Value {
        let parsed = PHONE_NUMBER_UTIL.parse(written, Some(self.region));
        let number = match &parsed {
            Err(error) => return resource(written, base, json!({ "validation_errors": [unread(error)] })),
            Ok(number) if !number.is_valid() => {
                let why = number.is_possible_with_reason().err();
                return resource(written, base, json!({ "validation_errors": [unfit(why.as_ref())] }));
            }
            Ok(number) => number,
        };
        let e164 = number.format_as(PhoneNumberFormat::E164);
        let region = number.get_region_code().filter(|region| *region != Region::World);
        let known = json!({
            "valid": true,
            "calling_country_code": number.country_code.to_string(),
            "country_code": region.map(|region| region.to_string()),
            "national_format": number.format_as(PhoneNumberFormat::National),
            "line_type_intelligence": self.line_type.then(|| Line::of(&e164, number.get_type()).to_json()),
        });
        resource(&e164, base, known)
    }
}

impl Line {
    fn of(e164: &str, kind: PhoneNumberType) -> Self {
        let known = |kind| Self { kind: Some(kind), error: None };
        match last_two_digits(e164) {
            Some(25..=29) => Self { kind: None, error: Some(NOT_COVERED) },
            Some(30..=34) => known("nonFixedVoip"),
            Some(35..=39) => known("premium"),
            Some(50..=54) => known("landline"),
            _ => known(word(kind)),
        }
    }

    /// Returns the carrier, which four types have. Only mobile phones have network codes.
    fn to_json(self) -> Value {
        let has_carrier = matches!(self.kind, Some("mobile" | "landline" | "fixedVoip" | "nonFixedVoip"));
        let network = (self.kind == Some("mobile")).then_some(TEST_NETWORK);
        json!({
            "error_code": self.error,
            "mobile_country_code": network.map(|(country, _)| country),
            "mobile_network_code": network.map(|(_, network)| network),
            "carrier_name": has_carrier.then_some("Sandbox"),
            "type": self.kind,
        })
    }
}

/// Returns the region with that ISO 3166-1 alpha-2 code, if it has phone numbers.
fn region_of(code: &str) -> Option<Region> {
    let region = Region::from_code(code).ok()?;
    PHONE_NUMBER_UTIL.get_supported_regions().find(|supported| *supported == region)
}

/// Returns Twilio's name of a type. A number that may be fixed or mobile counts as mobile.
fn word(kind: PhoneNumberType) -> &'static str {
    match kind {
        PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile => "mobile",
        PhoneNumberType::FixedLine => "landline",
        PhoneNumberType::VoIP => "fixedVoip",
        PhoneNumberType::PersonalNumber => "personal",
        PhoneNumberType::TollFree => "tollFree",
        PhoneNumberType::PremiumRate => "premium",
        PhoneNumberType::SharedCost => "sharedCost",
        PhoneNumberType::UAN => "uan",
        PhoneNumberType::VoiceMail => "voicemail",
        PhoneNumberType::Pager => "pager",
        PhoneNumberType::Unknown => "unknown",
    }
}

fn unread(error: &ParseError) -> &'static str {
    match error {
        ParseError::InvalidCountryCode => "INVALID_COUNTRY_CODE",
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => "TOO_SHORT",
        ParseError::TooLongNsn => "TOO_LONG",
        _ => "NOT_A_NUMBER",
    }
}

fn unfit(why: Option<&ValidationError>) -> &'static str {
    match why {
        Some(ValidationError::InvalidCountryCode) => "INVALID_COUNTRY_CODE",
        Some(ValidationError::TooShort) => "TOO_SHORT",
        Some(ValidationError::TooLong) => "TOO_LONG",
        Some(_) => "INVALID_LENGTH",
        None => "INVALID_BUT_POSSIBLE",
    }
}

/// Returns Twilio's resource with all its members. Unknown ones are null.
fn resource(phone_number: &str, base: &str, known: Value) -> Value {
    let mut resource = json!({
        "calling_country_code": null,
        "country_code": null,
        "phone_number": phone_number,
        "national_format": null,
        "valid": false,
        "validation_errors": null,
        "line_type_intelligence": null,
        "url": format!("{base}/v2/PhoneNumbers/{phone_number}"),
    });
    if let (Some(members), Value::Object(known)) = (resource.as_object_mut(), known) {
        members.extend(NOT_OFFERED.map(|package| (package.to_owned(), Value::Null)));
        members.extend(known);
    }
    resource
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_type(number: &str) -> Value {
        Query::new(Some(LINE_TYPE), None).unwrap().answer(number, "")["line_type_intelligence"]["type"]
            .clone()
    }

    #[test]
    fn the_type_follows_from_the_number() {
        for (number, expected) in [
            ("+12015550100", "mobile"),
            ("+12015550130", "nonFixedVoip"),
            ("+12015550135", "premium"),
            ("+12015550150", "landline"),
            ("+12015550175", "mobile"),
            ("+447400123456", "mobile"),
            ("+442079460958", "landline"),
            ("+445612345678", "fixedVoip"),
            ("+18002345678", "tollFree"),
            ("+449090123456", "premium"),
            ("+447012345678", "personal"),
            ("+491771990000", "mobile"),
        ] {
            assert_eq!(line_type(number), expected, "{number}");
        }
        assert_eq!(line_type("+12015550125"), Value::Null);
    }

    #[test]
    fn what_is_no_number_is_told_why() {
        let query = Query::new(Some(LINE_TYPE), None).unwrap();
        for (written, why) in [
            ("+141599299600", "TOO_LONG"),
            ("+1415", "TOO_SHORT"),
            ("+999123456789", "INVALID_COUNTRY_CODE"),
            ("+15555555555", "INVALID_BUT_POSSIBLE"),
            ("ada", "NOT_A_NUMBER"),
        ] {
            let answer = query.answer(written, "");
            assert_eq!(answer["validation_errors"], json!([why]), "{written}");
            assert_eq!((&answer["valid"], &answer[LINE_TYPE]), (&json!(false), &Value::Null), "{written}");
        }
    }

    #[test]
    fn a_number_without_country_code_is_of_the_country_that_is_named() {
        let phone =
            |country, written| Query::new(None, country).unwrap().answer(written, "")["phone_number"].clone();
        assert_eq!(phone(None, "(201) 555-0123"), "+12015550123");
        assert_eq!(phone(Some("GB"), "020 7946 0958"), "+442079460958");
        assert!(Query::new(None, Some("XX")).is_err());
    }
}
