//! Tokens: their claims, who can check them, where they are read, and how long they are valid.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Forge, Person, Server, claims, header, redacted};

/// Checks a token like a resource server that knows only the key set.
fn is_signed_by(key: &serde_json::Value, token: &str) -> bool {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let public_key = URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&ED25519, public_key).verify(message.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn tokens_can_be_checked_with_the_public_keys() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let password_ok = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    let access = password_ok.open_session(&code).await;
    let set = server.guest().jwks().await.expect(200);
    let keys = set.body["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    let key = &keys[0];
    assert_eq!((&key["kty"], &key["crv"], &key["use"]), (&json!("OKP"), &json!("Ed25519"), &json!("sig")));
    assert!(key.get("d").is_none(), "{}", set.text);
    for token in [password_ok.token(), access.token()] {
        assert_eq!((&header(token)["kid"], &header(token)["alg"]), (&key["kid"], &json!("EdDSA")));
        assert!(is_signed_by(key, token));
    }
    let (message, _) = access.token().rsplit_once('.').unwrap();
    let (_, signature) = password_ok.token().rsplit_once('.').unwrap();
    assert!(!is_signed_by(key, &format!("{message}.{signature}")));
}

/// Threats: a7, a23.
#[tokio::test]
async fn token_kinds_have_distinct_types_audiences_and_lifetimes() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let password_ok = server.password_ok(&ada).await;
    let code = server.code(&ada.phone_number).await;
    let tokens = password_ok.verify(&code).await.expect(200);
    let access = tokens.text_of("access_token");
    let first = claims(password_ok.token());
    let second = claims(&access);
    let varying = ["kid", "sub", "sid", "jti", "iat", "nbf", "exp", "auth_time"];
    insta::assert_snapshot!(redacted(&header(password_ok.token()), &varying), @r#"
    {
      "typ": "password-ok+jwt",
      "alg": "EdDSA",
      "kid": "[kid]"
    }
    "#);
    insta::assert_snapshot!(redacted(&first, &varying), @r#"
    {
      "iss": "countersign-dev",
      "sub": "[sub]",
      "aud": "countersign-dev/password-ok",
      "iat": "[iat]",
      "nbf": "[nbf]",
      "exp": "[exp]",
      "jti": "[jti]",
      "amr": [
        "pwd"
      ]
    }
    "#);
    insta::assert_snapshot!(redacted(&header(&access), &varying), @r#"
    {
      "typ": "at+jwt",
      "alg": "EdDSA",
      "kid": "[kid]"
    }
    "#);
    insta::assert_snapshot!(redacted(&second, &varying), @r#"
    {
      "iss": "countersign-dev",
      "sub": "[sub]",
      "aud": "countersign-api",
      "iat": "[iat]",
      "nbf": "[nbf]",
      "exp": "[exp]",
      "jti": "[jti]",
      "sid": "[sid]",
      "amr": [
        "pwd",
        "otp",
        "sms"
      ],
      "auth_time": "[auth_time]",
      "client_id": "countersign"
    }
    "#);
    for (claims, seconds) in [(&first, 600), (&second, 900)] {
        assert_eq!(claims["sub"], tokens.body["user"]["id"]);
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), seconds);
        assert_eq!(claims["nbf"], claims["iat"]);
        let text = claims.to_string();
        for personal in [&ada.name, &ada.email, &ada.phone_number] {
            assert!(!text.contains(personal), "{text}");
        }
    }
}

/// Threats: a26.
#[tokio::test]
async fn token_is_read_only_from_the_authorization_header() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await.token().to_owned();
    let get = |path: &str| server.request(Method::GET, path);
    let query = get("/v1/users/me").query(&[("access_token", &access)]);
    let cookie = get("/v1/users/me").header("cookie", format!("access_token={access}; token={access}"));
    let other_header = get("/v1/users/me").header("x-access-token", &access);
    let form = server
        .request(Method::POST, "/v1/users/logout")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("access_token={access}"));
    let body = server.request(Method::POST, "/v1/users/logout").json(&json!({ "access_token": access }));
    let basic = get("/v1/users/me").basic_auth(&access, Some(&access));
    let other_scheme = get("/v1/users/me").header("authorization", format!("Token {access}"));
    let naked = get("/v1/users/me").header("authorization", &access);
    for request in [query, cookie, other_header, form, body, basic, other_scheme, naked] {
        let answer = server.send(request).await.expect_problem(401, "missing_token");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    for scheme in ["bearer", "BEARER", "Bearer "] {
        server
            .send(get("/v1/users/me").header("authorization", format!("{scheme} {access}")))
            .await
            .expect(200);
    }
}

/// Threats: a26.
#[tokio::test]
async fn two_authorization_headers_are_rejected() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await.token().to_owned();
    for second in [format!("Bearer {access}"), "Basic eDp5".to_owned(), String::new()] {
        let request = server.request(Method::GET, "/v1/users/me").bearer_auth(&access);
        server.send(request.header("authorization", second)).await.expect_problem(400, "malformed_request");
    }
    let request = server.request(Method::POST, "/v1/users/login").header("authorization", "Bearer x");
    let request = request.header("authorization", "Bearer y").json(&ada.log_in_body());
    server.send(request).await.expect_problem(400, "malformed_request");
    server.with_access(&access).me().await.expect(200);
}

