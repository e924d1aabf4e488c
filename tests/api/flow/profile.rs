//! Changing the name and the username: no other field changes.

use serde_json::json;

use crate::harness::{Person, Server, at_once, count};

#[tokio::test]
async fn name_and_username_change_alone_or_together() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let before = access.me().await.expect(200).body;
    server.advance(60).await;
    let named = access.update_profile(json!({ "name": "  Ada King " })).await.expect(200).body;
    assert_eq!((&named["name"], &named["username"]), (&json!("Ada King"), &before["username"]));
    assert!(named["updated_at"].as_str() > before["updated_at"].as_str(), "{named}");
    let body = json!({ "name": "Ada, Countess of Lovelace", "username": "Countess" });
    let both = access.update_profile(body).await.expect(200).body;
    assert_eq!((&both["name"], &both["username"]), (&json!("Ada, Countess of Lovelace"), &json!("Countess")));
    for same in ["id", "email", "phone_number", "phone_number_verified", "created_at"] {
        assert_eq!(both[same], before[same], "{same}");
    }
    assert_eq!(access.me().await.expect(200).body, both);
    assert_eq!(access.recent_activity().await[..3], ["profile_changed", "profile_changed", "verified"]);
    // The old username is free.
    let next = Person { username: ada.username.clone(), ..Person::other(1) };
    server.sign_up(&next).await;
}

#[tokio::test]
async fn unchanged_values_are_no_change() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let before = access.me().await.expect(200).body;
    server.advance(60).await;
    for body in
        [json!({}), json!({ "name": ada.name }), json!({ "name": ada.name, "username": ada.username })]
    {
        assert_eq!(access.update_profile(body).await.expect(200).body, before);
    }
    assert_eq!(access.me().await.expect(200).body, before);
    assert_eq!(access.recent_activity().await[0], "verified");
}

/// Threats: a49.
#[tokio::test]
async fn profile_values_have_the_rules_of_sign_up() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    for (body, pointer, code) in [
        (json!({ "name": "" }), "/name", "too_short"),
        (json!({ "name": "a\u{202e}b" }), "/name", "invalid_format"),
        (json!({ "name": "a\0b" }), "/name", "invalid_format"),
        (json!({ "name": null }), "/name", "wrong_type"),
        (json!({ "username": "ada\0" }), "/username", "invalid_format"),
        (json!({ "username": "a b" }), "/username", "invalid_format"),
        (json!({ "username": "x".repeat(33) }), "/username", "too_long"),
        (json!({ "role": "admin" }), "/role", "unknown_field"),
        (json!({ "phone_number_verified": true }), "/phone_number_verified", "unknown_field"),
        (json!({ "name": "Eve", "email": "eve@example.com" }), "/email", "unknown_field"),
        (json!({ "phone_number": "+12025550123" }), "/phone_number", "unknown_field"),
        (json!({ "password": "wobbly umbrella quartz" }), "/password", "unknown_field"),
    ] {
        let answer = access.update_profile(body).await.expect_problem(422, "validation_failed");
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{}", answer.text);
        assert_eq!(answer.body["errors"][0]["code"], code, "{}", answer.text);
    }
    assert_eq!(access.me().await.expect(200).body["name"], ada.name);
    let elsewhere = access.update_profile(json!({ "password": "x" })).await.expect(422);
    assert!(elsewhere.text.contains("PUT /v1/users/me/password"), "{}", elsewhere.text);
}

#[tokio::test]
async fn username_is_unique_ignoring_case_except_for_its_owner() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    let access = server.full_access(&ada).await;
    server.sign_up(&bob).await;
    let body = json!({ "name": "Bob", "username": bob.username.to_uppercase() });
    access.update_profile(body).await.expect_problem(409, "username_taken");
    assert_eq!(access.me().await.expect(200).body["name"], ada.name);
    let own = access.update_profile(json!({ "username": "ADA" })).await.expect(200);
    assert_eq!(own.body["username"], "ADA");
}

#[tokio::test]
async fn one_of_many_parallel_claims_gets_the_username() {
    let server = Server::dev().await;
    let mut callers = Vec::new();
    for number in 0..10 {
        callers.push(server.full_access(&Person::other(number)).await);
    }
    let body = json!({ "username": "countess" });
    let answers = at_once(callers.iter().map(|access| access.update_profile(body.clone()))).await;
    assert_eq!((count(&answers, 200, None), count(&answers, 409, Some("username_taken"))), (1, 9));
}
