//! Sign up: which values are accepted, how they are stored, and which are rejected.

use serde_json::{Value, json};

use crate::harness::{Answer, Person, Server, at_once, count};

/// The pointer and the code of every field error.
fn errors(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = answer.body["errors"].as_array().unwrap();
    errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
}

/// The body of Ada's sign-up with one field changed.
fn ada_with(field: &str, value: Value) -> Value {
    let mut body = Person::ada().sign_up_body();
    body[field] = value;
    body
}

async fn sign_up(server: &Server, body: Value) -> Answer {
    server.guest().sign_up_with(body).await
}

/// Threats: a53.
#[tokio::test]
async fn values_are_stored_in_normal_form() {
    let server = Server::dev().await;
    let mut body = ada_with("phone_number", json!(" +1 (201) 555-0123 "));
    body["email"] = json!("  Ada@Example.com\n");
    body["name"] = json!("  Ada Lovelace ");
    let user = sign_up(&server, body).await.expect(201);
    assert_eq!(user.body["phone_number"], "+12015550123");
    assert_eq!(user.body["email"], "Ada@Example.com");
    assert_eq!(user.body["name"], "Ada Lovelace");
    assert_eq!(user.body["created_at"], user.body["updated_at"]);
    assert_eq!(server.database.value("SELECT phone_number FROM users").await, "+12015550123");
    // The stored address works for a log-in, in any case.
    server.log_in(&Person::ada().with_email("ADA@EXAMPLE.COM")).await;
    assert_eq!(server.messages("+12015550123").await.len(), 1);
}

/// Threats: a42.
#[tokio::test]
async fn password_is_stored_as_argon2id_and_never_returned() {
    let server = Server::dev().await;
    let answer = server.sign_up(&Person::ada()).await;
    let hash = server.database.value("SELECT password_hash FROM users").await;
    assert!(hash.starts_with("$argon2id$v=19$m="), "{hash}");
    assert!(!answer.text.contains("argon2") && !answer.text.contains(&Person::ada().password));
}

/// Threats: a29, b11, b29.
#[tokio::test]
async fn email_phone_number_and_username_are_unique() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    let bob = Person::other(1);
    for (field, value, code) in [
        ("email", json!("ada@example.com"), "user_exists"),
        ("email", json!(" ADA@Example.COM "), "user_exists"),
        ("phone_number", json!("+1 201 555 0123"), "user_exists"),
        ("username", json!("ada"), "username_taken"),
        ("username", json!("ADA"), "username_taken"),
    ] {
        let mut body = bob.sign_up_body();
        body[field] = value;
        let answer = sign_up(&server, body).await.expect_problem(409, code);
        assert!(!answer.text.contains("ada@") && !answer.text.contains("2015550123"), "{}", answer.text);
    }
    assert!(server.messages(&ada.phone_number).await.is_empty());
    assert_eq!(server.database.number("SELECT count(*) FROM users").await, 1);
    server.sign_up(&bob).await;
}

#[tokio::test]
async fn existing_user_is_reported_before_a_taken_username() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    for field in ["email", "phone_number"] {
        let mut body = Person::other(1).sign_up_body();
        body["username"] = json!("Ada");
        body[field] = ada.sign_up_body()[field].clone();
        sign_up(&server, body).await.expect_problem(409, "user_exists");
    }
    sign_up(&server, ada.sign_up_body()).await.expect_problem(409, "user_exists");
}

