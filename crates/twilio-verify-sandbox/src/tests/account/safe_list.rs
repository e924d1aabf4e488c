//! The Safe List.

use serde_json::json;

use crate::tests::*;

const NUMBERS: &str = "/v2/SafeList/Numbers";

#[tokio::test]
async fn a_number_is_added_fetched_and_deleted() {
    let sandbox = Sandbox::start();
    let added = sandbox.post(NUMBERS, &[("PhoneNumber", PHONE)]).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let entry = added.json();
    assert!(is_sid("GN", &entry["sid"]));
    let url = sandbox.url(&format!("{NUMBERS}/{PHONE}"));
    assert_eq!(entry, json!({"sid": entry["sid"], "phone_number": PHONE, "url": url}));
    for path in [format!("{NUMBERS}/{PHONE}"), format!("{NUMBERS}/%2B12015550123")] {
        let found = sandbox.request(Method::GET, &path).await;
        assert_eq!((found.status, found.json()), (200, entry.clone()), "{path}");
    }
    let path = format!("{NUMBERS}/{PHONE}");
    assert_eq!(sandbox.post(NUMBERS, &[("PhoneNumber", PHONE)]).await.error(), (400, json!(60411)));
    let removed = sandbox.request(Method::DELETE, &path).await;
    assert_eq!((removed.status, removed.text.as_str()), (204, ""));
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(sandbox.request(method, &path).await.error(), (404, json!(20404)));
    }
    assert_eq!(sandbox.post(NUMBERS, &[("PhoneNumber", PHONE)]).await.status, 201);
}

#[tokio::test]
async fn only_phone_numbers_are_accepted() {
    let sandbox = Sandbox::start();
    for form in [
        &[][..],
        &[("PhoneNumber", "2015550123")],
        &[("PhoneNumber", " 12015550123")],
        &[("PhoneNumber", "ada@example.org")],
    ] {
        assert_eq!(sandbox.post(NUMBERS, form).await.error(), (400, json!(60200)), "{form:?}");
    }
    // Twilio has no operation that lists the Safe List.
    assert_eq!(sandbox.request(Method::GET, NUMBERS).await.error(), (405, json!(20004)));
}
