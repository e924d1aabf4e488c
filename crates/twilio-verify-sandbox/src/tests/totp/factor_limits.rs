//! Rejected factors and the limits of factors.

use serde_json::json;

use super::factors::IDENTITY;
use crate::tests::*;
use crate::totp::entity::MAX_FACTORS;

#[tokio::test]
async fn missing_and_invalid_parameters_are_rejected() {
    let sandbox = Sandbox::start();
    let name = ("FriendlyName", "Ada");
    let totp = ("FactorType", "totp");
    let long = "x".repeat(65);
    let object = format!(r#"{{"a":"{}"}}"#, "x".repeat(1_017));
    for (form, status, code) in [
        (&[totp][..], 400, 60300),
        (&[name], 400, 60300),
        (&[("FriendlyName", &long), totp], 400, 60306),
        (&[name, ("FactorType", "sms")], 400, 60306),
        (&[name, ("FactorType", "push")], 403, 60204),
        (&[name, ("FactorType", "passkeys")], 403, 60204),
        (&[name, totp, ("Config.Alg", "SHA1")], 400, 60306),
        (&[name, totp, ("Config.TimeStep", "19")], 400, 60306),
        (&[name, totp, ("Config.CodeLength", "9")], 400, 60306),
        (&[name, totp, ("Config.Skew", "-1")], 400, 60306),
        (&[name, totp, ("Metadata", r#"{"a":1}"#)], 400, 60306),
        (&[name, totp, ("Metadata", &object)], 400, 60306),
        (&[name, totp, ("Binding.Secret", "not base32!")], 400, 60314),
        (&[name, totp, ("Binding.Secret", &"A".repeat(257))], 400, 60314),
    ] {
        assert_eq!(sandbox.post_factor(form).await.error(), (status, json!(code)), "{form:?}");
    }
    // None of these requests created the entity.
    assert_eq!(sandbox.service_get(&format!("/Entities/{IDENTITY}")).await.error(), (404, json!(20404)));
}

#[tokio::test]
async fn errors_contain_no_secret() {
    let sandbox = Sandbox::start();
    let form = [("FriendlyName", "Ada"), ("FactorType", "totp"), ("Binding.Secret", "MY-SECRET")];
    assert!(!sandbox.post_factor(&form).await.text.contains("MY-SECRET"));
    let factor = sandbox.create_factor(&[]).await;
    assert!(!sandbox.verify_factor(&factor, "98765432x").await.text.contains("98765432"));
}

#[tokio::test]
async fn an_entity_cannot_use_a_secret_twice() {
    let sandbox = Sandbox::start();
    let form = [("FriendlyName", "Ada"), ("FactorType", "totp"), ("Binding.Secret", "MZXW6YTBOI")];
    assert_eq!(sandbox.post_factor(&form).await.status, 201);
    assert_eq!(sandbox.post_factor(&form).await.error(), (409, json!(60317)));
    let padded = [("FriendlyName", "Bob"), ("FactorType", "totp"), ("Binding.Secret", "mzxw6ytboi======")];
    assert_eq!(sandbox.post_factor(&padded).await.error(), (409, json!(60317)));
    let other = sandbox.service_post("/Entities/other-identity/Factors", &form).await;
    assert_eq!(other.status, 201);
}

#[tokio::test]
async fn the_sixth_code_is_rejected() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_factor(&[]).await;
    let code = sandbox.totp_code(&factor).await;
    for _ in 0..5 {
        assert_eq!(sandbox.verify_factor(&factor, &wrong_code(&code)).await.json()["status"], "unverified");
    }
    assert_eq!(sandbox.verify_factor(&factor, &code).await.error(), (429, json!(60310)));
    let fetched = sandbox.request(Method::GET, &path_of(&factor["url"])).await.json();
    assert_eq!(fetched["status"], "unverified");
}

#[tokio::test]
async fn factors_are_limited_per_entity_and_per_day() {
    let sandbox = Sandbox::start();
    let mut last = Value::Null;
    for _ in 0..MAX_FACTORS {
        last = sandbox.create_factor(&[]).await;
    }
    let form = [("FriendlyName", "Ada"), ("FactorType", "totp")];
    assert_eq!(sandbox.post_factor(&form).await.error(), (400, json!(60315)));
    assert_eq!(sandbox.request(Method::DELETE, &path_of(&last["url"])).await.status, 204);
    assert_eq!(sandbox.post_factor(&form).await.error(), (429, json!(60326)));
    sandbox.clock.advance(24 * 60 * 60);
    assert_eq!(sandbox.post_factor(&form).await.status, 201);
}

#[tokio::test]
async fn a_fault_can_answer_errors_that_the_sandbox_never_causes() {
    let sandbox = Sandbox::start();
    let factor = sandbox.create_verified_factor(&[]).await;
    for (operation, status, code) in [
        ("CreateNewFactor", 400, 60302),
        ("CreateNewFactor", 403, 60313),
        ("UpdateFactor", 403, 60311),
        ("CreateChallenge", 403, 60324),
    ] {
        let fault = json!({"operation": operation, "fault": "status", "status": status, "code": code});
        sandbox.create_fault(fault).await;
        let answer = match operation {
            "CreateNewFactor" => sandbox.post_factor(&[]).await,
            "UpdateFactor" => sandbox.verify_factor(&factor, "123456").await,
            _ => sandbox.create_challenge(&factor, &[]).await,
        };
        assert_eq!(answer.error(), (status, json!(code)), "{operation}");
    }
}

#[tokio::test]
async fn an_unverified_factor_is_deleted_after_a_day() {
    let sandbox = Sandbox::start();
    let verified = sandbox.create_verified_factor(&[]).await;
    let unverified = sandbox.create_factor(&[]).await;
    let path = format!("/sandbox/totp?factor={}", unverified["sid"].as_str().unwrap());
    sandbox.clock.advance(24 * 60 * 60);
    assert_eq!(sandbox.get(&path).await.error(), (404, json!("not_found")));
    assert_eq!(sandbox.send(Method::DELETE, "/sandbox/clock").await.status, 200);
    assert_eq!(sandbox.get(&path).await.error(), (404, json!("not_found")), "it stays deleted");
    assert_eq!(sandbox.verify_factor(&unverified, "123456").await.error(), (404, json!(20404)));
    assert_eq!(sandbox.request(Method::GET, &path_of(&verified["url"])).await.status, 200);
}
