//! `POST /sandbox/users`: a test starts at any stage of the flow, with real tokens.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::harness::{Launch, Server, TempDir, start_command, wrong_code};

impl Server {
    async fn stage_answer(&self, body: Value) -> (u16, Value) {
        let request = self.http.post(format!("{}/sandbox/users", self.sandbox)).json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["countersign-mode"], "dev");
        (response.status().as_u16(), response.json().await.unwrap())
    }

    async fn stage(&self, stage: &str) -> Value {
        let (status, user) = self.stage_answer(json!({ "stage": stage })).await;
        assert_eq!((status, &user["stage"]), (201, &stage.into()), "{user}");
        user
    }
}

fn text<'a>(user: &'a Value, name: &str) -> &'a str {
    user[name].as_str().unwrap_or_else(|| panic!("no {name} in {user}"))
}

fn members(user: &Value) -> Vec<&str> {
    user.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn stage_signed_up() {
    let server = Server::dev().await;
    let made = server.stage("signed_up").await;
    assert_eq!(members(&made), ["stage", "user", "password"]);
    assert_eq!(made["user"]["phone_number_verified"], false);
    let body = json!({ "email": made["user"]["email"], "password": made["password"] });
    server.guest().log_in_with(body).await.expect(200);
}

#[tokio::test]
async fn stage_code_pending() {
    let server = Server::dev().await;
    let made = server.stage("code_pending").await;
    assert_eq!(members(&made), ["stage", "user", "password", "password_ok_token", "challenge", "code"]);
    assert_eq!(made["challenge"]["attempts_left"], 5);
    assert_eq!(server.code(text(&made["user"], "phone_number")).await, text(&made, "code"));
    let token = server.with_password_ok(text(&made, "password_ok_token"));
    token.as_access().me().await.expect_problem(401, "otp_required");
    token.verify(&wrong_code(text(&made, "code"))).await.expect_problem(422, "incorrect_code");
    token.verify(text(&made, "code")).await.expect(200);
}

#[tokio::test]
async fn stage_full() {
    let server = Server::dev().await;
    let made = server.stage("full").await;
    assert_eq!(members(&made), ["stage", "user", "password", "access_token", "refresh_token"]);
    let access = server.with_access(text(&made, "access_token"));
    let me = access.me().await.expect(200);
    assert_eq!((&me.body, &me.body["phone_number_verified"]), (&made["user"], &true.into()));
    access.dashboard().await.expect(200);
    let body = json!({ "refresh_token": made["refresh_token"] });
    server.guest().refresh_with(body).await.expect(200);
}

#[tokio::test]
async fn stages_phone_and_email_change_pending() {
    let server = Server::dev().await;
    for (stage, member) in [("phone_change_pending", "phone_number"), ("email_change_pending", "email")] {
        let made = server.stage(stage).await;
        let access = server.with_access(text(&made, "access_token"));
        let sent_to = text(&made, "sent_to");
        assert_ne!(made["user"][member], sent_to);
        assert_eq!(server.code(sent_to).await, text(&made, "code"));
        assert_eq!(made["challenge"]["attempts_left"], 5);
        let code = text(&made, "code");
        let verified =
            if member == "email" { access.verify_email(code) } else { access.verify_phone_number(code) };
        let user = verified.await.expect(200);
        assert_eq!(user.body[member], sent_to);
    }
}

#[tokio::test]
async fn stage_password_reset_pending() {
    let server = Server::dev().await;
    let made = server.stage("password_reset_pending").await;
    assert_eq!(made["sent_to"], made["user"]["email"]);
    let body = json!({ "reset_token": made["reset_token"], "code": made["code"], "new_password": "an engine that weaves" });
    server.guest().reset_password_with(body).await.expect(204);
    let silent = Launch::dev().variable("COUNTERSIGN__CODES__EMAIL_CHANNEL", "false").start().await;
    let (status, problem) = silent.stage_answer(json!({ "stage": "password_reset_pending" })).await;
    assert_eq!((status, &problem["code"]), (404, &"not_found".into()));
}

#[tokio::test]
async fn stage_locked() {
    let server = Server::dev().await;
    let made = server.stage("locked").await;
    assert_eq!(members(&made), ["stage", "user", "password", "password_ok_token", "challenge"]);
    assert_eq!(made["challenge"]["attempts_left"], 0);
    let code = server.code(text(&made["user"], "phone_number")).await;
    let token = server.with_password_ok(text(&made, "password_ok_token"));
    let answer = token.verify(&code).await;
    let retry_after = answer.expect_problem(429, "too_many_attempts").body["retry_after"].as_u64().unwrap();
    assert!((590..=600).contains(&retry_after), "{retry_after}");
    token.resend().await.expect_problem(429, "too_many_attempts");
}

#[tokio::test]
async fn stage_codes_exhausted() {
    let server = Server::dev().await;
    let made = server.stage("codes_exhausted").await;
    let challenge = &made["challenge"];
    assert_eq!((&challenge["resends_left"], &challenge["attempts_left"]), (&0.into(), &5.into()));
    assert_eq!(challenge.get("resend_in"), None);
    assert_eq!(server.messages(text(&made["user"], "phone_number")).await.len(), 5);
    let token = server.with_password_ok(text(&made, "password_ok_token"));
    token.resend().await.expect_problem(429, "too_many_attempts");
    // The shared clock has not moved.
    let clock = server.http.get(format!("{}/sandbox/clock", server.sandbox)).send().await.unwrap();
    assert_eq!(clock.json::<Value>().await.unwrap()["offset_seconds"], 0);
    token.verify(text(&made, "code")).await.expect(200);
}

#[tokio::test]
async fn given_values_are_used_and_others_are_invented() {
    let server = Server::dev().await;
    let ada = json!({
        "stage": "code_pending", "name": "Ada", "username": "ada", "email": "ada@example.com",
        "phone_number": "+1 201 555 0123", "password": "wobbly umbrella quartz", "channel": "call", "locale": "de",
    });
    let (status, made) = server.stage_answer(ada.clone()).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["user"]["phone_number"], "+12015550123");
    assert_eq!((&made["password"], &made["challenge"]["channel"]), (&ada["password"], &"call".into()));
    // A named user who exists is a conflict.
    let (status, problem) = server.stage_answer(ada).await;
    assert_eq!((status, &problem["code"]), (409, &"user_exists".into()));
    let (status, problem) = server.stage_answer(json!({ "stage": "full", "username": "ADA" })).await;
    assert_eq!((status, &problem["code"]), (409, &"username_taken".into()));
    let (status, grace) = server.stage_answer(json!({ "stage": "full", "name": "Grace" })).await;
    assert_eq!((status, &grace["user"]["name"]), (201, &"Grace".into()));
}

