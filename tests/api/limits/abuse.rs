//! Abuse of contact changes, password resets and limits.

use serde_json::json;

use crate::harness::{Launch, Person, Raw, Server, at_once};

const MINE: &str = "+12015550124";

/// Twilio has one verification per number. Its five checks and sends belong to the owner.
#[tokio::test]
async fn phone_change_to_a_verified_number_does_not_lock_out_its_owner() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let eve = Person::other(1);
    server.full_access(&ada).await;
    let access = server.full_access(&eve).await;
    access.change_phone_number(&ada.phone_number, &eve.password).await;
    for _ in 0..5 {
        access.verify_phone_number("000001").await;
    }
    server.log_in(&ada).await;
}

/// Strangers share one quota for a number that no user has verified. A new user with this number still gets
/// codes.
#[tokio::test]
async fn codes_requested_by_a_stranger_do_not_lock_out_a_new_user() {
    let server = Server::with_limits(&[("codes_per_destination", "2/h")]).await;
    let ada = Person::ada();
    let eve = Person::other(1);
    let access = server.full_access(&eve).await;
    for _ in 0..2 {
        access.change_phone_number(&ada.phone_number, &eve.password).await.expect(202);
        server.advance(31).await;
    }
    server.sign_up(&ada).await;
    server.log_in(&ada).await;
}

/// A send that Twilio rejects is refunded. The answers must not differ for an address without an account.
#[tokio::test]
async fn refunds_do_not_reveal_an_account() {
    let limits = [("password_resets_per_email", "2/d"), ("password_resets_per_address", "9/h")];
    let server = Server::with_limits(&limits).await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let mut reported = Vec::new();
    for (address, email) in [("192.0.2.1", ada.email.as_str()), ("192.0.2.2", "eve@example.com")] {
        let mut seen = Vec::new();
        for attempt in 0..4 {
            let refusal = json!({ "operation": "start", "fault": "status", "status": 401, "to": email });
            let fault = server.inject_fault(refusal).await;
            let answer = server.guest().at(address).forgot_password(email).await;
            seen.push((answer.status, answer.header("ratelimit").to_owned()));
            // Wait until the code is sent, which happens after the answer.
            if email == ada.email && attempt < 2 {
                server.wait_for_fault(&fault).await;
            }
        }
        reported.push(seen);
    }
    let statuses = |seen: &[(u16, String)]| seen.iter().map(|(status, _)| *status).collect::<Vec<_>>();
    assert_eq!(statuses(&reported[0]), statuses(&reported[1]), "{reported:?}");
}

/// A late answer of Twilio counts for the number that Twilio was asked about.
/// Threats: b25.
#[tokio::test]
async fn late_answer_about_one_number_does_not_verify_another() {
    let server = Server::dev().await;
    let eve = Person::other(1);
    let access = server.full_access(&eve).await;
    let slow = json!({ "operation": "start", "fault": "delay", "delay_ms": 3000, "to": MINE });
    let fault = server.inject_fault(slow).await;
    let first = access.change_phone_number(MINE, &eve.password);
    let second = async {
        server.wait_for_fault(&fault).await;
        server.advance(31).await;
        access.change_phone_number("+12015550125", &eve.password).await.expect(202)
    };
    tokio::join!(first, second);
    let answer = access.verify_phone_number(&server.code(MINE).await).await;
    assert_ne!(answer.body["phone_number"], "+12015550125", "{answer:?}");
}

/// A session that ends while Twilio is being asked changes nothing.
#[tokio::test]
async fn ended_session_changes_no_number() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let stolen = server.full_access(&ada).await;
    let own = server.another_session(&ada).await;
    stolen.change_phone_number(MINE, &ada.password).await.expect(202);
    let code = server.code(MINE).await;
    let fault =
        server.inject_fault(json!({ "operation": "check", "fault": "delay", "delay_ms": 2000 })).await;
    let ends = async {
        server.wait_for_fault(&fault).await;
        own.log_out_of("others").await.expect(204)
    };
    let (changed, _) = tokio::join!(stolen.verify_phone_number(&code), ends);
    assert_ne!(changed.status, 200);
    assert_eq!(own.me().await.expect(200).body["phone_number"], json!(ada.phone_number));
}

/// On PostgreSQL, the two must not deadlock.
#[tokio::test]
async fn phone_and_email_are_verified_at_the_same_time() {
    let server = Server::dev().await;
    for number in 1..11 {
        let person = Person::other(number);
        let access = server.full_access(&person).await;
        let phone = Person::other(500 + number).phone_number;
        let email = format!("new-{number}@example.org");
        access.change_phone_number(&phone, &person.password).await.expect(202);
        access.change_email(&email, &person.password).await.expect(202);
        let by_phone = server.code(&phone).await;
        let by_mail = server.code(&email).await;
        let (one, other) = tokio::join!(access.verify_phone_number(&by_phone), access.verify_email(&by_mail));
        assert!(one.status < 500 && other.status < 500, "{one:?} {other:?}");
    }
}

/// Bytes from the client must not hide the address that the proxy added on the same line.
/// Threats: a33.
#[tokio::test]
async fn non_ascii_byte_does_not_hide_the_address_of_the_proxy() {
    let server = Launch::dev().behind_a_proxy().start().await;
    server.sign_up(&Person::ada()).await;
    let mut connection = Raw::open(&server).await;
    let body = json!({ "email": "ada@example.com", "password": "incorrect horse" }).to_string();
    let mut request = format!(
        "POST /v1/users/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nX-Forwarded-For: ",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(b"\xff, 203.0.113.9\r\n\r\n");
    request.extend_from_slice(body.as_bytes());
    connection.send(request).await;
    assert!(connection.answer().await.contains(" 401 "));
    server.database.eventually("SELECT count(*) FROM activities WHERE kind = 'log_in_failed'", 1).await;
    let query = "SELECT count(*) FROM activities WHERE ip_address = '203.0.113.9'";
    assert_eq!(server.database.number(query).await, 1);
}

/// On PostgreSQL, sessions that end each other in any order must not deadlock.
#[tokio::test]
async fn sessions_that_end_each_other_do_not_deadlock() {
    let server = Server::dev().await;
    for number in 1..16 {
        let person = Person::other(number);
        let one = server.full_access(&person).await;
        let two = server.another_session(&person).await;
        let three = server.another_session(&person).await;
        for answer in at_once([one, two, three].map(|access| access.log_out_of("all"))).await {
            assert!(answer.status < 500, "{answer:?}");
        }
    }
}
