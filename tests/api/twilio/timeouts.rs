//! Twilio does not answer in time, before or after its work. Each case waits for the timeout of ten seconds.

use std::time::{Duration, Instant};

use crate::harness::{Fault, Operation, Person, Server, Twilio};

/// The server's timeout for Twilio, and the delay that a busy machine may add.
const TIMEOUT: std::ops::Range<Duration> = Duration::from_secs(9)..Duration::from_secs(25);

async fn with_ada() -> (Twilio, Server, Person) {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let server = twilio.launch().start().await;
    server.sign_up(&ada).await;
    (twilio, server, ada)
}

/// Twilio does not answer a start. Expects one request, at most one message, and no open challenge.
async fn start_during(fault: Fault, messages: usize) {
    let (twilio, server, ada) = with_ada().await;
    twilio.inject_fault(Operation::Start, fault);
    let began = Instant::now();
    let answer = server.guest().log_in(&ada).await.expect_problem(503, "otp_unavailable");
    assert!(TIMEOUT.contains(&began.elapsed()), "{:?}", began.elapsed());
    assert_eq!(answer.body["retry_after"], 5);
    assert!(!answer.text.contains("token"), "{}", answer.text);
    assert_eq!(twilio.requests(Operation::Start).len(), 1);
    assert_eq!(server.messages(&ada.phone_number).await.len(), messages);
    let open = "SELECT count(*) FROM challenges WHERE cancelled_at IS NULL";
    assert_eq!(server.database.number(open).await, 0);
    let token = server.log_in(&ada).await;
    let code = server.code(&ada.phone_number).await;
    token.verify(&code).await.expect(200);
}

/// Twilio does not answer the check of a right code. Expects no session, whether Twilio approved it or not.
async fn check_during(fault: Fault, guesses: usize) {
    let (twilio, server, ada) = with_ada().await;
    let token = server.log_in(&ada).await;
    let code = server.code(&ada.phone_number).await;
    twilio.inject_fault(Operation::Check, fault);
    let began = Instant::now();
    let answer = token.verify(&code).await.expect_problem(503, "otp_unavailable");
    assert!(TIMEOUT.contains(&began.elapsed()), "{:?}", began.elapsed());
    assert!(!answer.text.contains("access_token"), "{}", answer.text);
    // The check counts because Twilio may have made it.
    assert_eq!(answer.body["challenge"]["attempts_left"], 4);
    assert_eq!((twilio.requests(Operation::Check).len(), twilio.guesses()), (1, guesses));
    assert_eq!(server.database.number("SELECT count(*) FROM sessions").await, 0);
    let again = token.verify(&code).await;
    match guesses {
        0 => drop(again.expect(200)),
        // Twilio has approved and deleted the verification.
        _ => drop(again.expect_problem(410, "challenge_expired")),
    }
}

/// Threats: a66, c5.
#[tokio::test]
async fn timeout_answers_503_without_a_second_message_or_a_session() {
    let (done_start, _kept) = Fault::held();
    let (done_check, _kept_too) = Fault::held();
    tokio::join!(
        start_during(Fault::silence(), 0),
        start_during(done_start, 1),
        check_during(Fault::silence(), 0),
        check_during(done_check, 1),
    );
}
