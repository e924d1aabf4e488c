//! Whatever comes as Twilio's answer: nothing panics, and nothing but its own "approved" about this very verification is a
//! yes.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::server::{Reply, Server};
use super::{CODE, VERIFICATION, client, sid, start};
use crate::Checked;

/// Bodies that are nearly an approval, and bytes.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let sids = prop_oneof![
        Just(json!(VERIFICATION)),
        Just(json!("VEcccccccccccccccccccccccccccccccc")),
        Just(Value::Null),
        any::<String>().prop_map(Value::from),
    ];
    let statuses = prop_oneof![
        Just(json!("approved")),
        Just(json!("pending")),
        Just(json!("APPROVED")),
        Just(json!(true)),
        Just(json!(["approved"])),
        any::<String>().prop_map(Value::from),
    ];
    prop_oneof![
        3 => (sids, statuses, any::<bool>()).prop_map(|(sid, status, valid)| {
            json!({ "sid": sid, "status": status, "valid": valid }).to_string().into_bytes()
        }),
        1 => prop::collection::vec(any::<u8>(), 0..300),
    ]
}

fn is_approval(status: u16, body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    (200..300).contains(&status) && body["sid"] == VERIFICATION && body["status"] == "approved"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn only_approved_is_approved(status in prop_oneof![Just(200_u16), Just(201), 200..600_u16], body in body()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let head = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let bytes = [head.as_bytes(), &body].concat();
            // As often as a 429 may be asked again.
            let replies = || (0..4).map(|_| Reply::Last(bytes.clone()));
            let server = Server::playing(replies()).await;
            let checked = client(&server).check(&sid(), CODE).await;
            let approved = matches!(checked, Ok(Checked::Approved(_)));
            // An answer without a body (204, 304) has none, whatever follows its head.
            assert!(!approved || is_approval(status, &body), "{status} {}", String::from_utf8_lossy(&body));
            if matches!(status, 200 | 201) {
                assert_eq!(approved, is_approval(status, &body), "{status} {}", String::from_utf8_lossy(&body));
            }
            let server = Server::playing(replies()).await;
            let _ = start(&client(&server)).await;
        });
    }
}
