//! Lookup v2, on the wire.

use serde_json::json;

use super::*;

const NUMBER: &str = "/v2/PhoneNumbers/+12015550123";

#[tokio::test]
async fn a_look_up_has_all_of_twilios_members() {
    let sandbox = Sandbox::start();
    let expected = |line_type: Value| {
        json!({
            "calling_country_code": "1", "country_code": "US", "phone_number": PHONE,
            "national_format": "(201) 555-0123", "valid": true, "validation_errors": null, "caller_name": null,
            "sim_swap": null, "call_forwarding": null, "line_status": null, "line_type_intelligence": line_type,
            "identity_match": null, "reassigned_number": null, "sms_pumping_risk": null,
            "phone_number_quality_score": null, "pre_fill": null, "url": sandbox.url(NUMBER),
        })
    };
    let mobile = json!({
        "error_code": null, "mobile_country_code": "001", "mobile_network_code": "01", "carrier_name": "Sandbox",
        "type": "mobile",
    });
    for (path, line_type) in [
        (NUMBER.to_owned(), Value::Null),
        (format!("{NUMBER}?Fields=validation"), Value::Null),
        (format!("{NUMBER}?Fields=line_type_intelligence"), mobile.clone()),
        ("/v2/PhoneNumbers/%2B12015550123?Fields=validation,line_type_intelligence".into(), mobile),
    ] {
        let answer = sandbox.ask(Method::GET, &path).await;
        assert_eq!((answer.status, answer.json()), (200, expected(line_type)), "{path}");
    }
}

#[tokio::test]
async fn numbers_with_a_meaning_have_a_type_of_their_own() {
    let sandbox = Sandbox::start();
    for (ending, line_type, code) in [
        (25, Value::Null, json!(60600)),
        (30, json!("nonFixedVoip"), Value::Null),
        (35, json!("premium"), Value::Null),
        (50, json!("landline"), Value::Null),
    ] {
        let path = format!("/v2/PhoneNumbers/+120155501{ending}?Fields=line_type_intelligence");
        let told = sandbox.ask(Method::GET, &path).await.json()["line_type_intelligence"].clone();
        assert_eq!((&told["type"], &told["error_code"]), (&line_type, &code), "{ending}");
        assert_eq!(told["mobile_network_code"], Value::Null);
    }
}

#[tokio::test]
async fn a_number_that_is_none_is_an_answer_and_no_error() {
    let sandbox = Sandbox::start();
    let path = "/v2/PhoneNumbers/+141599299600";
    let answer = sandbox.ask(Method::GET, &format!("{path}?Fields=line_type_intelligence")).await;
    let body = answer.json();
    assert_eq!((answer.status, &body["valid"]), (200, &json!(false)));
    assert_eq!(body["validation_errors"], json!(["TOO_LONG"]));
    assert_eq!((&body["phone_number"], &body["url"]), (&json!("+141599299600"), &json!(sandbox.url(path))));
    let empty = ["calling_country_code", "country_code", "national_format", "line_type_intelligence"];
    assert!(empty.iter().all(|member| body[member].is_null()), "{body}");
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused() {
    let sandbox = Sandbox::start();
    for (path, error) in [
        (format!("{NUMBER}?Fields=sim_swap"), (403, json!(60606))),
        (format!("{NUMBER}?Fields=line_type_intelligence,caller_name"), (403, json!(60606))),
        (format!("{NUMBER}?Fields=line_type"), (400, json!(60200))),
        (format!("{NUMBER}?CountryCode=XX"), (400, json!(60200))),
        ("/v2/PhoneNumbers".into(), (404, json!(20404))),
        ("/v2/PhoneNumbers/".into(), (404, json!(20404))),
    ] {
        assert_eq!(sandbox.ask(Method::GET, &path).await.error(), error, "{path}");
    }
    assert_eq!(sandbox.ask(Method::POST, NUMBER).await.error(), (405, json!(20004)));
    assert_eq!(sandbox.get(NUMBER).await.error(), (401, json!(20003)));
}

#[tokio::test]
async fn faults_and_the_journal_know_it_by_name_and_number() {
    let sandbox = Sandbox::start();
    let fault = json!({ "operation": "FetchPhoneNumber", "fault": "status", "status": 503, "to": PHONE });
    sandbox.broken(fault).await;
    let other = "/v2/PhoneNumbers/+12015550124";
    assert_eq!(sandbox.ask(Method::GET, other).await.status, 200);
    assert_eq!(sandbox.ask(Method::GET, NUMBER).await.error(), (503, json!(20503)));
    assert_eq!(sandbox.ask(Method::GET, NUMBER).await.status, 200);
    let path = "/sandbox/requests?to=%2B12015550123&operation=FetchPhoneNumber";
    let journal = sandbox.get(path).await.json()["requests"].as_array().unwrap().clone();
    assert_eq!(journal.len(), 2);
    for (entry, status) in journal.iter().zip([200, 503]) {
        assert_eq!((&entry["status"], &entry["path"]), (&json!(status), &json!(NUMBER)));
        assert_eq!((&entry["operation"], &entry["to"]), (&json!("other"), &json!(PHONE)));
    }
    // Nothing was sent.
    assert_eq!(sandbox.get(&format!("/sandbox/messages?to={PHONE}")).await.json()["messages"], json!([]));
}
