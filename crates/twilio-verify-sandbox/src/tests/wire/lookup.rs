//! Lookup v2.

use serde_json::json;

use crate::tests::*;

const NUMBER: &str = "/v2/PhoneNumbers/+12015550123";

#[tokio::test]
async fn a_lookup_has_every_field_of_twilio() {
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
        let answer = sandbox.request(Method::GET, &path).await;
        assert_eq!((answer.status, answer.json()), (200, expected(line_type)), "{path}");
    }
}

#[tokio::test]
async fn test_numbers_have_their_own_line_types() {
    let sandbox = Sandbox::start();
    for (ending, line_type, code) in [
        (25, Value::Null, json!(60600)),
        (30, json!("nonFixedVoip"), Value::Null),
        (35, json!("premium"), Value::Null),
        (50, json!("landline"), Value::Null),
    ] {
        let path = format!("/v2/PhoneNumbers/+120155501{ending}?Fields=line_type_intelligence");
        let line = sandbox.request(Method::GET, &path).await.json()["line_type_intelligence"].clone();
        assert_eq!((&line["type"], &line["error_code"]), (&line_type, &code), "{ending}");
        assert_eq!(line["mobile_network_code"], Value::Null);
    }
}

#[tokio::test]
async fn an_invalid_number_is_reported_with_status_200() {
    let sandbox = Sandbox::start();
    let path = "/v2/PhoneNumbers/+141599299600";
    let answer = sandbox.request(Method::GET, &format!("{path}?Fields=line_type_intelligence")).await;
    let body = answer.json();
    assert_eq!((answer.status, &body["valid"]), (200, &json!(false)));
    assert_eq!(body["validation_errors"], json!(["TOO_LONG"]));
    assert_eq!((&body["phone_number"], &body["url"]), (&json!("+141599299600"), &json!(sandbox.url(path))));
    let empty = ["calling_country_code", "country_code", "national_format", "line_type_intelligence"];
    assert!(empty.iter().all(|member| body[member].is_null()), "{body}");
}

#[tokio::test]
async fn unsupported_and_invalid_requests_are_rejected() {
    let sandbox = Sandbox::start();
    for (path, error) in [
        (format!("{NUMBER}?Fields=sim_swap"), (403, json!(60606))),
        (format!("{NUMBER}?Fields=line_type_intelligence,caller_name"), (403, json!(60606))),
        (format!("{NUMBER}?Fields=line_type"), (400, json!(60200))),
        (format!("{NUMBER}?CountryCode=XX"), (400, json!(60200))),
        ("/v2/PhoneNumbers".into(), (404, json!(20404))),
        ("/v2/PhoneNumbers/".into(), (404, json!(20404))),
    ] {
        assert_eq!(sandbox.request(Method::GET, &path).await.error(), error, "{path}");
    }
    assert_eq!(sandbox.request(Method::POST, NUMBER).await.error(), (405, json!(20004)));
    assert_eq!(sandbox.get(NUMBER).await.error(), (401, json!(20003)));
}

#[tokio::test]
async fn faults_and_the_journal_match_a_lookup_by_name_and_number() {
    let sandbox = Sandbox::start();
    let fault = json!({ "operation": "FetchPhoneNumber", "fault": "status", "status": 503, "to": PHONE });
    sandbox.create_fault(fault).await;
    let other = "/v2/PhoneNumbers/+12015550124";
    assert_eq!(sandbox.request(Method::GET, other).await.status, 200);
    assert_eq!(sandbox.request(Method::GET, NUMBER).await.error(), (503, json!(20503)));
    assert_eq!(sandbox.request(Method::GET, NUMBER).await.status, 200);
    let path = "/sandbox/requests?to=%2B12015550123&operation=FetchPhoneNumber";
    let journal = sandbox.get(path).await.json()["requests"].as_array().unwrap().clone();
    assert_eq!(journal.len(), 2);
    for (entry, status) in journal.iter().zip([200, 503]) {
        assert_eq!((&entry["status"], &entry["path"]), (&json!(status), &json!(NUMBER)));
        assert_eq!((&entry["operation"], &entry["to"]), (&json!("other"), &json!(PHONE)));
    }
    // A lookup sends no message.
    assert_eq!(sandbox.get(&format!("/sandbox/messages?to={PHONE}")).await.json()["messages"], json!([]));
}