#[tokio::test]
async fn access_token_expires_before_its_session() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    server.advance(890).await;
    access.me().await.expect(200);
    // Fifteen minutes, five seconds of leeway, and two more.
    server.advance(17).await;
    let answer = access.me().await.expect_problem(401, "invalid_token");
    assert_eq!(answer.body["reason"], "expired");
    assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
    assert_eq!(server.database.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL").await, 1);
}

/// Threats: a20, b46.
#[tokio::test]
async fn token_of_a_deleted_user_is_rejected() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    let access = server.full_access(&ada).await;
    let password_ok = server.log_in(&ada).await;
    let bob_caller = server.full_access(&bob).await;
    let whose = "user_id IN (SELECT id FROM users WHERE username = 'ada')";
    for table in ["activities", "challenges", "sessions"] {
        server.database.execute(&format!("DELETE FROM {table} WHERE {whose}")).await;
    }
    server.database.execute("DELETE FROM users WHERE username = 'ada'").await;
    access.me().await.expect_problem(401, "invalid_token");
    password_ok.resend().await.expect_problem(401, "invalid_token");
    bob_caller.me().await.expect(200);
    // The next owner of the email address is another user.
    let newcomer = server.full_access(&ada).await;
    assert_ne!(claims(newcomer.token())["sub"], claims(access.token())["sub"]);
    access.me().await.expect_problem(401, "invalid_token");
    newcomer.me().await.expect(200);
}

/// Threats: a45.
#[tokio::test]
async fn no_token_outlives_the_end_of_its_session() {
    let launch = Forge::launch().variable("COUNTERSIGN__TOKENS__SESSION_DAYS", "1");
    let server = launch.start().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let forge = Forge::of(&server).await;
    let mut eternal = claims(access.token());
    eternal["exp"] = json!(eternal["exp"].as_i64().unwrap() + 1_000_000);
    let eternal = server.with_access(&forge.resign(access.token(), &eternal));
    server.advance(86_390).await;
    eternal.me().await.expect(200);
    server.advance(20).await;
    let answer = eternal.me().await.expect_problem(401, "invalid_token");
    assert_eq!(answer.body["reason"], "expired");
}

/// Threats: a20.
#[tokio::test]
async fn signed_token_with_foreign_ids_is_rejected() {
    let server = Forge::launch().start().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    let access = server.full_access(&ada).await;
    let password_ok = server.log_in(&ada).await;
    let forge = Forge::of(&server).await;
    let with_claim = |name: &str, value: Value| {
        let mut claims = claims(access.token());
        claims[name] = value;
        server.with_access(&forge.resign(access.token(), &claims))
    };
    with_claim("client_id", json!("countersign")).me().await.expect(200);
    let bob_caller = server.full_access(&bob).await;
    let bobs_password_ok = server.log_in(&bob).await;
    let unknown = "01890000-0000-7000-8000-000000000000";
    let bobs_claims = claims(bob_caller.token());
    let own = claims(access.token());
    for (name, value) in [
        ("sid", bobs_claims["sid"].clone()),
        ("sub", bobs_claims["sub"].clone()),
        ("sid", json!(unknown)),
        ("sub", json!(unknown)),
        ("sid", own["jti"].clone()),
    ] {
        with_claim(name, value).me().await.expect_problem(401, "invalid_token");
    }
    // The subject is Ada, the challenge is Bob's.
    let mut swapped = claims(password_ok.token());
    swapped["jti"] = claims(bobs_password_ok.token())["jti"].clone();
    let swapped = server.with_password_ok(&forge.resign(password_ok.token(), &swapped));
    let code = server.code(&bob.phone_number).await;
    swapped.verify(&code).await.expect_problem(401, "invalid_token");
    swapped.log_out().await.expect_problem(401, "invalid_token");
    bobs_password_ok.verify(&code).await.expect(200);
    bob_caller.me().await.expect(200);
}
