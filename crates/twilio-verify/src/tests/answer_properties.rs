//! Property tests: arbitrary responses cause no panic, and only the status `approved` of the checked
//! verification approves.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::server::{Reply, Server};
use super::{CODE, VERIFICATION, client, sid, start};
use crate::CheckOutcome;

/// Generates bodies that resemble an approval, and arbitrary bytes.
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
    fn only_the_status_approved_approves(status in prop_oneof![Just(200_u16), Just(201), 200..600_u16], body in body()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let head = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let bytes = [head.as_bytes(), &body].concat();
            // Enough replies for all retries of a 429.
            let replies = || (0..4).map(|_| Reply::Last(bytes.clone()));
            let server = Server::playing(replies()).await;
            let checked = client(&server).check(&sid(), CODE).await;
            let approved = matches!(checked, Ok(CheckOutcome::Approved(_)));
            // Responses such as 204 and 304 have no body, whatever follows the head.
            assert!(!approved || is_approval(status, &body), "{status} {}", String::from_utf8_lossy(&body));
            if matches!(status, 200 | 201) {
                assert_eq!(approved, is_approval(status, &body), "{status} {}", String::from_utf8_lossy(&body));
            }
            let server = Server::playing(replies()).await;
            let _ = start(&client(&server)).await;
        });
    }
}
