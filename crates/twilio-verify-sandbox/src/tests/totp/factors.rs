//! TOTP factors: creation, verification, updates and deletion.

use serde_json::json;

use crate::tests::*;

pub(super) const IDENTITY: &str = "ff483d1ff591898a9942916050d2ca3f";
/// The SHA-1 secret of RFC 6238.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

impl Sandbox {
    /// Posts a form to the factors of [`IDENTITY`].
    pub(super) async fn post_factor(&self, form: &[(&str, &str)]) -> Answer {
        self.service_post(&format!("/Entities/{IDENTITY}/Factors"), form).await
    }

    /// Creates a TOTP factor with additional parameters and returns the response body.
    pub(super) async fn create_factor(&self, more: &[(&str, &str)]) -> Value {
        let form = [&[("FriendlyName", "Ada"), ("FactorType", "totp")], more].concat();
        let answer = self.post_factor(&form).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    /// Returns the code that an authenticator shows now.
    pub(super) async fn totp_code(&self, factor: &Value) -> String {
        let answer = self.get(&format!("/sandbox/totp?factor={}", factor["sid"].as_str().unwrap())).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    }

    /// Sends a code to verify a factor.
    pub(super) async fn verify_factor(&self, factor: &Value, code: &str) -> Answer {
        self.post(&path_of(&factor["url"]), &[("AuthPayload", code)]).await
    }
}

#[tokio::test]
async fn the_secret_of_a_factor_is_returned_only_at_creation() {
    let sandbox = Sandbox::start();
    let form = [
        ("FriendlyName", "John’s Account Name"),
        ("FactorType", "totp"),
        ("Binding.Secret", SECRET),
        ("Metadata", r#"{"os":"Android"}"#),
    ];
    let answer = sandbox.post_factor(&form).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let mut factor = answer.json();
    let sid = factor["sid"].as_str().unwrap().to_owned();
    let url = sandbox.url(&format!("/v2/Services/{SERVICE_SID}/Entities/{IDENTITY}/Factors/{sid}"));
    let entity = sandbox.service_get(&format!("/Entities/{IDENTITY}")).await.json();
    assert!(is_sid("YF", &factor["sid"]) && is_date(&factor["date_created"]));
    let expected = json!({
        "sid": sid, "account_sid": ACCOUNT_SID, "service_sid": SERVICE_SID, "entity_sid": entity["sid"],
        "identity": IDENTITY, "date_created": factor["date_created"], "date_updated": factor["date_created"],
        "friendly_name": "John’s Account Name", "status": "unverified", "factor_type": "totp",
        "config": {"alg": "sha1", "skew": 1, "code_length": 6, "time_step": 30},
        "metadata": {"os": "Android"}, "url": url, "options": null,
        "binding": {
            "secret": SECRET,
            "uri": format!(
                "otpauth://totp/countersign:John%E2%80%99s%20Account%20Name?secret={SECRET}\
                 &issuer=countersign&algorithm=SHA1&digits=6&period=30"
            ),
        },
    });
    assert_eq!(factor, expected);
    factor.as_object_mut().unwrap().retain(|member, _| member != "binding" && member != "options");
    assert_eq!(sandbox.request(Method::GET, &path_of(&factor["url"])).await.json(), factor);
    let list = sandbox.service_get(&format!("/Entities/{IDENTITY}/Factors")).await.json();
    assert_eq!(list["factors"], json!([factor]));
}

#[tokio::test]
async fn the_configuration_of_a_factor_overrides_the_service() {
    let sandbox = Sandbox::start();
    let form =
        [("Totp.Issuer", "Acme"), ("Totp.TimeStep", "60"), ("Totp.CodeLength", "8"), ("Totp.Skew", "0")];
    assert_eq!(sandbox.service_post("", &form).await.status, 200);
    let factor = sandbox.create_factor(&[]).await;
    assert_eq!(factor["config"], json!({"alg": "sha1", "skew": 0, "code_length": 8, "time_step": 60}));
    let uri = factor["binding"]["uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/Acme:Ada?secret="), "{uri}");
    assert!(uri.ends_with("&issuer=Acme&algorithm=SHA1&digits=8&period=60"), "{uri}");
    assert_eq!(factor["binding"]["secret"].as_str().unwrap().len(), 32);
    assert_eq!(sandbox.totp_code(&factor).await.len(), 8);

    let own = [
        ("Config.Alg", "sha256"),
        ("Config.Skew", "2"),
        ("Config.CodeLength", "3"),
        ("Config.TimeStep", "20"),
    ];
    let factor = sandbox.create_factor(&own).await;
    assert_eq!(factor["config"], json!({"alg": "sha256", "skew": 2, "code_length": 3, "time_step": 20}));
    assert_eq!(sandbox.totp_code(&factor).await.len(), 3);
}

#[tokio::test]
async fn the_right_code_verifies_and_a_wrong_one_is_not_an_error() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_factor(&[]).await;
    let code = sandbox.totp_code(&factor).await;
    let answer = sandbox.verify_factor(&factor, &wrong_code(&code)).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("unverified")));
    let answer = sandbox.verify_factor(&factor, &code).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("verified")));
    let fetched = sandbox.request(Method::GET, &path_of(&factor["url"])).await.json();
    assert_eq!(fetched, answer.json());
    // A verified factor ignores further codes.
    let answer = sandbox.verify_factor(&factor, &wrong_code(&code)).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("verified")));
}

