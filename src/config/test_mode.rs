//! Keeps `serve` from using a test double of Twilio by accident.

use secrecy::ExposeSecret;

use super::{Problems, Settings};

impl Settings {
    /// Rejects credentials of the sandbox and every base URL except that of Twilio.
    pub(super) fn reject_test_mode(&self, problems: &mut Problems) {
        let Self { twilio, .. } = self;
        if twilio.base_url.trim_end_matches('/') != twilio_verify::TWILIO_BASE_URL {
            problems.note(format!(
                "COUNTERSIGN__TWILIO__BASE_URL: `serve` accepts only {}. Remove this setting, or pass --i-am-testing.",
                twilio_verify::TWILIO_BASE_URL
            ));
        }
        let is_sandbox_secret = |secret: &str| secret == twilio_verify_sandbox::AUTH_TOKEN;
        for (variable, belongs_to_sandbox) in [
            ("TWILIO_ACCOUNT_SID", is_sandbox_sid(&twilio.account_sid)),
            ("TWILIO_AUTH_TOKEN", is_sandbox_secret(twilio.auth_token.expose_secret())),
            ("TWILIO_VERIFICATION_SID", is_sandbox_sid(&twilio.verify_service_sid)),
            ("COUNTERSIGN__TWILIO__API_KEY_SID", is_sandbox_sid(&twilio.api_key_sid)),
            ("COUNTERSIGN__TWILIO__API_KEY_SECRET", is_sandbox_secret(twilio.api_key_secret.expose_secret())),
        ] {
            if belongs_to_sandbox {
                problems.note(format!(
                    "{variable}: this is one of the sandbox's credentials. Use your own; only `countersign dev` uses those."
                ));
            }
        }
    }
}

/// Whether a SID is one of the sandbox's. Its account, API key and service have SIDs with the same digits.
fn is_sandbox_sid(sid: &str) -> bool {
    let digits = |sid: &str| sid.get(2..).map(str::to_ascii_lowercase);
    digits(sid).is_some() && digits(sid) == digits(twilio_verify_sandbox::ACCOUNT_SID)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sids_of_the_sandbox_are_recognized() {
        assert!(
            is_sandbox_sid(twilio_verify_sandbox::ACCOUNT_SID)
                && is_sandbox_sid(twilio_verify_sandbox::SERVICE_SID)
        );
        assert!(is_sandbox_sid(&twilio_verify_sandbox::ACCOUNT_SID.replacen("AC", "SK", 1)));
        assert!(is_sandbox_sid(&twilio_verify_sandbox::ACCOUNT_SID.to_uppercase()));
        for other in ["", "AC", "ä", "AC0123456789abcdef0123456789abcdef"] {
            assert!(!is_sandbox_sid(other), "{other}");
        }
    }
}
