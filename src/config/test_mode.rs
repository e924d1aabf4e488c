//! Test mode cannot leak: `serve` sends nothing to a double of Twilio by accident.

use secrecy::ExposeSecret;

use super::{Missing, Settings};

impl Settings {
    /// Notes what belongs to the sandbox, and a Twilio that is not Twilio's own.
    pub(super) fn refuse_test_mode(&self, missing: &mut Missing) {
        let Self { twilio, .. } = self;
        if twilio.base_url.trim_end_matches('/') != twilio_verify::TWILIO_BASE_URL {
            missing.note(format!(
                "COUNTERSIGN__TWILIO__BASE_URL: `serve` speaks to {} alone (--i-am-testing overrides)",
                twilio_verify::TWILIO_BASE_URL
            ));
        }
        let is_word = |secret: &str| secret == twilio_verify_sandbox::AUTH_TOKEN;
        for (variable, is_sandboxs) in [
            ("TWILIO_ACCOUNT_SID", is_sandboxs(&twilio.account_sid)),
            ("TWILIO_AUTH_TOKEN", is_word(twilio.auth_token.expose_secret())),
            ("TWILIO_VERIFICATION_SID", is_sandboxs(&twilio.verify_service_sid)),
            ("COUNTERSIGN__TWILIO__API_KEY_SID", is_sandboxs(&twilio.api_key_sid)),
            ("COUNTERSIGN__TWILIO__API_KEY_SECRET", is_word(twilio.api_key_secret.expose_secret())),
        ] {
            if is_sandboxs {
                missing.note(format!(
                    "{variable}: one of the sandbox's credentials; `countersign dev` uses them by itself"
                ));
            }
        }
    }
}

/// All SIDs that the sandbox knows from the start are made of the same digits: account, API key, service.
fn is_sandboxs(sid: &str) -> bool {
    let digits = |sid: &str| sid.get(2..).map(str::to_ascii_lowercase);
    digits(sid).is_some() && digits(sid) == digits(twilio_verify_sandbox::ACCOUNT_SID)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandboxs_sids_are_known_whatever_they_name() {
        assert!(
            is_sandboxs(twilio_verify_sandbox::ACCOUNT_SID)
                && is_sandboxs(twilio_verify_sandbox::SERVICE_SID)
        );
        assert!(is_sandboxs(&twilio_verify_sandbox::ACCOUNT_SID.replacen("AC", "SK", 1)));
        assert!(is_sandboxs(&twilio_verify_sandbox::ACCOUNT_SID.to_uppercase()));
        for other in ["", "AC", "ä", "AC0123456789abcdef0123456789abcdef"] {
            assert!(!is_sandboxs(other), "{other}");
        }
    }
}
