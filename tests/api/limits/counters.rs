//! Guesses are counted before Twilio is asked, and only a right code resets the count.

use crate::harness::{Fault, Operation, PasswordOk, Person, Server, Twilio, at_once, count, wrong_code};

/// The failed checks of a user, over all challenges.
async fn of_user(server: &Server, person: &Person) -> i64 {
    let username = &person.username;
    server.database.number(&format!("SELECT failed_checks FROM users WHERE username = '{username}'")).await
}

/// The failed checks of each challenge, the oldest first, separated by commas.
async fn of_challenges(server: &Server) -> String {
    let list = if server.database.is_postgres() {
        "string_agg(failed_checks::text, ',' ORDER BY created_at)"
    } else {
        "group_concat(failed_checks, ',' ORDER BY created_at)"
    };
    server.database.value(&format!("SELECT {list} FROM challenges")).await
}

async fn guess_wrong(server: &Server, token: &PasswordOk, person: &Person, times: usize) {
    let code = server.code(&person.phone_number).await;
    for _ in 0..times {
        token.on(server).verify(&wrong_code(&code)).await.expect_problem(422, "incorrect_code");
    }
}

/// Threats: a5, b5.
#[tokio::test]
async fn resend_and_new_log_in_do_not_reset_wrong_codes() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let first = server.password_ok(&ada).await;
    guess_wrong(&server, &first, &ada, 2).await;
    assert_eq!((of_challenges(&server).await.as_str(), of_user(&server, &ada).await), ("2", 2));
    server.advance(30).await;
    let challenge = first.resend().await.expect(202);
    assert_eq!(challenge.body["attempts_left"], 3);
    guess_wrong(&server, &first, &ada, 1).await;
    assert_eq!((of_challenges(&server).await.as_str(), of_user(&server, &ada).await), ("3", 3));
    let second = server.log_in(&ada).await;
    guess_wrong(&server, &second, &ada, 1).await;
    assert_eq!((of_challenges(&server).await.as_str(), of_user(&server, &ada).await), ("3,1", 4));
    // Twilio has a new verification, and the count continues.
    server.advance(600).await;
    let third = server.log_in(&ada).await;
    guess_wrong(&server, &third, &ada, 5).await;
    assert_eq!((of_challenges(&server).await.as_str(), of_user(&server, &ada).await), ("3,1,5", 9));
    // No verification was cancelled to get a new one with fresh guesses.
    let cancelled = server.sandbox_get("/sandbox/requests?operation=UpdateVerification").await;
    assert_eq!(cancelled["requests"], serde_json::json!([]));
}

#[tokio::test]
async fn right_code_resets_the_wrong_codes_of_its_user() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    let token = server.password_ok(&ada).await;
    let bob_caller = server.password_ok(&bob).await;
    guess_wrong(&server, &token, &ada, 3).await;
    guess_wrong(&server, &bob_caller, &bob, 2).await;
    let code = server.code(&ada.phone_number).await;
    token.verify(&code).await.expect(200);
    assert_eq!((of_user(&server, &ada).await, of_user(&server, &bob).await), (0, 2));
    // The right code was not counted as failed, not even for its challenge.
    assert_eq!(of_challenges(&server).await, "3,2");
}

/// Threats: b9.
#[tokio::test]
async fn five_of_two_hundred_parallel_wrong_codes_reach_twilio() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let server = twilio.launch().start().await;
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    let wrong = wrong_code(&code);
    let answers = at_once((0..200).map(|_| token.verify(&wrong))).await;
    assert_eq!(count(&answers, 422, Some("incorrect_code")), 5);
    // On PostgreSQL, a request waits one second for a connection. On a busy machine some get none.
    let in_vain = count(&answers, 503, Some("not_ready"));
    assert_eq!(count(&answers, 429, Some("too_many_attempts")) + in_vain, 195);
    assert!(in_vain == 0 || server.database.is_postgres(), "{in_vain}");
    assert_eq!((twilio.requests(Operation::Check).len(), twilio.guesses()), (5, 5));
    assert_eq!((of_challenges(&server).await.as_str(), of_user(&server, &ada).await), ("5", 5));
    let mut left: Vec<u64> =
        answers.iter().filter_map(|answer| answer.body["attempts_left"].as_u64()).collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
    token.verify(&code).await.expect_problem(429, "too_many_attempts");
}

