//! Refresh: tokens rotate, the previous token works for 30 seconds, and later reuse ends the session.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::harness::{Answer, Launch, Person, Server, claims};

#[track_caller]
fn refused(answer: Answer, reason: &str) {
    let answer = answer.expect_problem(401, "invalid_refresh_token");
    assert_eq!(answer.body["reason"], reason, "{}", answer.text);
}

const GENERATION: &str = "SELECT generation FROM sessions";
const DAY: u32 = 24 * 60 * 60;

/// Threats: b20.
#[tokio::test]
async fn refresh_gets_new_tokens_of_the_same_session() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let first = server.full_access(&ada).await;
    server.advance(600).await;
    let second = first.refresh().await.expect(200);
    let renewed = server.session_of(&second);
    assert_ne!(renewed.refresh_token, first.refresh_token);
    assert_ne!(renewed.token(), first.token());
    let old = claims(first.token());
    let new = claims(renewed.token());
    for same in ["iss", "sub", "aud", "sid", "amr", "auth_time", "client_id"] {
        assert_eq!(old[same], new[same], "{same}");
    }
    assert_ne!(old["jti"], new["jti"]);
    assert_eq!(second.body["expires_in"], 900);
    assert_eq!(second.body["user"], renewed.me().await.expect(200).body);
    // The rest of the session's fixed lifetime.
    let left = second.body["refresh_expires_in"].as_u64().unwrap();
    assert!((u64::from(90 * DAY) - 605..=u64::from(90 * DAY) - 600).contains(&left), "{left}");
    // The old access token stays valid until it expires.
    first.me().await.expect(200);
}

/// Threats: a45.
#[tokio::test]
async fn session_ends_after_ninety_days() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let mut token = server.full_access(&ada).await.refresh_token;
    for _ in 0..3 {
        server.advance(29 * DAY).await;
        token = server.guest().refresh(&token).await.expect(200).text_of("refresh_token");
    }
    server.advance(3 * DAY - 120).await;
    let last = server.guest().refresh(&token).await.expect(200);
    let left = last.body["refresh_expires_in"].as_i64().unwrap();
    assert!((100..=120).contains(&left), "{left}");
    // The access token expires with the session.
    assert!(last.body["expires_in"].as_i64().unwrap() <= left, "{}", last.text);
    server.advance(120).await;
    refused(server.guest().refresh(&last.text_of("refresh_token")).await, "expired");
}

/// Threats: a45.
#[tokio::test]
async fn idle_session_ends_after_thirty_days() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.full_access(&ada).await.refresh_token;
    server.advance(30 * DAY).await;
    refused(server.guest().refresh(&token).await, "expired");
}

/// Threats: b24.
#[tokio::test]
async fn lost_answer_can_be_repeated_for_thirty_seconds() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let first = server.full_access(&ada).await.refresh_token;
    let lost = server.guest().refresh(&first).await.expect(200);
    server.advance(25).await;
    let again = server.guest().refresh(&first).await.expect(200);
    for same in ["access_token", "refresh_token"] {
        assert_eq!(again.body[same], lost.body[same], "{same}");
    }
    let left = |answer: &Answer| answer.body["expires_in"].as_i64().unwrap();
    assert!((24..=27).contains(&(left(&lost) - left(&again))), "{} {}", lost.text, again.text);
    assert_eq!(server.database.number(GENERATION).await, 1);
    server.session_of(&again).me().await.expect(200);
}

/// Threats: a10, b23.
#[tokio::test]
async fn reuse_after_thirty_seconds_ends_the_session() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let first = server.full_access(&ada).await.refresh_token;
    let second = server.guest().refresh(&first).await.expect(200);
    server.advance(31).await;
    refused(server.guest().refresh(&first).await, "reuse_detected");
    refused(server.guest().refresh(&second.text_of("refresh_token")).await, "reuse_detected");
    let me = server.session_of(&second).me().await.expect_problem(401, "invalid_token");
    assert_eq!(me.body["reason"], "reuse_detected");
    // The dashboard shows the reuse once, however often the copy was tried.
    refused(server.guest().refresh(&first).await, "reuse_detected");
    let access = server.another_session(&ada).await;
    let kinds = access.recent_activity().await;
    assert_eq!(kinds.iter().filter(|kind| **kind == "refresh_reused").count(), 1, "{kinds:?}");
}

