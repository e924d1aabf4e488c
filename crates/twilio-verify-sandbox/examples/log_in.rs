//! A program that logs a user in with Twilio Verify, and its tests: `cargo test --example log_in`.

use reqwest::{Client, Response};
use serde::Deserialize;

/// Twilio's address and the credentials.
struct Twilio {
    base_url: String,
    account_sid: String,
    auth_token: String,
    service_sid: String,
}

#[derive(Deserialize)]
struct VerificationCheck {
    status: String,
}

impl Twilio {
    async fn post(&self, path: &str, form: &[(&str, &str)]) -> reqwest::Result<Response> {
        let url = format!("{}/v2/Services/{}/{path}", self.base_url, self.service_sid);
        let request = Client::new().post(url).basic_auth(&self.account_sid, Some(&self.auth_token));
        request.form(form).send().await?.error_for_status()
    }

    async fn send_code(&self, to: &str) -> reqwest::Result<()> {
        self.post("Verifications", &[("To", to), ("Channel", "sms")]).await.map(drop)
    }

    async fn is_right(&self, to: &str, code: &str) -> reqwest::Result<bool> {
        let response = self.post("VerificationCheck", &[("To", to), ("Code", code)]).await?;
        Ok(response.json::<VerificationCheck>().await?.status == "approved")
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [account_sid, auth_token, service_sid, to] = ["ACCOUNT_SID", "AUTH_TOKEN", "SERVICE_SID", "TO"]
        .map(|name| std::env::var(name).unwrap_or_default());
    let base_url = "https://verify.twilio.com".to_owned();
    let twilio = Twilio { base_url, account_sid, auth_token, service_sid };
    twilio.send_code(&to).await?;
    let mut code = String::new();
    std::io::stdin().read_line(&mut code)?;
    if twilio.is_right(&to, code.trim()).await? { Ok(()) } else { Err("wrong code".into()) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use twilio_verify_sandbox::{Effect, NewFault, OperationKind, Sandbox};

    use super::*;

    const PHONE: &str = "+12015550123";

    fn twilio(sandbox: &Sandbox) -> Twilio {
        Twilio {
            base_url: sandbox.url(),
            account_sid: sandbox.account_sid().into(),
            auth_token: sandbox.auth_token().into(),
            service_sid: sandbox.service_sid().into(),
        }
    }

    #[tokio::test]
    async fn the_code_from_the_phone_is_right_and_expires() {
        let sandbox = Sandbox::start().await.unwrap();
        let twilio = twilio(&sandbox);
        twilio.send_code(PHONE).await.unwrap();
        let code = sandbox.wait_for_code(PHONE, Duration::from_secs(5)).await.unwrap();
        assert!(!twilio.is_right(PHONE, "0000").await.unwrap());
        assert!(twilio.is_right(PHONE, &code).await.unwrap());

        twilio.send_code(PHONE).await.unwrap();
        let code = sandbox.code_to(PHONE).unwrap();
        sandbox.clock().advance(Duration::from_secs(10 * 60)).unwrap();
        assert_eq!(twilio.is_right(PHONE, &code).await.unwrap_err().status().unwrap(), 404);
    }

    #[tokio::test]
    async fn an_outage_is_an_error() {
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.faults().make(NewFault::new(OperationKind::Start, Effect::status(503))).unwrap();
        let error = twilio(&sandbox).send_code(PHONE).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 503);
        assert!(sandbox.messages().is_empty());
    }
}
