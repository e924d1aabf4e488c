//! Line types: Twilio Lookup is asked about a number before its first code, if the deployment enables it.

use serde_json::json;

use crate::harness::{Answer, Launch, Person, Server, TempDir, complete_with, rejected_command};

const LOOKUP: &str = "COUNTERSIGN__TWILIO__LOOKUP";
const REFUSE: &str = "COUNTERSIGN__TWILIO__LOOKUP_REFUSE";
const DAY: u32 = 24 * 60 * 60;

/// Numbers for which the sandbox's Lookup does not answer "mobile". See docs/testing.md.
const NOT_COVERED: &str = "+12015550125";
const VOIP: &str = "+12015550130";
const PREMIUM: &str = "+12015550135";
const LANDLINE: &str = "+12015550150";
const TOLL_FREE: &str = "+18002345678";

fn looking_up() -> Launch {
    Launch::dev().variable(LOOKUP, "true")
}

fn at(number: &str) -> Person {
    Person::ada().with_phone_number(number)
}

impl Server {
    async fn lookups_of(&self, number: &str) -> usize {
        self.twilio_requests("FetchPhoneNumber", number).await
    }

    async fn stored_line_types(&self) -> i64 {
        self.database.number("SELECT count(*) FROM line_types").await
    }

    async fn log_in_by(&self, person: &Person, channel: &str) -> Answer {
        let mut body = person.log_in_body();
        body["channel"] = json!(channel);
        self.guest().log_in_with(body).await
    }

    async fn expect_nothing_sent(&self, number: &str) {
        assert_eq!(self.twilio_requests("start", number).await, 0, "{number}");
        assert!(self.messages(number).await.is_empty(), "{number}");
    }
}

#[tokio::test]
async fn lookup_is_off_by_default() {
    let server = Server::dev().await;
    server.full_access(&at(PREMIUM)).await;
    assert_eq!((server.lookups_of(PREMIUM).await, server.stored_line_types().await), (0, 0));
}