/// Threats: a10.
#[tokio::test]
async fn reuse_two_generations_later_ends_the_session_at_once() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let copied = server.full_access(&ada).await.refresh_token;
    let second = server.guest().refresh(&copied).await.expect(200).text_of("refresh_token");
    let third = server.guest().refresh(&second).await.expect(200).text_of("refresh_token");
    refused(server.guest().refresh(&copied).await, "reuse_detected");
    refused(server.guest().refresh(&third).await, "reuse_detected");
}

/// Threats: a14, b23.
#[tokio::test]
async fn fifty_parallel_refreshes_get_the_same_tokens() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.full_access(&ada).await.refresh_token;
    let answers = futures_util::future::join_all((0..50).map(|_| server.guest().refresh(&token))).await;
    let first = &answers[0];
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.text);
        for same in ["refresh_token", "access_token"] {
            assert_eq!(answer.body[same], first.body[same], "{same}");
        }
    }
    assert_eq!(server.database.number(GENERATION).await, 1);
}

/// A client that loses every second answer stays logged in for a thousand refreshes.
/// Threats: b24.
#[tokio::test]
async fn client_that_loses_every_second_answer_stays_logged_in() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let mut token = server.full_access(&ada).await.refresh_token;
    for round in 0..500 {
        let lost = server.guest().refresh(&token).await.expect(200).text_of("refresh_token");
        token = server.guest().refresh(&token).await.expect(200).text_of("refresh_token");
        assert_eq!(token, lost, "in round {round}");
    }
    assert_eq!(server.database.number(GENERATION).await, 500);
}

#[tokio::test]
async fn malformed_or_forged_refresh_token_is_rejected() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let tokens = server.full_access(&ada).await;
    let other = server.full_access(&Person::other(1)).await;
    let token = &tokens.refresh_token;
    let forged = {
        // The session and generation of one token with the tag of another.
        let mut forged = token[..32].to_owned();
        forged.push_str(&other.refresh_token[32..]);
        forged
    };
    let cut = &token[..token.len() - 2];
    let long = "x".repeat(5000);
    for bad in ["", "x", "csrt_", "csrt_!!", &long, cut, &forged, tokens.token()] {
        refused(server.guest().refresh(bad).await, "malformed");
    }
    for body in [json!({}), json!({ "refresh_token": 1 }), json!({ "refresh_token": token, "x": 1 })] {
        server.guest().refresh_with(body).await.expect_problem(422, "validation_failed");
    }
    assert_eq!(server.database.number("SELECT count(*) FROM sessions WHERE generation = 0").await, 2);
    // As a bearer token it is rejected. A bearer token beside it is ignored.
    let sent = server.guest().bearer("garbage").refresh(token).await;
    sent.expect(200);
}

/// Threats: b18.
#[tokio::test]
async fn ended_session_is_not_refreshed() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    access.log_out().await.expect(204);
    refused(access.refresh().await, "logged_out");
}

#[tokio::test]
async fn server_with_another_secret_rejects_the_refresh_token() {
    let server = Server::dev().await;
    let token = server.full_access(&Person::ada()).await.refresh_token;
    let launch =
        Launch::dev().variable("COUNTERSIGN__TOKENS__SECRET", "another-secret-of-32-characters-or-more");
    let other = launch.start().await;
    refused(other.guest().refresh(&token).await, "malformed");
}

/// A refresh token holds 32 bytes that look random and never repeat.
/// Threats: a25.
#[tokio::test]
async fn refresh_tokens_look_random() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let mut token = server.full_access(&ada).await.refresh_token;
    let mut secrets = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let mut counts = [0_u32; 256];
    for _ in 0..1000 {
        let bytes = URL_SAFE_NO_PAD.decode(&token["csrt_".len()..]).unwrap();
        // The first 20 bytes name the session and the generation. The rest is secret.
        let secret = bytes[20..].to_vec();
        assert_eq!(secret.len(), 32);
        secret.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
        assert!(secrets.insert(secret));
        let next = server.guest().refresh(&token).await.expect(200);
        assert!(ids.insert(claims(&next.text_of("access_token"))["jti"].to_string()));
        token = next.text_of("refresh_token");
    }
    // Pearson's chi-squared test with 255 degrees of freedom: a value above 400 has a probability of 1e-8.
    let expected = 32.0 * 1000.0 / 256.0;
    let difference: f64 = counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
    assert!(difference < 400.0, "{difference}");
}
