//! TOTP factors: their making, their verification, and what they refuse.

use serde_json::json;

use super::*;

pub(super) const IDENTITY: &str = "ff483d1ff591898a9942916050d2ca3f";
/// RFC 6238's secret for SHA-1.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

impl Sandbox {
    /// Asks for a factor of [`IDENTITY`].
    pub(super) async fn ask_for_factor(&self, form: &[(&str, &str)]) -> Answer {
        self.service_post(&format!("/Entities/{IDENTITY}/Factors"), form).await
    }

    /// A TOTP factor with these settings besides, as it was told when it was made.
    pub(super) async fn factor(&self, more: &[(&str, &str)]) -> Value {
        let form = [&[("FriendlyName", "Ada"), ("FactorType", "totp")], more].concat();
        let answer = self.ask_for_factor(&form).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    /// What an authenticator shows.
    pub(super) async fn totp(&self, factor: &Value) -> String {
        let answer = self.get(&format!("/sandbox/totp?factor={}", factor["sid"].as_str().unwrap())).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    }

    /// What becomes of a factor when this code is sent.
    pub(super) async fn verify(&self, factor: &Value, code: &str) -> Answer {
        self.post(&path_of(&factor["url"]), &[("AuthPayload", code)]).await
    }
}

#[tokio::test]
async fn a_factor_is_created_told_and_listed_and_its_secret_only_once() {
    let sandbox = Sandbox::start();
    let form = [
        ("FriendlyName", "John’s Account Name"),
        ("FactorType", "totp"),
        ("Binding.Secret", SECRET),
        ("Metadata", r#"{"os":"Android"}"#),
    ];
    let answer = sandbox.ask_for_factor(&form).await;
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
    assert_eq!(sandbox.ask(Method::GET, &path_of(&factor["url"])).await.json(), factor);
    let list = sandbox.service_get(&format!("/Entities/{IDENTITY}/Factors")).await.json();
    assert_eq!(list["factors"], json!([factor]));
}

#[tokio::test]
async fn the_service_says_how_codes_are_made_unless_the_factor_does() {
    let sandbox = Sandbox::start();
    let form =
        [("Totp.Issuer", "Acme"), ("Totp.TimeStep", "60"), ("Totp.CodeLength", "8"), ("Totp.Skew", "0")];
    assert_eq!(sandbox.service_post("", &form).await.status, 200);
    let factor = sandbox.factor(&[]).await;
    assert_eq!(factor["config"], json!({"alg": "sha1", "skew": 0, "code_length": 8, "time_step": 60}));
    let uri = factor["binding"]["uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/Acme:Ada?secret="), "{uri}");
    assert!(uri.ends_with("&issuer=Acme&algorithm=SHA1&digits=8&period=60"), "{uri}");
    assert_eq!(factor["binding"]["secret"].as_str().unwrap().len(), 32);
    assert_eq!(sandbox.totp(&factor).await.len(), 8);

    let own = [
        ("Config.Alg", "sha256"),
        ("Config.Skew", "2"),
        ("Config.CodeLength", "3"),
        ("Config.TimeStep", "20"),
    ];
    let factor = sandbox.factor(&own).await;
    assert_eq!(factor["config"], json!({"alg": "sha256", "skew": 2, "code_length": 3, "time_step": 20}));
    assert_eq!(sandbox.totp(&factor).await.len(), 3);
}

#[tokio::test]
async fn a_right_code_verifies_once_and_a_wrong_one_is_no_error() {
    let sandbox = Sandbox::start();
    let factor = sandbox.factor(&[]).await;
    let code = sandbox.totp(&factor).await;
    let answer = sandbox.verify(&factor, &wrong(&code)).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("unverified")));
    let answer = sandbox.verify(&factor, &code).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("verified")));
    let told = sandbox.ask(Method::GET, &path_of(&factor["url"])).await.json();
    assert_eq!(told, answer.json());
    // It is for the first time only.
    let answer = sandbox.verify(&factor, &wrong(&code)).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("verified")));
}

#[tokio::test]
async fn the_clock_moves_the_codes() {
    let sandbox = Sandbox::start();
    let factor = sandbox.factor(&[("Config.Skew", "0"), ("Config.CodeLength", "8")]).await;
    let code = sandbox.totp(&factor).await;
    sandbox.post_json("/sandbox/clock", r#"{"advance_seconds": 30}"#).await;
    let next = sandbox.totp(&factor).await;
    assert_ne!(code, next);
    assert_eq!(sandbox.verify(&factor, &code).await.json()["status"], "unverified");
    sandbox.post_json("/sandbox/clock", r#"{"advance_seconds": 30}"#).await;
    assert_eq!(sandbox.verify(&factor, &next).await.json()["status"], "unverified");
    // Another skew counts at once; without it this test would depend on where in a step it began.
    let form = [("Config.Skew", "1"), ("AuthPayload", &sandbox.totp(&factor).await)];
    assert_eq!(sandbox.post(&path_of(&factor["url"]), &form).await.json()["status"], "verified");
}

#[tokio::test]
async fn what_an_update_sends_is_changed() {
    let sandbox = Sandbox::start();
    let factor = sandbox.factor(&[]).await;
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
    assert_eq!(sandbox.ask(Method::GET, &path).await.json(), after);
}

#[tokio::test]
async fn a_deleted_factor_is_gone_with_its_challenges() {
    let sandbox = Sandbox::start();
    let factor = sandbox.verified_factor(&[]).await;
    let challenge = sandbox.challenge(&factor, &[]).await.json();
    for gone in [&challenge["url"], &factor["url"]] {
        assert_eq!(sandbox.ask(Method::GET, &path_of(gone)).await.status, 200);
    }
    let path = path_of(&factor["url"]);
    assert_eq!(sandbox.ask(Method::DELETE, &path).await.status, 204);
    for method in [Method::GET, Method::POST, Method::DELETE] {
        assert_eq!(sandbox.ask(method, &path).await.error(), (404, json!(20404)));
    }
    assert_eq!(sandbox.ask(Method::GET, &path_of(&challenge["url"])).await.error(), (404, json!(20404)));
    let totp = sandbox.get(&format!("/sandbox/totp?factor={}", factor["sid"].as_str().unwrap())).await;
    assert_eq!(totp.error(), (404, json!("not_found")));
}

#[tokio::test]
async fn the_virtual_authenticator_knows_whose_factor_it_is() {
    let sandbox = Sandbox::start();
    let factor = sandbox.factor(&[]).await;
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
