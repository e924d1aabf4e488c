//! Wrong codes are counted per user, over all challenges, before Twilio is asked.

use crate::harness::{Fault, Operation, Person, Server, Twilio, at_once, count, wrong_code};

const HOME: &str = "198.51.100.20";
const STRANGER: &str = "203.0.113.7";

/// Submits wrong codes. Every five of them need a new log-in, ten minutes later.
async fn guess_wrong(server: &Server, person: &Person, times: usize) {
    for begun in (0..times).step_by(5) {
        server.advance(600).await;
        let token = server.log_in(person).await;
        let wrong = wrong_code(&server.code(&person.phone_number).await);
        for _ in begun..times.min(begun + 5) {
            token.verify(&wrong).await.expect_problem(422, "incorrect_code");
        }
    }
}

/// Threats: b3.
#[tokio::test]
async fn new_log_in_gains_no_guesses() {
    let server = Server::with_limits(&[("wrong_codes_per_user", "7/d")]).await;
    let ada = Person::ada();
    let bob = Person::other(1);
    server.sign_up(&ada).await;
    guess_wrong(&server, &ada, 7).await;
    server.advance(600).await;
    let token = server.log_in(&ada).await;
    let code = server.code(&ada.phone_number).await;
    let checks = server.twilio_requests("check", &ada.phone_number).await;
    // Not even the right code is checked, and the challenge stays open.
    let refused = token.verify(&code).await;
    assert_eq!(refused.body["challenge"]["attempts_left"], 5);
    assert!(refused.header("ratelimit").starts_with("\"wrong_codes_per_user/d\";r=0;t="), "{refused:?}");
    let wait = refused.rate_limited();
    assert_eq!(server.twilio_requests("check", &ada.phone_number).await, checks);
    // Another user has a count of their own.
    server.full_access(&bob).await;
    server.advance(wait).await;
    server.another_session(&ada).await;
}

#[tokio::test]
async fn daily_limit_applies_besides_the_shorter_one() {
    let server = Server::with_limits(&[("wrong_codes_per_user", "5/10m, 6/d")]).await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    guess_wrong(&server, &ada, 6).await;
    server.advance(3000).await;
    let token = server.log_in(&ada).await;
    let refused = token.verify("000000").await;
    assert!(refused.header("ratelimit").starts_with("\"wrong_codes_per_user/d\";r=0;t="), "{refused:?}");
    assert!(refused.rate_limited() > 3600);
}

#[tokio::test]
async fn right_code_is_not_counted_as_wrong() {
    let server = Server::with_limits(&[("wrong_codes_per_user", "3/h")]).await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    for _ in 0..8 {
        server.another_session(&ada).await;
    }
    guess_wrong(&server, &ada, 2).await;
    let right = server.log_in(&ada).await.verify(&server.code(&ada.phone_number).await).await.expect(200);
    // The two wrong codes stay counted, except for what has refilled since.
    assert!(right.header("ratelimit").contains("\"wrong_codes_per_user/h\";r="), "{right:?}");
    guess_wrong(&server, &ada, 1).await;
}

/// Threats: b3, b9, b40.
#[tokio::test]
async fn parallel_wrong_codes_over_many_challenges_keep_the_limit() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let launch = || twilio.launch().limits(&[("wrong_codes_per_user", "4/h")]);
    let first = launch().start().await;
    let second = launch().database(&first.database).start().await;
    let servers = [&first, &second];
    first.sign_up(&ada).await;
    let mut tokens = Vec::new();
    for _ in 0..4 {
        tokens.push(first.log_in(&ada).await);
    }
    let code = first.code(&ada.phone_number).await;
    let wrong = wrong_code(&code);
    let guess = |number: usize| tokens[number % 4].on(servers[number % 2]).verify(&wrong);
    let answers = at_once((0..50).map(guess)).await;
    assert_eq!(count(&answers, 422, Some("incorrect_code")), 4);
    assert_eq!((twilio.requests(Operation::Check).len(), twilio.guesses()), (4, 4));
    assert_eq!(count(&answers, 422, None) + count(&answers, 429, Some("rate_limited")), 46);
    // The rejected checks count neither for a challenge nor for the user.
    assert_eq!(first.database.number("SELECT sum(failed_checks) FROM challenges").await, 4);
    assert_eq!(first.database.number("SELECT failed_checks FROM users").await, 4);
    tokens[0].on(&second).verify(&code).await.rate_limited();
}

#[tokio::test]
async fn check_is_refunded_only_if_it_certainly_failed() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let server = twilio.launch().limits(&[("wrong_codes_per_user", "2/h")]).start().await;
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    for _ in 0..4 {
        twilio.inject_fault(Operation::Check, Fault::error(429, 20429));
        twilio.inject_fault(Operation::Check, Fault::error(429, 20429));
        twilio.inject_fault(Operation::Check, Fault::error(429, 20429));
        while !twilio.all_faults_used() {
            token.verify(&code).await.expect_problem(503, "otp_unavailable");
        }
    }
    for _ in 0..2 {
        twilio.inject_fault(Operation::Check, Fault::dropped());
        token.verify(&code).await.expect_problem(503, "otp_unavailable");
    }
    token.verify(&code).await.rate_limited();
}

/// Threats: a32, b31.
#[tokio::test]
async fn thief_with_the_password_does_not_lock_out_the_owner_at_home() {
    let server = Server::with_limits(&[("wrong_codes_per_user", "5/d")]).await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    token.at(HOME).verify(&code).await.expect(200);
    let thief = server.log_in(&ada).await;
    let wrong = wrong_code(&server.code(&ada.phone_number).await);
    for _ in 0..5 {
        thief.at(STRANGER).verify(&wrong).await.expect_problem(422, "incorrect_code");
    }
    server.advance(600).await;
    let token = server.log_in(&ada).await;
    let code = server.code(&ada.phone_number).await;
    token.at(STRANGER).verify(&code).await.rate_limited();
    token.at(HOME).verify(&code).await.expect(200);
    // A known address has a limit of its own: five.
    server.advance(1).await;
    let again = server.log_in(&ada).await;
    for _ in 0..5 {
        again.at(HOME).verify("000000").await.expect_problem(422, "incorrect_code");
    }
    server.advance(600).await;
    let last = server.log_in(&ada).await;
    last.at(HOME).verify("000000").await.rate_limited();
}

/// Threats: a6.
#[tokio::test]
async fn too_many_wrong_codes_in_a_row_leave_one_attempt_a_day() {
    let server = Server::with_limits(&[("wrong_codes_in_a_row", "7")]).await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    guess_wrong(&server, &ada, 7).await;
    // The one attempt of this day.
    guess_wrong(&server, &ada, 1).await;
    let token = server.log_in(&ada).await;
    let checks = server.twilio_requests("check", &ada.phone_number).await;
    assert_eq!(checks, 8);
    // Not even the right code is checked.
    let wait = token.verify(&server.code(&ada.phone_number).await).await.rate_limited();
    assert_eq!(wait, 24 * 60 * 60);
    assert_eq!(server.twilio_requests("check", &ada.phone_number).await, checks);
    server.advance(wait).await;
    // The one attempt of this day is right and resets everything.
    server.another_session(&ada).await;
    guess_wrong(&server, &ada, 7).await;
}