/// Threats: b3.
#[tokio::test]
async fn parallel_log_ins_share_the_five_guesses_of_a_number() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    // The default limits would reject some of the log-ins before Twilio does.
    let server = twilio.launch().limits(&[]).start().await;
    server.sign_up(&ada).await;
    let mut tokens = Vec::new();
    for _ in 0..4 {
        tokens.push(server.log_in(&ada).await);
    }
    let code = server.code(&ada.phone_number).await;
    let wrong = wrong_code(&code);
    let answers = at_once((0..20).map(|number| tokens[number % 4].verify(&wrong))).await;
    assert_eq!((count(&answers, 422, Some("incorrect_code")), twilio.guesses()), (5, 5));
    // What Twilio refused to check was no guess.
    assert_eq!(count(&answers, 429, Some("too_many_attempts")), 15);
    assert_eq!(of_user(&server, &ada).await, 5);
    for token in &tokens {
        token.verify(&code).await.expect_problem(429, "too_many_attempts");
    }
}

/// Threats: b7.
#[tokio::test]
async fn crash_and_restart_do_not_reset_wrong_codes() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let mut server = twilio.launch().start().await;
    let token = server.password_ok(&ada).await;
    guess_wrong(&server, &token, &ada, 4).await;
    server.process.kill();
    let server = twilio.launch().database(&server.database).start().await;
    assert_eq!((of_challenges(&server).await.as_str(), of_user(&server, &ada).await), ("4", 4));
    guess_wrong(&server, &token, &ada, 1).await;
    let code = server.code(&ada.phone_number).await;
    token.on(&server).verify(&code).await.expect_problem(429, "too_many_attempts");
    assert_eq!(twilio.guesses(), 5);
}

/// Threats: b7.
#[tokio::test]
async fn guess_during_a_crash_is_counted() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let mut server = twilio.launch().start().await;
    let token = server.password_ok(&ada).await;
    twilio.inject_fault(Operation::Check, Fault::silence());
    let request = server.request(reqwest::Method::POST, "/v1/users/verify").bearer_auth(token.token());
    let pending = tokio::spawn(request.json(&serde_json::json!({ "code": "000000" })).send());
    twilio.wait_for(Operation::Check, 1).await;
    server.process.kill();
    pending.await.unwrap().unwrap_err();
    let server = twilio.launch().database(&server.database).start().await;
    assert_eq!((of_challenges(&server).await.as_str(), of_user(&server, &ada).await), ("1", 1));
    let code = server.code(&ada.phone_number).await;
    token.on(&server).verify(&code).await.expect(200);
}

#[tokio::test]
async fn guess_counts_if_the_client_hangs_up() {
    let twilio = Twilio::start().await;
    let ada = Person::ada();
    let server = twilio.launch().start().await;
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    for number in 1..=5 {
        let pending = tokio::spawn(token.verify(&wrong_code(&code)));
        twilio.wait_for(Operation::Check, number).await;
        pending.abort();
    }
    token.verify(&code).await.expect_problem(429, "too_many_attempts");
    assert_eq!((of_challenges(&server).await.as_str(), of_user(&server, &ada).await), ("5", 5));
}

/// A reset through the mailbox gives no new guesses at the phone's code.
/// Threats: b15.
#[tokio::test]
async fn password_reset_does_not_reset_wrong_codes() {
    let server = Server::dev().await;
    let mut ada = Person::ada();
    let token = server.password_ok(&ada).await;
    guess_wrong(&server, &token, &ada, 4).await;
    let forgot = server.guest().forgot_password(&ada.email).await.expect(202);
    ada.password = "an engine that weaves algebra".into();
    let code = server.code(&ada.email).await;
    let reset = server.guest().reset_password(&forgot.text_of("reset_token"), &code, &ada.password);
    reset.await.expect(204);
    assert_eq!(of_user(&server, &ada).await, 4);
    // It does not start another verification with five fresh checks, either.
    let token = server.log_in(&ada).await;
    guess_wrong(&server, &token, &ada, 1).await;
    let code = server.code(&ada.phone_number).await;
    token.verify(&code).await.expect_problem(429, "too_many_attempts");
    server.advance(600).await;
    server.another_session(&ada).await;
    assert_eq!(of_user(&server, &ada).await, 0);
}
