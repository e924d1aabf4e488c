//! Short texts for Twilio's error codes. Faults answer with them. They are for people, so they may differ from Twilio's.

use actix_web::http::StatusCode;

/// Returns Twilio's general code for a status (its error dictionary, 20003 to 20503): 20 and the status, with two
/// exceptions.
pub(crate) fn general_code(status: u16) -> u32 {
    match status {
        401 => 20003,
        405 => 20004,
        other => 20_000 + u32::from(other),
    }
}

/// Returns the message of a code. A code without one has the reason phrase of the status.
pub(crate) fn text(code: u32, status: StatusCode) -> &'static str {
    match code {
        20003 => "Authenticate",
        20004 => "Method not allowed",
        20005 => "Account not active",
        20008 => "Resource not accessible with test account credentials",
        20403 => "Account suspended",
        20429 => "Too many requests",
        20500 => "Internal server error",
        20503 => "Service unavailable",
        21211 => "Invalid 'To' phone number",
        21408 => "Permission to send an SMS has not been enabled for the region of the 'To' number",
        21608 => "The number is unverified: trial accounts send to verified numbers only",
        21610 => "Attempt to send to an unsubscribed recipient",
        21614 => "'To' number is not a valid mobile number",
        60200 => "Invalid parameter",
        60202 => "Max check attempts reached",
        60203 => "Max send attempts reached",
        60204 => "The feature is not enabled for this service",
        60205 => "SMS is not supported by landline phone number",
        60212 => "Too many concurrent requests for phone number",
        60220 => "Destination country needs a vetted use case",
        60221 => "Either `To` or `VerificationSid` is required",
        60223 => "Delivery channel disabled",
        60238 => "Verification creation blocked",
        60300 => "Invalid param",
        60301 => "Entity already exists",
        60302 => "FactorType already exists",
        60306 => "Invalid request",
        60308 => "Challenge verification attempts limit reached",
        60310 => "Factor verification attempts reached",
        60311 => "Factor verification failed",
        60312 => "Challenge creation limit reached",
        60313 => "Unauthorized factor creation",
        60314 => "Factor's binding format is invalid",
        60315 => "Reached max limit of 100 totp factors per entity",
        60317 => "Factor already exists",
        60318 => "Factor is unverified",
        60322 => "Challenge already responded",
        60323 => "Challenge expired",
        60324 => "Challenge verification failed",
        60326 => "Too many requests to create factors for the entity",
        60410 => {
            "Verification delivery attempt blocked: the destination prefix is temporarily blocked because of \
            fraudulent activities"
        }
        60600 => "The number is unprovisioned or out of coverage",
        60601 => "Not authorized to look up Canadian numbers",
        60606 => "The Lookup package is not enabled",
        60605 => {
            "Verification delivery attempt blocked: the destination country is not allowed by the geo permissions"
        }
        _ => status.canonical_reason().unwrap_or("Error"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn general_codes() {
        for (status, code) in
            [(401, 20003), (405, 20004), (404, 20404), (429, 20429), (500, 20500), (503, 20503)]
        {
            assert_eq!(general_code(status), code);
        }
    }

    #[test]
    fn an_unknown_code_has_the_reason_phrase_of_its_status() {
        assert_eq!(text(99_999, StatusCode::BAD_GATEWAY), "Bad Gateway");
        assert_eq!(text(99_999, StatusCode::from_u16(599).unwrap()), "Error");
        assert_eq!(text(60203, StatusCode::BAD_GATEWAY), "Max send attempts reached");
    }
}