#[tokio::test]
async fn all_field_errors_are_reported_at_once() {
    let server = Server::dev().await;
    let answer = sign_up(&server, json!({})).await.expect_problem(422, "validation_failed");
    let missing = ["/name", "/username", "/password", "/phone_number", "/email"];
    assert_eq!(errors(&answer), missing.map(|pointer| (pointer.to_owned(), "missing".to_owned())));

    let body = json!({
        "name": "", "username": "a b", "password": "short", "phone_number": 7, "email": "ada@localhost",
        "is~ad/min": true,
    });
    let answer = sign_up(&server, body).await.expect_problem(422, "validation_failed");
    let expected = [
        ("/name", "too_short"),
        ("/username", "invalid_format"),
        ("/password", "too_short"),
        ("/phone_number", "wrong_type"),
        ("/email", "invalid_format"),
        ("/is~0ad~1min", "unknown_field"),
    ];
    assert_eq!(errors(&answer), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
}

/// Threats: a38, a52, b44.
#[tokio::test]
async fn every_field_has_limits() {
    let server = Server::dev().await;
    let refused = [
        ("name", json!("   "), "too_short"),
        ("name", json!("x".repeat(101)), "too_long"),
        ("name", json!("a\u{0}b"), "invalid_format"),
        ("name", json!("a\u{202e}b"), "invalid_format"),
        ("username", json!("ab"), "too_short"),
        ("username", json!("x".repeat(33)), "too_long"),
        ("username", json!("ad\u{e4}"), "invalid_format"),
        ("username", json!("ada\u{0}"), "invalid_format"),
        ("email", json!(format!("{}@example.com", "a".repeat(243))), "too_long"),
        ("email", json!("m\u{131}ke@example.com"), "invalid_format"),
        ("email", json!("ada@example.com\r\nBcc: eve@example.com"), "invalid_format"),
        ("phone_number", json!("2015550123"), "invalid_format"),
        ("phone_number", json!("+1 555 555 5555"), "invalid_format"),
        ("phone_number", json!("+12015550123 ext. 7"), "invalid_format"),
        ("phone_number", json!(".;phone-context="), "invalid_format"),
        ("phone_number", json!("+dwPAA;phone-context=AA"), "invalid_format"),
        ("phone_number", json!("1".repeat(41)), "too_long"),
        ("password", json!("\u{e9}".repeat(7)), "too_short"),
        ("password", json!("0123456789".repeat(13)), "too_long"),
        ("password", json!(12345678), "wrong_type"),
        ("email", Value::Null, "wrong_type"),
    ];
    for (field, value, code) in refused {
        let answer = sign_up(&server, ada_with(field, value.clone())).await.expect(422);
        assert_eq!(errors(&answer)[0], (format!("/{field}"), code.to_owned()), "{value}");
    }
    assert_eq!(server.database.number("SELECT count(*) FROM users").await, 0);
    let accepted = [
        ("name", json!("\u{674e}".repeat(100))),
        ("username", json!("xyz")),
        ("username", json!("x".repeat(32))),
        ("email", json!(format!("{}@{}.example.com", "a".repeat(64), "b".repeat(60)))),
        ("phone_number", json!("0044 20 7946 0958")),
        ("phone_number", json!("tel:+49-30-901820")),
        ("password", json!("\u{1f600}\u{1f40c}\u{1f9ed}\u{1f5ff}\u{1f9ff}\u{1f33a}\u{1f9c2}\u{1f6f0}")),
        ("password", json!("quokka zither, ".repeat(9)[..128])),
    ];
    for (number, (field, value)) in accepted.into_iter().enumerate() {
        let mut body = Person::other(number as u32).sign_up_body();
        body[field] = value;
        sign_up(&server, body).await.expect(201);
    }
}

/// Threats: a49.
#[tokio::test]
async fn fields_of_the_server_are_rejected() {
    let server = Server::dev().await;
    for field in ["id", "phone_number_verified", "failed_checks", "password_hash", "created_at", "role"] {
        let answer =
            sign_up(&server, ada_with(field, json!("1"))).await.expect_problem(422, "validation_failed");
        assert_eq!(errors(&answer), [(format!("/{field}"), "unknown_field".to_owned())]);
    }
    assert_eq!(server.database.number("SELECT count(*) FROM users").await, 0);
    let user = server.sign_up(&Person::ada()).await;
    assert_eq!(user.body["phone_number_verified"], false);
}

/// Threats: a39, a40.
#[tokio::test]
async fn passwords_made_of_personal_data_are_rejected() {
    let server = Server::dev().await;
    for password in [
        "password1",
        "Passw0rd!",
        "ada@example.com",
        "Lovelace Ada",
        "countersign123",
        "+12015550123",
        "aaaaaaaaaaaa",
    ] {
        let answer = sign_up(&server, ada_with("password", json!(password))).await.expect(422);
        assert_eq!(errors(&answer), [("/password".to_owned(), "easily_guessed".to_owned())], "{password}");
        assert!(!answer.text.contains(password), "{}", answer.text);
    }
    // There are no rules about kinds of characters: lower case or digits alone are accepted.
    for (number, password) in [
        "kidneyballastumbrella",
        "qxvzkwjpyfghbmt",
        "a   b  q   ,  z",
        "9047318265530917",
        "correct horse password battery",
    ]
    .into_iter()
    .enumerate()
    {
        let person = Person { password: password.into(), ..Person::other(u32::try_from(number).unwrap()) };
        server.sign_up(&person).await;
    }
}

#[tokio::test]
async fn body_that_is_not_a_json_object_is_malformed() {
    let server = Server::dev().await;
    let twice = r#"{"email":"ada@example.com","email":"eve@example.com"}"#;
    for body in ["", "[]", "null", "\"x\"", "{", r#"{"name":"\ud800"}"#, twice, &"[".repeat(5000)] {
        let request = server.request(reqwest::Method::POST, "/v1/users/signup");
        let request = request.header("content-type", "application/json").body(body.to_owned());
        server.send(request).await.expect_problem(400, "malformed_request");
    }
    server.sign_up(&Person::ada()).await;
}

/// Threats: a14, b25.
#[tokio::test]
async fn one_of_fifty_parallel_sign_ups_with_one_email_succeeds() {
    let server = Server::dev().await;
    let people: Vec<Person> =
        (0..50).map(|number| Person::other(number).with_email("ada@example.com")).collect();
    let answers = at_once(people.iter().map(|person| server.guest().sign_up(person))).await;
    assert_eq!(count(&answers, 201, None), 1);
    assert_eq!(count(&answers, 409, Some("user_exists")), 49);
    assert_eq!(server.database.number("SELECT count(*) FROM users").await, 1);
    assert_eq!(server.database.number("SELECT count(*) FROM activities").await, 1);
}

/// Threats: a14, b25.
#[tokio::test]
async fn one_of_fifty_sign_ups_that_differ_only_in_case_succeeds() {
    let server = Server::dev().await;
    let cased = |number: u32, text: &str| {
        let letter = |(at, letter): (usize, char)| match number >> (at % 6) & 1 {
            1 => letter.to_ascii_uppercase(),
            _ => letter,
        };
        text.chars().enumerate().map(letter).collect::<String>()
    };
    let people: Vec<Person> = (0..50)
        .map(|number| Person { email: cased(number, "lovelace@example.com"), ..Person::other(number) })
        .collect();
    let answers = at_once(people.iter().map(|person| server.guest().sign_up(person))).await;
    assert_eq!((count(&answers, 201, None), count(&answers, 409, Some("user_exists"))), (1, 49));
    let people: Vec<Person> = (50..100)
        .map(|number| Person { username: cased(number - 50, "countess"), ..Person::other(number) })
        .collect();
    let answers = at_once(people.iter().map(|person| server.guest().sign_up(person))).await;
    assert_eq!((count(&answers, 201, None), count(&answers, 409, Some("username_taken"))), (1, 49));
    assert_eq!(server.database.number("SELECT count(*) FROM users").await, 2);
}
