//! Failures of Twilio while a code is sent, as clients see them.

use serde_json::json;

use crate::harness::{Answer, Fault, Operation, PasswordOk, Person, Server, Twilio};

/// Twilio, and a server on which Ada has signed up.
async fn with_ada() -> (Twilio, Server, Person) {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    // The tests need more codes than a user may request per hour.
    let server = twilio.launch().limits(&[]).start().await;
    server.sign_up(&ada).await;
    (twilio, server, ada)
}

/// The same with a challenge that is old enough for a resend.
async fn with_old_challenge() -> (Twilio, Server, Person, PasswordOk) {
    let (twilio, server, ada) = with_ada().await;
    let token = server.log_in(&ada).await;
    let earlier = if server.database.is_postgres() {
        "UPDATE challenges SET last_sent_at = last_sent_at - interval '31 seconds'"
    } else {
        "UPDATE challenges SET last_sent_at = last_sent_at - 31000000"
    };
    server.database.execute(earlier).await;
    (twilio, server, ada, token)
}

async fn log_in_during(twilio: &Twilio, server: &Server, person: &Person, fault: Fault) -> Answer {
    twilio.inject_fault(Operation::Start, fault);
    let answer = server.guest().log_in(person).await;
    assert!(twilio.all_faults_used());
    assert!(!answer.text.contains("token") && answer.body.get("challenge").is_none(), "{}", answer.text);
    // No challenge stays open for a code that will not arrive.
    let open = "SELECT count(*) FROM challenges WHERE cancelled_at IS NULL";
    assert_eq!(server.database.number(open).await, 0);
    answer
}

#[tokio::test]
async fn undeliverable_number_is_reported_at_log_in() {
    let (twilio, server, ada) = with_ada().await;
    for (status, code) in [(403, 60205), (403, 60410), (403, 60605), (400, 21211), (400, 60200), (403, 99999)]
    {
        let answer = log_in_during(&twilio, &server, &ada, Fault::error(status, code)).await;
        answer.expect_problem(422, "otp_undeliverable");
    }
    server.log_in(&ada).await;
}

#[tokio::test]
async fn number_with_too_many_codes_must_wait() {
    let (twilio, server, ada) = with_ada().await;
    for code in [60202, 60203] {
        let answer = log_in_during(&twilio, &server, &ada, Fault::error(429, code)).await;
        let answer = answer.expect_problem(429, "too_many_attempts");
        assert_eq!(answer.body["retry_after"], 600);
    }
    assert_eq!(twilio.requests(Operation::Start).len(), 2);
    server.log_in(&ada).await;
}

