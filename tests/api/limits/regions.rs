//! Codes go only to the configured regions, and never to premium numbers.

use serde_json::{Value, json};

use crate::harness::{
    Answer, Launch, Operation, Person, Server, TempDir, Twilio, complete_with, rejected_command,
};

const REGIONS: &str = "COUNTERSIGN__CODES__REGIONS";
/// Great Britain. Mobile numbers of Guernsey have the same country code.
const BRITISH: &str = "+447400123456";
const GUERNSEY: &str = "+447781123456";
const PREMIUM: &str = "+449090123456";

/// The detail of the only field error, which must be about the phone number.
#[track_caller]
fn refusal(answer: Answer) -> String {
    let answer = answer.expect_problem(422, "validation_failed");
    let errors = answer.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{}", answer.text);
    let error = &errors[0];
    assert_eq!((&error["pointer"], &error["code"]), (&json!("/phone_number"), &json!("not_allowed")));
    error["detail"].as_str().unwrap().to_owned()
}

#[test]
fn serve_requires_known_regions() {
    // A missing setting is reported together with the others: tests/api/ops/configuration.rs.
    for (value, wrong) in [("US,UK", "UK"), ("EU", "EU"), ("US,001", "001"), ("USA", "USA")] {
        let message = rejected_command(&TempDir::new(), "serve", &complete_with(REGIONS, value));
        assert!(
            message.contains(&format!("{wrong}: is not a region")) && message.contains("codes.regions"),
            "{message}"
        );
    }
    let message = rejected_command(&TempDir::new(), "serve", &complete_with(REGIONS, " , "));
    assert!(message.contains("COUNTERSIGN__CODES__REGIONS is missing"), "{message}");
}

/// Threats: b30.
#[tokio::test]
async fn sign_up_rejects_numbers_of_other_regions() {
    let server = Launch::dev().variable(REGIONS, "gb, CA").start().await;
    for number in ["+12015550123", "+4930901820", GUERNSEY] {
        let message = refusal(server.guest().sign_up(&Person::ada().with_phone_number(number)).await);
        assert!(message.contains("country or region"), "{message}");
    }
    assert_eq!(server.database.number("SELECT count(*) FROM users").await, 0);
    server.full_access(&Person::ada().with_phone_number(BRITISH)).await;
    server.sign_up(&Person::other(1).with_phone_number("+1 604 555 0123")).await;
}

/// Threats: b30.
#[tokio::test]
async fn phone_change_rejects_numbers_of_other_regions() {
    let server = Launch::dev().variable(REGIONS, "US").start().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let change = |number: &str| json!({ "phone_number": number, "password": ada.password });
    let ask = async |body: Value| access.change_phone_number_with(body).await;
    for number in [BRITISH, "+19002345678"] {
        refusal(ask(change(number)).await);
        assert_eq!(server.twilio_requests("start", number).await, 0);
    }
    ask(change("+12015550124")).await.expect(202);
}

/// Threats: b30.
#[tokio::test]
async fn premium_numbers_are_rejected_in_every_region() {
    let server = Server::dev().await;
    for number in [PREMIUM, "+19002345678", "+448420123456", "+881612345678", "+979123456789", "+80812345678"]
    {
        let message = refusal(server.guest().sign_up(&Person::ada().with_phone_number(number)).await);
        assert!(message.contains("of this kind"), "{message}");
    }
    server.sign_up(&Person::ada().with_phone_number(GUERNSEY)).await;
}

/// A region is removed after users have signed up. Their numbers get no more codes.
#[tokio::test]
async fn removed_region_gets_no_more_codes() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let brit = Person::other(1).with_phone_number(BRITISH);
    let before = twilio.launch().variable(REGIONS, "*").start().await;
    before.sign_up(&ada).await;
    let pending = before.password_ok(&brit).await;
    let after = twilio.launch().variable(REGIONS, "US").database(&before.database).start().await;
    let sent = twilio.requests(Operation::Start).len();
    after.guest().log_in(&brit).await.expect_problem(422, "otp_undeliverable");
    // The longest wait is reported first.
    pending.on(&after).resend().await.expect_problem(429, "resend_too_soon");
    let past = if before.database.is_postgres() {
        "last_sent_at - INTERVAL '1 hour'"
    } else {
        "last_sent_at - 3600000000"
    };
    before.database.execute(&format!("UPDATE challenges SET last_sent_at = {past}")).await;
    let answer = pending.on(&after).resend().await.expect_problem(422, "otp_undeliverable");
    assert_eq!(answer.body["challenge"]["resends_left"], 4);
    assert_eq!(twilio.requests(Operation::Start).len(), sent);
    // The code that was sent before is still valid, and other users get theirs.
    let code = after.code(BRITISH).await;
    pending.on(&after).verify(&code).await.expect(200);
    after.log_in(&ada).await;
    before.log_in(&brit).await;
}

/// The metadata of numbers changes: a stored number can become known as premium.
#[tokio::test]
async fn stored_premium_number_gets_no_code() {
    let server = Server::dev().await;
    server.sign_up(&Person::ada()).await;
    server.database.execute(&format!("UPDATE users SET phone_number = '{PREMIUM}'")).await;
    server.guest().log_in(&Person::ada()).await.expect_problem(422, "otp_undeliverable");
    assert_eq!(server.twilio_requests("start", PREMIUM).await, 0);
    assert_eq!(server.database.number("SELECT count(*) FROM challenges").await, 0);
}
