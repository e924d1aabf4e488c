//! Wrong passwords are counted per account and per client address. Guesses of a stranger lock out no user.

use serde_json::json;

use crate::harness::{Answer, Launch, Person, Server, Twilio, at_once, count};

const STRANGER: &str = "203.0.113.7";
const HOME: &str = "198.51.100.20";
const ELSEWHERE: &str = "198.51.100.99";

async fn guess(server: &Server, address: &str, email: &str) -> Answer {
    let body = json!({ "email": email, "password": "not the password" });
    server.guest().at(address).log_in_with(body).await
}

/// Logs in and verifies, so that the account knows the address.
async fn verify_at(server: &Server, address: &str, person: &Person) {
    let answer = server.guest().at(address).log_in(person).await.expect(200);
    let code = server.code(&person.phone_number).await;
    server.password_ok_of(&answer).at(address).open_session(&code).await;
}

fn wrong(answer: Answer) -> Answer {
    answer.expect_problem(401, "invalid_credentials")
}

/// Threats: a32, b31, b33.
#[tokio::test]
async fn guesses_from_one_address_do_not_lock_out_the_owner_elsewhere() {
    let server = Server::with_limits(&[("wrong_passwords_per_account_and_address", "5/10m")]).await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    server.check_limit(5, async || guess(&server, STRANGER, &ada.email).await, wrong).await;
    // The spelling of the email address does not matter.
    guess(&server, STRANGER, "ADA@Example.com").await.rate_limited();
    // Even the right password is rejected from there. At the same time the owner gets in from another
    // address.
    server.guest().at(STRANGER).log_in(&ada).await.rate_limited();
    server.guest().at(HOME).log_in(&ada).await.expect(200);
    server.guest().at(STRANGER).log_in(&ada.with_email("other@example.com")).await.expect(401);
}

#[tokio::test]
async fn waits_double_and_expire() {
    let server = Server::with_limits(&[("wrong_passwords_per_account_and_address", "5/10m")]).await;
    let mut waits = Vec::new();
    for _ in 0..5 {
        guess(&server, STRANGER, "unknown@example.com").await.expect(401);
    }
    for _ in 0..12 {
        let wait = guess(&server, STRANGER, "unknown@example.com").await.rate_limited();
        waits.push(wait);
        server.advance(wait).await;
        guess(&server, STRANGER, "unknown@example.com").await.expect(401);
    }
    // Two minutes at first (one of five in ten), then twice as long each time, at most a day.
    let day = 24 * 60 * 60;
    let expected: Vec<u32> = (0..12).map(|doublings| (120 << doublings).min(day)).collect();
    assert_eq!(waits, expected);
    // The quota is full after the last wait and the time of the other attempts. The waits expire a period
    // later.
    server.advance(day + 480 + 600).await;
    for _ in 0..5 {
        guess(&server, STRANGER, "unknown@example.com").await.expect(401);
    }
    assert_eq!(guess(&server, STRANGER, "unknown@example.com").await.rate_limited(), 120);
}

/// Threats: a27, a30.
#[tokio::test]
async fn unknown_email_is_limited_like_a_known_one() {
    let server = Launch::dev().argument("--strict-limits").behind_a_proxy().start().await;
    server.sign_up(&Person::ada()).await;
    let limited = async |address: &str, email: &str| {
        for _ in 0..10 {
            guess(&server, address, email).await.expect_problem(401, "invalid_credentials");
        }
        guess(&server, address, email).await.expect_problem(429, "rate_limited")
    };
    let known = limited("203.0.113.1", "ada@example.com").await;
    let unknown = limited("203.0.113.2", "eve@example.com").await;
    let reported = |answer: &Answer| {
        let mut body = answer.body.clone();
        body["request_id"] = json!("");
        let names = ["retry-after", "ratelimit", "ratelimit-policy", "content-length", "cache-control"];
        (body, names.map(|name| answer.header(name).to_owned()), answer.headers.len())
    };
    assert_eq!(reported(&known), reported(&unknown));
}