#[tokio::test]
async fn each_number_is_looked_up_once() {
    let server = looking_up().start().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    assert_eq!(server.lookups_of(&ada.phone_number).await, 0);
    let first = server.log_in(&ada).await;
    server.log_in(&ada).await;
    server.advance(31).await;
    first.resend().await.expect(202);
    assert_eq!(server.lookups_of(&ada.phone_number).await, 1);
    assert_eq!(server.twilio_requests("start", &ada.phone_number).await, 3);
    // A code by email needs no lookup.
    let body = json!({ "email": ada.email });
    server.guest().forgot_password_with(body).await.expect(202);
    let journal = server.sandbox_get("/sandbox/requests?operation=FetchPhoneNumber").await;
    assert_eq!(journal["requests"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn line_type_is_stored_without_the_number_for_a_month() {
    let server = looking_up().start().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    server.log_in(&ada).await;
    let kept = server.database.value("SELECT line_type FROM line_types").await;
    assert_eq!((kept.as_str(), server.stored_line_types().await), ("mobile", 1));
    server.advance(29 * DAY).await;
    server.log_in(&ada).await;
    assert_eq!(server.lookups_of(&ada.phone_number).await, 1);
    server.advance(2 * DAY).await;
    server.log_in(&ada).await;
    assert_eq!((server.lookups_of(&ada.phone_number).await, server.stored_line_types().await), (2, 1));
    server.advance(31 * DAY).await;
    server.database.eventually("SELECT count(*) FROM line_types", 0).await;
}

#[tokio::test]
async fn verified_number_is_never_looked_up() {
    let ada = at(PREMIUM);
    let secret = |launch: Launch| {
        launch.variable("COUNTERSIGN__TOKENS__SECRET", "one-s3cret-that-b0th-servers-know-of")
    };
    let before = secret(Launch::dev()).start().await;
    before.full_access(&ada).await;
    let after = secret(looking_up()).database(&before.database).start().await;
    after.another_session(&ada).await;
    assert_eq!((after.lookups_of(PREMIUM).await, after.stored_line_types().await), (0, 0));
}

/// Threats: b30.
#[tokio::test]
async fn landline_gets_a_call_but_no_message() {
    let server = looking_up().start().await;
    let ada = at(LANDLINE);
    server.sign_up(&ada).await;
    for _ in 0..2 {
        let answer = server.guest().log_in(&ada).await.expect_problem(422, "otp_undeliverable");
        assert_eq!(answer.body.get("challenge"), None, "{}", answer.text);
        server.expect_nothing_sent(LANDLINE).await;
    }
    let token = server.password_ok_of(&server.log_in_by(&ada, "call").await.expect(200));
    assert_eq!(server.lookups_of(LANDLINE).await, 1);
    // The same log-in cannot switch back to a message.
    server.advance(31).await;
    let answer =
        token.resend_with(json!({ "channel": "sms" })).await.expect_problem(422, "otp_undeliverable");
    assert_eq!(answer.body["challenge"]["resends_left"], 4);
    assert_eq!(server.twilio_requests("start", LANDLINE).await, 1);
    token.verify(&server.code(LANDLINE).await).await.expect(200);
    let log = server.process.log();
    assert!(log.contains("no code is sent to such a line") && log.contains("Twilio Lookup"), "{log}");
    assert!(!log.contains(&LANDLINE[1..]), "{log}");
}

/// Threats: b30.
#[tokio::test]
async fn premium_number_gets_no_code() {
    let server = looking_up().start().await;
    for (number, name) in [(PREMIUM, "premium"), (TOLL_FREE, "toll")] {
        let email = format!("{name}@example.com");
        let person = Person { username: name.into(), email, ..at(number) };
        server.sign_up(&person).await;
        for channel in ["sms", "call"] {
            server.log_in_by(&person, channel).await.expect_problem(422, "otp_undeliverable");
        }
        server.expect_nothing_sent(number).await;
    }
    assert_eq!(server.lookups_of(PREMIUM).await, 1);
    let sent = "SELECT count(*) FROM challenges WHERE cancelled_at IS NULL";
    assert_eq!(server.database.number(sent).await, 0);
}

/// Threats: b30.
#[tokio::test]
async fn phone_change_to_a_premium_number_gets_no_code() {
    let server = looking_up().start().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    access.change_phone_number(PREMIUM, &ada.password).await.expect_problem(422, "otp_undeliverable");
    server.expect_nothing_sent(PREMIUM).await;
    assert_eq!(
        (server.lookups_of(PREMIUM).await, access.phone_number().await),
        (1, ada.phone_number.clone())
    );
    access.change_phone_number("+12015550124", &ada.password).await.expect(202);
    access.verify_phone_number(&server.code("+12015550124").await).await.expect(200);
    assert_eq!(server.lookups_of("+12015550124").await, 1);
}

#[tokio::test]
async fn configuration_chooses_the_rejected_line_types() {
    let ada = at(VOIP);
    looking_up().start().await.full_access(&ada).await;
    let strict = looking_up().variable(REFUSE, "nonFixedVoip, landline").start().await;
    strict.sign_up(&ada).await;
    strict.guest().log_in(&ada).await.expect_problem(422, "otp_undeliverable");
    let landline = Person::other(1).with_phone_number(LANDLINE);
    strict.sign_up(&landline).await;
    strict.log_in_by(&landline, "call").await.expect_problem(422, "otp_undeliverable");
    let premium = Person::other(2).with_phone_number(PREMIUM);
    strict.full_access(&premium).await;
}

#[test]
fn unknown_and_universal_line_types_are_rejected() {
    for (value, wrong) in [
        ("premium,satellite", "satellite: not a line type"),
        ("PREMIUM", "PREMIUM: not a line type"),
        ("mobile", "twilio.lookup_refuse: must not contain mobile or unknown"),
        ("premium,unknown", "twilio.lookup_refuse: must not contain mobile or unknown"),
    ] {
        let message = rejected_command(&TempDir::new(), "serve", &complete_with(REFUSE, value));
        assert!(message.contains(wrong), "{value}: {message}");
    }
}

/// Each kind of failure is counted in the metrics, and the code is still sent.
#[tokio::test]
async fn code_is_sent_if_lookup_fails() {
    let server = looking_up().variable("COUNTERSIGN__METRICS__LISTEN", "127.0.0.1:0").start().await;
    let mut number = 0;
    let mut failed = 0.0;
    for (fault, outcome) in [
        (json!({ "fault": "status", "status": 500 }), "unavailable"),
        (json!({ "fault": "status", "status": 429, "times": 3 }), "busy"),
        (json!({ "fault": "status", "status": 403, "code": 60606 }), "misconfigured"),
        (json!({ "fault": "status", "status": 404 }), "invalid_number"),
        (json!({ "fault": "drop" }), "unavailable"),
        (json!({ "fault": "truncated" }), "unavailable"),
        (json!({ "fault": "malformed" }), "unavailable"),
        (json!({ "fault": "delay", "delay_ms": 60_000 }), "unavailable"),
    ] {
        let mut fault = fault;
        fault["operation"] = json!("FetchPhoneNumber");
        server.inject_fault(fault.clone()).await;
        number += 1;
        let person = Person::other(number);
        server.full_access(&person).await;
        assert!(server.lookups_of(&person.phone_number).await > 0, "{fault}");
        let name = format!(r#"countersign_twilio_calls_total{{operation="lookup",outcome="{outcome}"}}"#);
        failed += 1.0;
        let figures = server.metrics().await;
        assert!(figures.sum(&name) > 0.0, "{fault}: {}", figures.text);
        assert_eq!(figures.sum(r#"countersign_twilio_calls_total{operation="lookup"}"#), failed, "{fault}");
    }
    assert_eq!(server.stored_line_types().await, 0);
    assert_eq!(server.metrics().await.sum("countersign_twilio_circuit_open"), 0.0);
}

#[tokio::test]
async fn unknown_line_type_is_looked_up_again() {
    let server = looking_up().start().await;
    let ada = at(NOT_COVERED);
    server.sign_up(&ada).await;
    server.log_in(&ada).await;
    server.log_in(&ada).await;
    assert_eq!((server.lookups_of(NOT_COVERED).await, server.stored_line_types().await), (2, 0));
}

/// A lookup costs money. A rejection because of it counts against the limits like a sent code.
/// Threats: b30.
#[tokio::test]
async fn lookups_are_limited_like_codes() {
    let limits = [("codes_per_user", "3/h")];
    let server =
        Launch::dev().argument("--strict-limits").limits(&limits).variable(LOOKUP, "true").start().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    // The log-in used up one.
    for (asked, number) in [PREMIUM, "+12015550136", "+12015550137", "+12015550138"].into_iter().enumerate() {
        let answer = access.change_phone_number(number, &ada.password).await;
        match asked {
            0 | 1 => drop(answer.expect_problem(422, "otp_undeliverable")),
            _ => drop(answer.rate_limited()),
        }
    }
    let journal = server.sandbox_get("/sandbox/requests?operation=FetchPhoneNumber").await;
    assert_eq!(journal["requests"].as_array().unwrap().len(), 3);
}

/// The same holds if Twilio Verify rejects the number after the lookup and nothing is sent.
/// Threats: b30.
#[tokio::test]
async fn code_that_verify_rejects_after_a_lookup_stays_counted() {
    let limits = [("codes_per_user", "3/h")];
    let server =
        Launch::dev().argument("--strict-limits").limits(&limits).variable(LOOKUP, "true").start().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let refused = ["+12015550155", "+12015550156", "+12015550157"];
    for number in &refused[..2] {
        access.change_phone_number(number, &ada.password).await.expect_problem(422, "otp_undeliverable");
    }
    access.change_phone_number(refused[2], &ada.password).await.rate_limited();
    assert_eq!(server.lookups_of(refused[2]).await, 0);
}