#[tokio::test]
async fn moving_the_clock_changes_the_codes() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_factor(&[("Config.Skew", "0"), ("Config.CodeLength", "8")]).await;
    let code = sandbox.totp_code(&factor).await;
    sandbox.post_json("/sandbox/clock", r#"{"advance_seconds": 30}"#).await;
    let next = sandbox.totp_code(&factor).await;
    assert_ne!(code, next);
    assert_eq!(sandbox.verify_factor(&factor, &code).await.json()["status"], "unverified");
    sandbox.post_json("/sandbox/clock", r#"{"advance_seconds": 30}"#).await;
    assert_eq!(sandbox.verify_factor(&factor, &next).await.json()["status"], "unverified");
    // The new skew applies immediately. Without it, the result would depend on when in a step the test
    // started.
    let form = [("Config.Skew", "1"), ("AuthPayload", &sandbox.totp_code(&factor).await)];
    assert_eq!(sandbox.post(&path_of(&factor["url"]), &form).await.json()["status"], "verified");
}

#[tokio::test]
async fn an_update_changes_the_sent_values_only() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_factor(&[]).await;
    let path = path_of(&factor["url"]);
    sandbox.clock.advance(5);
    let change = [
        ("FriendlyName", "Ada's telephone"),
        ("Config.Alg", "sha512"),
        ("Config.TimeStep", "60"),
        ("Config.NotificationToken", "for push factors only"),
    ];
    let after = sandbox.post(&path, &change).await.json();
    assert_eq!(after["config"], json!({"alg": "sha512", "skew": 1, "code_length": 6, "time_step": 60}));
    assert_eq!(
        (&after["friendly_name"], &after["status"]),
        (&json!("Ada's telephone"), &json!("unverified"))
    );
    assert_ne!(after["date_updated"], factor["date_updated"]);
    for (name, value) in [
        ("Config.Alg", "md5"),
        ("Config.TimeStep", "61"),
        ("Config.Skew", "3"),
        ("Config.CodeLength", "2"),
        ("FriendlyName", &"x".repeat(65)),
        ("AuthPayload", "12"),
        ("AuthPayload", "123456789"),
        ("AuthPayload", "12345a"),
    ] {
        assert_eq!(
            sandbox.post(&path, &[(name, value)]).await.error(),
            (400, json!(60306)),
            "{name}={value}"
        );
    }
    assert_eq!(sandbox.request(Method::GET, &path).await.json(), after);
}

#[tokio::test]
async fn deleting_a_factor_deletes_its_challenges() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_verified_factor(&[]).await;
    let challenge = sandbox.create_challenge(&factor, &[]).await.json();
    for url in [&challenge["url"], &factor["url"]] {
        assert_eq!(sandbox.request(Method::GET, &path_of(url)).await.status, 200);
    }
    let path = path_of(&factor["url"]);
    assert_eq!(sandbox.request(Method::DELETE, &path).await.status, 204);
    for method in [Method::GET, Method::POST, Method::DELETE] {
        assert_eq!(sandbox.request(method, &path).await.error(), (404, json!(20404)));
    }
    assert_eq!(sandbox.request(Method::GET, &path_of(&challenge["url"])).await.error(), (404, json!(20404)));
    let totp = sandbox.get(&format!("/sandbox/totp?factor={}", factor["sid"].as_str().unwrap())).await;
    assert_eq!(totp.error(), (404, json!("not_found")));
}

#[tokio::test]
async fn the_virtual_authenticator_filters_by_account() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_factor(&[]).await;
    let path = format!("/sandbox/totp?factor={}", factor["sid"].as_str().unwrap());
    let here = sandbox.get(&format!("{path}&account={ACCOUNT_SID}")).await;
    assert_eq!((here.status, here.text.len()), (200, 6));
    assert_eq!(here.headers["content-type"], "text/plain; charset=utf-8");
    let there = sandbox.get(&format!("{path}&account=AC{}", "0".repeat(32))).await;
    assert_eq!(there.error(), (404, json!("not_found")));
    for bad in ["/sandbox/totp", "/sandbox/totp?factor=YF1", &format!("{path}&account=AC1")] {
        assert_eq!(sandbox.get(bad).await.error(), (422, json!("validation_failed")), "{bad}");
    }
}