/// Threats: a31, a33.
#[tokio::test]
async fn address_has_a_limit_of_wrong_passwords_for_all_accounts() {
    let server = Server::with_limits(&[("wrong_passwords_per_address", "8/h")]).await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let accounts = std::sync::atomic::AtomicU32::new(0);
    let another = async |address: &str| {
        let number = accounts.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        guess(&server, address, &format!("person-{number}@example.com")).await
    };
    server.check_limit(8, async || another("2001:db8:1:2::1").await, wrong).await;
    // An IPv6 client can choose any address of its /64, so the /64 counts.
    another("2001:db8:1:2:ffff:ffff:ffff:ffff").await.rate_limited();
    another("2001:db8:1:3::1").await.expect(401);
    server.guest().at(STRANGER).log_in(&ada).await.expect(200);
}

/// Threats: a31, a32, b31.
#[tokio::test]
async fn owner_gets_in_from_home_during_a_distributed_attack() {
    let limits =
        [("wrong_passwords_per_account", "20/d"), ("wrong_passwords_per_account_and_address", "3/h")];
    let server = Server::with_limits(&limits).await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    verify_at(&server, HOME, &ada).await;
    for number in 0..20 {
        guess(&server, &format!("203.0.113.{number}"), &ada.email).await.expect(401);
    }
    let wait = guess(&server, "203.0.113.200", &ada.email).await.rate_limited();
    // An address that is new to the account must wait too, even with the right password.
    assert_eq!(server.guest().at(ELSEWHERE).log_in(&ada).await.rate_limited(), wait);
    verify_at(&server, HOME, &ada).await;
    // Known addresses have a limit of their own.
    for _ in 0..3 {
        guess(&server, HOME, &ada.email).await.expect(401);
    }
    guess(&server, HOME, &ada.email).await.rate_limited();
    // Other accounts are not affected.
    guess(&server, ELSEWHERE, "eve@example.com").await.expect(401);
}

#[tokio::test]
async fn password_reset_makes_the_address_known() {
    let limits = [("wrong_passwords_per_account", "2/d")];
    let server = Server::with_limits(&limits).await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    for number in 0..2 {
        guess(&server, &format!("203.0.113.{number}"), &ada.email).await.expect(401);
    }
    server.guest().at(ELSEWHERE).log_in(&ada).await.rate_limited();
    let forgotten = server.guest().at(ELSEWHERE).forgot_password(&ada.email).await.expect(202);
    let new = ada.with_password("an engine that weaves patterns");
    let code = server.code(&new.email).await;
    let reset_token = forgotten.text_of("reset_token");
    let reset = server.guest().at(ELSEWHERE).reset_password(&reset_token, &code, &new.password);
    reset.await.expect(204);
    server.guest().at(ELSEWHERE).log_in(&new).await.expect(200);
    server.guest().at(STRANGER).log_in(&new).await.rate_limited();
}

/// Threats: b9.
#[tokio::test]
async fn ten_of_two_hundred_parallel_wrong_passwords_are_compared() {
    let twilio = Twilio::start().await;
    let limits = [("wrong_passwords_per_account_and_address", "10/15m")];
    let launch = || twilio.launch().limits(&limits);
    let first = launch().start().await;
    let second = launch().database(&first.database).start().await;
    let servers = [&first, &second];
    let ada = Person::ada();
    first.sign_up(&ada).await;
    let guesses = (0..200).map(|number| guess(servers[number % 2], STRANGER, &ada.email));
    let answers = at_once(guesses).await;
    assert_eq!(count(&answers, 401, Some("invalid_credentials")), 10);
    // On PostgreSQL, a request that waits a second for a connection is answered 503 and compares nothing.
    let in_vain = count(&answers, 503, Some("not_ready"));
    assert_eq!(count(&answers, 429, Some("rate_limited")) + in_vain, 190);
    assert!(in_vain == 0 || second.database.is_postgres(), "{in_vain}");
    second.guest().at(STRANGER).log_in(&ada).await.expect_problem(429, "rate_limited");
    second.guest().at(HOME).log_in(&ada).await.expect(200);
}

#[tokio::test]
async fn right_password_is_not_counted() {
    let limits = [
        ("wrong_passwords_per_account_and_address", "3/h"),
        ("wrong_passwords_per_account", "3/h"),
        ("wrong_passwords_per_address", "3/h"),
    ];
    let server = Server::with_limits(&limits).await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    for _ in 0..10 {
        verify_at(&server, HOME, &ada).await;
    }
    let whole = "SELECT count(*) FROM throttles WHERE strikes > 0";
    assert_eq!(server.database.number(whole).await, 0);
    guess(&server, HOME, &ada.email).await.expect(401);
    let right = server.guest().at(HOME).log_in(&ada).await.expect(200);
    assert!(right.header("ratelimit").contains("\"wrong_passwords_per_address/h\";r=2;t=1200"), "{right:?}");
}