/// Threats: c5.
#[tokio::test]
async fn failure_of_twilio_answers_503_and_is_not_retried() {
    let (twilio, server, ada) = with_ada().await;
    let endless = format!(r#"{{"sid":"VE00000000000000000000000000000000","x":"{}"}}"#, "x".repeat(100_000));
    let slow = |value: &str| Fault::error(503, 20503).header("Retry-After", value);
    // The list has no five failures in a row, which would open the circuit breaker. A 429 is not a failure.
    for (fault, wait) in [
        (Fault::error(503, 20503), 5),
        (slow("12"), 12),
        (slow("0"), 1),
        (Fault::error(429, 20429).header("Retry-After", "7"), 7),
        (slow("soon"), 5),
        (slow("-1"), 5),
        (slow("99999999999999999999"), 3600),
        (Fault::error(429, 20429).header("Twilio-Reached-Rate-Limit", "daily"), 5),
        (Fault::error(429, 60212), 5),
        (Fault::answer(500, "<html>Internal Server Error</html>"), 5),
        (Fault::answer(201, "<html>Welcome</html>"), 5),
        (Fault::error(401, 20003), 5),
        (Fault::answer(201, "{}"), 5),
        (Fault::answer(201, &endless), 5),
        (Fault::error(404, 20404), 5),
        (Fault::answer(201, r#"{"sid":"VE../../x"}"#), 5),
        (Fault::answer(302, "").header("Location", "https://example.com/"), 5),
        (Fault::dropped(), 5),
    ] {
        let asked = twilio.requests(Operation::Start).len();
        let answer = log_in_during(&twilio, &server, &ada, fault).await;
        let answer = answer.expect_problem(503, "otp_unavailable");
        assert_eq!(answer.body["retry_after"], wait);
        assert_eq!(twilio.requests(Operation::Start).len(), asked + 1);
        assert!(!answer.text.contains("Twilio") && !answer.text.contains("twilio"), "{}", answer.text);
    }
    server.log_in(&ada).await;
}

/// Threats: c3, c5.
#[tokio::test]
async fn unacknowledged_code_is_not_sent_twice() {
    let (twilio, server, ada) = with_ada().await;
    let answer = log_in_during(&twilio, &server, &ada, Fault::done_and_dropped()).await;
    answer.expect_problem(503, "otp_unavailable");
    assert_eq!(server.messages(&ada.phone_number).await.len(), 1);
    // The next log-in sends the same code again.
    let token = server.log_in(&ada).await;
    let code = server.code(&ada.phone_number).await;
    token.verify(&code).await.expect(200);
}

/// Threats: c5.
#[tokio::test]
async fn busy_twilio_is_asked_three_times() {
    let (twilio, server, ada) = with_ada().await;
    for _ in 0..2 {
        twilio.inject_fault(Operation::Start, Fault::error(429, 20429).header("Retry-After", "garbage"));
    }
    server.log_in(&ada).await;
    assert_eq!(twilio.requests(Operation::Start).len(), 3);
    assert_eq!(server.messages(&ada.phone_number).await.len(), 1);
    for _ in 0..3 {
        twilio.inject_fault(Operation::Start, Fault::error(429, 20429));
    }
    let answer = server.guest().log_in(&ada).await.expect_problem(503, "otp_unavailable");
    assert_eq!((twilio.requests(Operation::Start).len(), &answer.body["retry_after"]), (6, &json!(5)));
    assert!(twilio.all_faults_used());
}

#[tokio::test]
async fn rejected_resend_is_refunded() {
    for (status, code, expected) in [
        (403, 60205, (422, "otp_undeliverable")),
        (403, 60410, (422, "otp_undeliverable")),
        (429, 60203, (429, "too_many_attempts")),
        (401, 20003, (503, "otp_unavailable")),
        (404, 20404, (503, "otp_unavailable")),
    ] {
        let (twilio, server, ada, token) = with_old_challenge().await;
        twilio.inject_fault(Operation::Start, Fault::error(status, code));
        let answer = token.resend().await.expect_problem(expected.0, expected.1);
        let challenge = &answer.body["challenge"];
        // If Twilio sends no more codes, the challenge says so, whatever our own count allows.
        let left = if code == 60203 { (json!(0), json!(null)) } else { (json!(4), json!(0)) };
        assert_eq!((&challenge["resends_left"], &challenge["resend_in"]), (&left.0, &left.1), "{code}");
        assert_eq!(server.database.number("SELECT sends FROM challenges").await, 1);
        // Another channel is possible at once.
        let body = json!({ "channel": "call" });
        let answer = token.resend_with(body).await.expect(202);
        assert_eq!((&answer.body["channel"], &answer.body["resends_left"]), (&json!("call"), &json!(3)));
        let code = server.code(&ada.phone_number).await;
        token.verify(&code).await.expect(200);
    }
}

#[tokio::test]
async fn resend_with_a_lost_answer_stays_counted() {
    for fault in
        [Fault::dropped(), Fault::done_and_dropped(), Fault::error(500, 20500), Fault::answer(201, "{")]
    {
        let (twilio, server, ada, token) = with_old_challenge().await;
        twilio.inject_fault(Operation::Start, fault);
        let answer = token.resend().await.expect_problem(503, "otp_unavailable");
        assert_eq!(answer.body["challenge"]["resends_left"], 3);
        assert_eq!(server.database.number("SELECT sends FROM challenges").await, 2);
        token.resend().await.expect_problem(429, "resend_too_soon");
        let code = server.code(&ada.phone_number).await;
        token.verify(&code).await.expect(200);
    }
}

#[tokio::test]
async fn log_out_succeeds_if_the_cancellation_fails() {
    for fault in [Fault::error(404, 20404), Fault::error(500, 20500), Fault::dropped()] {
        let (twilio, server, ada) = with_ada().await;
        let token = server.log_in(&ada).await;
        twilio.inject_fault(Operation::Update, fault);
        token.log_out().await.expect(204);
        assert_eq!(twilio.requests(Operation::Update).len(), 1);
        token.resend().await.expect_problem(401, "invalid_token");
    }
}