#[tokio::test]
async fn hundreds_of_staged_users_do_not_collide() {
    let server = Server::dev().await;
    let mut numbers = HashSet::new();
    for _ in 0..300 {
        let made = server.stage("signed_up").await;
        assert!(numbers.insert(text(&made["user"], "phone_number").to_owned()));
    }
}

#[tokio::test]
async fn all_mistakes_are_reported_at_once() {
    let server = Server::dev().await;
    let body =
        json!({ "stage": "famous", "email": "x", "password": "12345678", "phone_number": "1", "age": 1 });
    let (status, problem) = server.stage_answer(body).await;
    assert_eq!((status, &problem["code"]), (422, &"validation_failed".into()));
    let pointers: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    for pointer in ["/stage", "/email", "/password", "/phone_number", "/age"] {
        assert!(pointers.contains(&pointer), "{pointer}: {problem}");
    }
    assert!(
        problem.to_string().contains("signed_up, code_pending, full, locked, codes_exhausted"),
        "{problem}"
    );
    let (status, problem) = server.stage_answer(json!({})).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &"/stage".into()));
    for (content_type, body, status) in
        [("application/json", "[]", 400), ("application/json", "{", 400), ("text/plain", "{}", 415)]
    {
        let request = server.http.post(format!("{}/sandbox/users", server.sandbox));
        let answer = request.header("content-type", content_type).body(body).send().await.unwrap();
        assert_eq!(answer.status(), status, "{content_type} {body}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
    let (status, problem) = server.stage_answer(json!({ "stage": "full", "name": "x".repeat(70_000) })).await;
    assert_eq!((status, &problem["code"]), (413, &"payload_too_large".into()));
    let put = server.http.put(format!("{}/sandbox/users", server.sandbox)).send().await.unwrap();
    assert_eq!(put.status(), 405);
    assert_eq!(put.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn only_dev_creates_users_and_documents_it() {
    let described = async |sandbox: &str, http: &reqwest::Client| {
        let document = http.get(format!("{sandbox}/sandbox/openapi.json")).send().await.unwrap();
        let document: Value = document.json().await.unwrap();
        assert!(!document.to_string().contains("oneOf") && !document.to_string().contains("null"));
        document["paths"]["/sandbox/users"]["post"]["responses"].get("403").is_some()
    };
    let server = Server::dev().await;
    assert!(described(&server.sandbox, &server.http).await);
    let directory = TempDir::new();
    let alone = start_command(&directory, "sandbox --sandbox-listen 127.0.0.1:0 --exit-with-stdin", &[]);
    let sandbox = alone.address("sandbox");
    assert!(!described(&sandbox, &server.http).await);
    let request = server.http.post(format!("{sandbox}/sandbox/users")).json(&json!({ "stage": "full" }));
    assert_eq!(request.send().await.unwrap().status(), 404);
}