#[tokio::test]
async fn password_that_was_not_compared_is_not_counted() {
    let limits = [("wrong_passwords_per_account_and_address", "2/h")];
    let launch = Launch::dev().argument("--strict-limits").limits(&limits);
    let busy = launch
        .variable("COUNTERSIGN__PASSWORDS__QUEUE", "1")
        .variable("COUNTERSIGN__PASSWORDS__THREADS", "1")
        .variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "131072")
        .variable("COUNTERSIGN__PASSWORDS__ITERATIONS", "3");
    let server = busy.start().await;
    let flood = (0..20).map(|number| format!("203.0.113.{number}"));
    let flood: Vec<String> = flood.collect();
    let answers = at_once(flood.iter().map(|address| guess(&server, address, "unknown@example.com"))).await;
    assert!(count(&answers, 503, Some("overloaded")) > 0);
    let stored = server.database.number("SELECT count(*) FROM throttles WHERE arrival > 1000000000").await;
    assert_eq!(stored, 20);
    for (address, answer) in flood.iter().zip(answers) {
        if answer.status == 503 {
            for _ in 0..2 {
                guess(&server, address, "unknown@example.com").await.expect(401);
            }
            return;
        }
    }
}

/// Threats: a12, b14.
#[tokio::test]
async fn session_has_a_limit_of_wrong_passwords() {
    let server = Server::with_limits(&[("wrong_passwords_per_session", "3/h")]).await;
    let ada = Person::ada();
    let stolen = server.full_access(&ada).await;
    let own = server.another_session(&ada).await;
    let wrong = "not the password";
    let new = "an engine that weaves patterns";
    let thief = |number: usize| stolen.at(&format!("203.0.113.{number}"));
    // All operations that need the password share one count, whatever the address.
    for answer in [
        thief(0).change_password(wrong, new).await,
        thief(1).delete_account(wrong).await,
        thief(2).change_phone_number("+12015550124", wrong).await,
    ] {
        answer.expect_problem(401, "invalid_credentials");
    }
    let wait = thief(3).change_email("ada@lovelace.example", wrong).await.rate_limited();
    assert_eq!(wait, 1200);
    stolen.change_password(&ada.password, new).await.rate_limited();
    // The user's own session is not affected.
    own.change_password(&ada.password, new).await.expect(204);
    stolen.me().await.expect_problem(401, "invalid_token");
}

/// Headers of an untrusted client and fields of the body do not change the address that is counted.
/// Threats: a33, b32.
#[tokio::test]
async fn client_cannot_choose_the_address_that_is_counted() {
    let limit = [("wrong_passwords_per_address", "8/h")];
    let untrusting = Launch::dev().argument("--strict-limits").limits(&limit);
    let untrusting = untrusting.variable("COUNTERSIGN__SERVER__TRUSTED_PROXIES", "").start().await;
    let behind_a_proxy = Server::with_limits(&limit).await;
    let names = ["x-forwarded-for", "forwarded", "x-real-ip", "x_forwarded_for"];
    let guess_as = async |server: &Server, number: usize| {
        let body = json!({ "email": format!("person-{number}@example.com"), "password": "not the password" });
        let mut caller = server.guest();
        for name in names {
            let element = if name == "forwarded" { "for=" } else { "" };
            caller = caller.header(name, format!("{element}203.0.113.{number}"));
        }
        caller.log_in_with(body).await
    };
    for number in 0..8 {
        wrong(guess_as(&untrusting, number).await);
    }
    for number in 8..40 {
        guess_as(&untrusting, number).await.rate_limited();
        wrong(guess_as(&behind_a_proxy, number).await);
    }
    for field in ["ip", "username", "account", "x"] {
        let mut body = Person::ada().log_in_body();
        body[field] = json!("203.0.113.99");
        untrusting.guest().log_in_with(body).await.expect_problem(422, "validation_failed");
    }
}
