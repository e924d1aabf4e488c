//! Codes are counted per destination, per user and per client address, because they cost money.

use crate::harness::{Answer, Fault, Launch, Operation, Person, Server, Twilio};

const SENDER: &str = "203.0.113.7";

fn sent(answer: Answer) -> Answer {
    answer.expect(200)
}

/// Logs in and verifies, so that the next log-in starts a new verification.
async fn log_in_and_verify(server: &Server, person: &Person) -> Answer {
    let answer = server.guest().log_in(person).await;
    if answer.status == 200 {
        let code = server.code(&person.phone_number).await;
        server.password_ok_of(&answer).verify(&code).await.expect(200);
    }
    answer
}

/// Threats: a34.
#[tokio::test]
async fn number_has_a_limit_of_codes() {
    let server = Server::with_limits(&[("codes_per_destination", "4/h")]).await;
    let ada = Person::ada();
    // Codes to the verified number of a user have a count of their own.
    server.full_access(&ada).await;
    server.check_limit(4, async || log_in_and_verify(&server, &ada).await, sent).await;
}

#[tokio::test]
async fn user_has_a_limit_of_codes() {
    let server = Server::with_limits(&[("codes_per_user", "4/h")]).await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    server.check_limit(4, async || log_in_and_verify(&server, &ada).await, sent).await;
}

/// Threats: a34.
#[tokio::test]
async fn address_and_network_have_a_limit_of_codes() {
    let limits = [("codes_per_address", "3/h"), ("codes_per_network", "5/h")];
    let server = Server::with_limits(&limits).await;
    let people: Vec<Person> = (0..12).map(Person::other).collect();
    for person in &people {
        server.sign_up(person).await;
    }
    for person in &people[..3] {
        server.guest().at(SENDER).log_in(person).await.expect(200);
    }
    let refused = server.guest().at(SENDER).log_in(&people[3]).await;
    assert_eq!(refused.header("ratelimit"), "\"codes_per_address/h\";r=0;t=1200");
    refused.rate_limited();
    for person in &people[3..5] {
        server.guest().at("203.0.113.8").log_in(person).await.expect(200);
    }
    let refused = server.guest().at("203.0.113.9").log_in(&people[5]).await;
    assert_eq!(refused.header("ratelimit"), "\"codes_per_network/h\";r=0;t=720");
    refused.rate_limited();
    // Another network has its own quota.
    server.guest().at("203.0.114.9").log_in(&people[5]).await.expect(200);
    for (number, person) in people[6..11].iter().enumerate() {
        server.guest().at(&format!("2001:db8:1:{number}::1")).log_in(person).await.expect(200);
    }
    server.guest().at("2001:db8:1:ff::1").log_in(&people[11]).await.rate_limited();
    server.advance(720).await;
    server.guest().at("203.0.113.9").log_in(&people[11]).await.expect(200);
}

#[tokio::test]
async fn rejection_by_one_limit_uses_up_no_other_limit() {
    let limits = [("codes_per_destination", "1/d"), ("codes_per_user", "5/h"), ("codes_per_address", "3/h")];
    let server = Server::with_limits(&limits).await;
    let ada = Person::ada();
    let bob = Person::other(1);
    server.sign_up(&ada).await;
    server.sign_up(&bob).await;
    server.guest().at(SENDER).log_in(&ada).await.expect(200);
    for _ in 0..10 {
        server.guest().at(SENDER).log_in(&ada).await.rate_limited();
    }
    assert_eq!(server.twilio_requests("start", &ada.phone_number).await, 1);
    assert_eq!(server.database.number("SELECT count(*) FROM challenges").await, 1);
    let reported = server.guest().at(SENDER).log_in(&bob).await.expect(200);
    assert_eq!(
        reported.header("ratelimit"),
        "\"codes_per_user/h\";r=4;t=720, \"codes_per_address/h\";r=1;t=1200"
    );
}

#[tokio::test]
async fn resend_counts_like_a_log_in() {
    let server = Server::with_limits(&[("codes_per_user", "2/h")]).await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    server.advance(30).await;
    token.resend().await.expect(202);
    server.advance(40).await;
    let refused = token.resend().await;
    assert_eq!(refused.body["challenge"]["resends_left"], 3);
    refused.rate_limited();
    server.guest().log_in(&ada).await.rate_limited();
    assert_eq!(server.twilio_requests("start", &ada.phone_number).await, 2);
}

#[tokio::test]
async fn changes_of_contact_have_a_limit_of_their_own() {
    let launch = Launch::dev().argument("--strict-limits").limits(&[("codes_per_destination", "3/d")]);
    let server = launch.variable("COUNTERSIGN__TOKENS__ACCESS_SECONDS", "86400").start().await;
    let ada = Person::ada();
    let eve = Person::other(1);
    let access = server.full_access(&eve).await;
    // Eve requests three codes to a number without a user. That is the whole quota of strangers.
    for _ in 0..3 {
        access.change_phone_number(&ada.phone_number, &eve.password).await.expect(202);
        server.advance(600).await;
    }
    let refused = access.change_phone_number(&ada.phone_number, &eve.password).await;
    assert!(refused.rate_limited() > 3600);
    // Ada signs up with this number and has her own quota.
    server.full_access(&ada).await;
    for _ in 0..3 {
        log_in_and_verify(&server, &ada).await.expect(200);
    }
    server.guest().log_in(&ada).await.rate_limited();
    for _ in 0..3 {
        access.change_email("Eve@Example.com", &eve.password).await.expect(202);
        server.advance(600).await;
    }
    access.change_email("Eve@Example.com", &eve.password).await.rate_limited();
}

#[tokio::test]
async fn send_is_refunded_only_if_it_certainly_failed() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let server = twilio.launch().limits(&[("codes_per_user", "2/h")]).start().await;
    server.sign_up(&ada).await;
    for _ in 0..4 {
        twilio.inject_fault(Operation::Start, Fault::error(403, 60605));
        server.guest().log_in(&ada).await.expect_problem(422, "otp_undeliverable");
    }
    for _ in 0..2 {
        twilio.inject_fault(Operation::Start, Fault::dropped());
        server.guest().log_in(&ada).await.expect_problem(503, "otp_unavailable");
    }
    assert!(twilio.all_faults_used());
    server.guest().log_in(&ada).await.rate_limited();
}
