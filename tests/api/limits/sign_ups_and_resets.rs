//! Sign-ups and password resets are counted per client address, and resets also per email address.

use serde_json::json;

use crate::harness::{Launch, Person, Server};

const HOME: &str = "198.51.100.20";
const STRANGER: &str = "203.0.113.7";

#[tokio::test]
async fn address_has_a_limit_of_sign_ups() {
    let server = Server::with_limits(&[("sign_ups_per_address", "3/h")]).await;
    let people = std::sync::atomic::AtomicU32::new(0);
    let another = async |address: &str| {
        let number = people.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        server.guest().at(address).sign_up(&Person::other(number)).await
    };
    server.check_limit(3, async || another(STRANGER).await, |answer| answer.expect(201)).await;
    another(HOME).await.expect(201);
}

#[tokio::test]
async fn network_has_a_limit_of_sign_ups() {
    let server = Server::with_limits(&[("sign_ups_per_network", "3/h")]).await;
    let people = std::sync::atomic::AtomicU32::new(0);
    let another = async || {
        let number = people.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        server.guest().at(&format!("203.0.113.{number}")).sign_up(&Person::other(number)).await
    };
    server.check_limit(3, another, |answer| answer.expect(201)).await;
    server.guest().at("203.0.114.1").sign_up(&Person::other(100)).await.expect(201);
}

/// Threats: a29.
#[tokio::test]
async fn sign_up_of_a_taken_email_counts_but_an_invalid_one_does_not() {
    let server = Server::with_limits(&[("sign_ups_per_address", "3/h")]).await;
    let ada = Person::ada();
    for _ in 0..5 {
        let nonsense = ada.with_email("no address");
        server.guest().at(STRANGER).sign_up(&nonsense).await.expect_problem(422, "validation_failed");
    }
    server.guest().at(STRANGER).sign_up(&ada).await.expect(201);
    // The number of attempts to find out who has an account is limited.
    for _ in 0..2 {
        server.guest().at(STRANGER).sign_up(&ada).await.expect_problem(409, "user_exists");
    }
    server.guest().at(STRANGER).sign_up(&ada).await.rate_limited();
}

#[tokio::test]
async fn dev_limits_addresses_only_with_strict_limits() {
    let one_each = |launch: Launch| {
        launch.limits(&[
            ("sign_ups_per_address", "1/d"),
            ("sign_ups_per_network", "1/d"),
            ("codes_per_address", "1/d"),
            ("codes_per_network", "1/d"),
            ("wrong_passwords_per_address", "1/d"),
            ("password_resets_per_address", "1/d"),
            ("wrong_passwords_per_account", "1/d"),
        ])
    };
    let lenient = one_each(Launch::dev()).start().await;
    for number in 0..3 {
        lenient.full_access(&Person::other(number)).await;
        lenient
            .guest()
            .at(STRANGER)
            .forgot_password(&format!("person-{number}@example.com"))
            .await
            .expect(202);
    }
    let wrong = json!({ "email": "person-1@example.com", "password": "not the password" });
    lenient.guest().log_in_with(wrong.clone()).await.expect(401);
    lenient.guest().at(STRANGER).log_in_with(wrong).await.rate_limited();
    let strict = one_each(Launch::dev().argument("--strict-limits")).start().await;
    strict.sign_up(&Person::ada()).await;
    strict.guest().sign_up(&Person::other(1)).await.rate_limited();
    // Users of the sandbox have no client address.
    for _ in 0..3 {
        let made =
            strict.http.post(format!("{}/sandbox/users", strict.sandbox)).json(&json!({ "stage": "full" }));
        assert_eq!(made.send().await.unwrap().status(), 201);
    }
}

/// Threats: a30.
#[tokio::test]
async fn known_and_unknown_email_have_the_same_limit_of_resets() {
    let server = Server::with_limits(&[("password_resets_per_email", "2/h")]).await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let from_anywhere = std::sync::atomic::AtomicU32::new(0);
    let mut reported = Vec::new();
    for email in [ada.email.as_str(), "eve@example.com"] {
        let forget = async || {
            let number = from_anywhere.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            server.guest().at(&format!("203.0.113.{number}")).forgot_password(email).await
        };
        server.check_limit(2, forget, |answer| answer.expect(202)).await;
        let refused = server.guest().at(STRANGER).forgot_password(&email.to_uppercase()).await;
        let names = ["retry-after", "ratelimit", "ratelimit-policy"];
        reported.push((refused.body["detail"].clone(), names.map(|name| refused.header(name).to_owned())));
        refused.rate_limited();
    }
    assert_eq!(reported[0], reported[1]);
}

#[tokio::test]
async fn stranger_does_not_use_up_the_resets_of_the_owner() {
    let server = Server::with_limits(&[("password_resets_per_email", "2/d")]).await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    token.at(HOME).verify(&code).await.expect(200);
    for _ in 0..2 {
        server.guest().at(STRANGER).forgot_password(&ada.email).await.expect(202);
    }
    server.guest().at(STRANGER).forgot_password(&ada.email).await.rate_limited();
    for _ in 0..2 {
        server.guest().at(HOME).forgot_password(&ada.email).await.expect(202);
    }
    server.guest().at(HOME).forgot_password(&ada.email).await.rate_limited();
}

#[tokio::test]
async fn address_has_a_limit_of_resets() {
    let server = Server::with_limits(&[("password_resets_per_address", "3/h")]).await;
    let people = std::sync::atomic::AtomicU32::new(0);
    let another = async || {
        let number = people.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        server.guest().at(STRANGER).forgot_password(&format!("person-{number}@example.com")).await
    };
    server.check_limit(3, another, |answer| answer.expect(202)).await;
    server.guest().at(HOME).forgot_password("ada@example.com").await.expect(202);
}

#[tokio::test]
async fn reset_counts_as_a_code_of_its_address() {
    let server = Server::with_limits(&[("codes_per_address", "2/h")]).await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    server.guest().at(STRANGER).forgot_password(&ada.email).await.expect(202);
    // An unknown address counts as well.
    server.guest().at(STRANGER).forgot_password("eve@example.com").await.expect(202);
    server.guest().at(STRANGER).forgot_password(&ada.email).await.rate_limited();
    server.guest().at(STRANGER).log_in(&ada).await.rate_limited();
}
