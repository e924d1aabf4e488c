//! Changing the password: the old password and everything that was opened with it elsewhere become invalid.

use serde_json::json;

use crate::harness::{Answer, Launch, Person, Server, at_once, count};

const NEW: &str = "an engine that weaves algebra";

#[tokio::test]
async fn new_password_replaces_the_old_one() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let before = server.database.value("SELECT password_hash FROM users").await;
    access.change_password(&ada.password, NEW).await.expect(204);
    server.guest().log_in(&ada).await.expect_problem(401, "invalid_credentials");
    server.log_in(&ada.with_password(NEW)).await;
    let after = server.database.value("SELECT password_hash FROM users").await;
    assert!(after != before && after.starts_with("$argon2id$"), "{after}");
    assert!(access.recent_activity().await.contains(&"password_changed".to_owned()));
}

/// Threats: a11, b17.
#[tokio::test]
async fn password_change_ends_other_sessions_and_pending_log_ins() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let bob = Person::other(1);
    let other = server.full_access(&ada).await;
    let own = server.another_session(&ada).await;
    let pending = server.log_in(&ada).await;
    let bob_caller = server.password_ok(&bob).await;
    let code = server.code(&ada.phone_number).await;
    own.change_password(&ada.password, NEW).await.expect(204);

    let ended = other.me().await.expect_problem(401, "invalid_token");
    assert_eq!(ended.body["reason"], "password_changed");
    let ended = other.refresh().await.expect_problem(401, "invalid_refresh_token");
    assert_eq!(ended.body["reason"], "password_changed");
    let answers = [pending.verify(&code).await, pending.resend().await, pending.log_out().await];
    for answer in answers {
        assert_eq!(answer.expect_problem(401, "invalid_token").body["reason"], "password_changed");
    }
    // The caller's session continues, and other users are not affected.
    own.me().await.expect(200);
    own.refresh().await.expect(200);
    let code = server.code(&bob.phone_number).await;
    bob_caller.verify(&code).await.expect(200);
}

/// Threats: a12.
#[tokio::test]
async fn wrong_current_password_changes_nothing() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let other = server.full_access(&ada).await;
    let access = server.another_session(&ada).await;
    for wrong in ["x", "Correct horse battery staple", "correct horse battery staple "] {
        let answer = access.change_password(wrong, NEW).await;
        let answer = answer.expect_problem(401, "invalid_credentials");
        assert_eq!(answer.body["detail"], "The password is wrong. Try again.");
    }
    other.me().await.expect(200);
    server.log_in(&ada).await;
    assert_eq!(access.recent_activity().await[0], "logged_in");
}

/// Threats: a40.
#[tokio::test]
async fn new_password_has_the_rules_of_sign_up() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let errors = |answer: Answer| {
        let first = &answer.expect_problem(422, "validation_failed").body["errors"][0];
        (first["pointer"].as_str().unwrap().to_owned(), first["code"].as_str().unwrap().to_owned())
    };
    for (new, code) in [
        ("short", "too_short"),
        (&"quokka zither, ".repeat(9), "too_long"),
        ("password1", "easily_guessed"),
        ("ada@example.com", "easily_guessed"),
        ("Lovelace Ada", "easily_guessed"),
        ("+12015550123", "easily_guessed"),
        (&ada.password, "not_allowed"),
    ] {
        let answer = access.change_password(&ada.password, new).await;
        assert_eq!(errors(answer), ("/new_password".to_owned(), code.to_owned()), "{new}");
    }
    let missing = access.change_password_with(json!({})).await.expect_problem(422, "validation_failed");
    assert_eq!(missing.body["errors"].as_array().unwrap().len(), 2);
    let unknown = json!({ "current_password": "x", "new_password": NEW, "password": "x" });
    let unknown = access.change_password_with(unknown).await;
    assert_eq!(errors(unknown), ("/password".to_owned(), "unknown_field".to_owned()));
    server.log_in(&ada).await;
}

/// Threats: a14.
#[tokio::test]
async fn one_of_many_parallel_password_changes_succeeds() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let new: Vec<String> = (0..8).map(|number| format!("{NEW} {number}")).collect();
    let answers = at_once(new.iter().map(|new| access.change_password(&ada.password, new))).await;
    assert_eq!((count(&answers, 204, None), count(&answers, 401, Some("invalid_credentials"))), (1, 7));
    let winner = answers.iter().position(|answer| answer.status == 204).unwrap();
    server.log_in(&ada.with_password(&new[winner])).await;
    server.guest().log_in(&ada).await.expect_problem(401, "invalid_credentials");
}

/// A log-in compares the old password while the change is running. Either the log-in or its token is
/// rejected.
/// Threats: b17.
#[tokio::test]
async fn log_in_during_a_password_change_gets_no_session() {
    let server = Server::dev().await;
    for number in 0..5 {
        let person = Person::other(number);
        let access = server.full_access(&person).await;
        let change = access.change_password(&person.password, NEW);
        let (changed, log_ins) =
            tokio::join!(change, at_once((0..4).map(|_| server.guest().log_in(&person))));
        changed.expect(204);
        for log_in in log_ins {
            match log_in.status {
                200 => {
                    let token = server.password_ok_of(&log_in);
                    let code = server.code(&person.phone_number).await;
                    let verified = token.verify(&code).await.expect_problem(401, "invalid_token");
                    assert_eq!(verified.body["reason"], "password_changed");
                }
                _ => drop(log_in.expect_problem(401, "invalid_credentials")),
            }
        }
        server.log_in(&person.with_password(NEW)).await;
    }
}

#[tokio::test]
async fn full_hashing_queue_is_reported() {
    let launch = Launch::dev()
        .variable("COUNTERSIGN__PASSWORDS__THREADS", "1")
        .variable("COUNTERSIGN__PASSWORDS__QUEUE", "1")
        .variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "65536");
    let server = launch.start().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let answers = at_once((0..12).map(|_| access.change_password("wrong", NEW))).await;
    let refused = count(&answers, 503, Some("overloaded"));
    assert!(refused > 0, "{answers:?}");
    assert_eq!(refused + count(&answers, 401, Some("invalid_credentials")), 12);
    access.me().await.expect(200);
}

/// A refresh runs at the same time as the change. Whatever its answer, the other session ends.
/// Threats: b17.
#[tokio::test]
async fn refresh_during_a_password_change_gets_no_valid_tokens() {
    let server = Launch::dev().variable("COUNTERSIGN__PASSWORDS__MEMORY_KIB", "64").start().await;
    let mut slipped_in_before = 0;
    for number in 0..30 {
        let person = Person::other(number);
        let other = server.full_access(&person).await.refresh_token;
        let own = server.another_session(&person).await;
        let (changed, first, second) =
            tokio::join!(own.change_password(&person.password, NEW), server.guest().refresh(&other), async {
                server.guest().live().await;
                server.guest().refresh(&other).await
            },);
        changed.expect(204);
        for answer in [first, second] {
            match answer.status {
                200 => {
                    slipped_in_before += 1;
                    let slipped = server.session_of(&answer);
                    let me = slipped.me().await;
                    assert_eq!(me.expect_problem(401, "invalid_token").body["reason"], "password_changed");
                    slipped.refresh().await.expect_problem(401, "invalid_refresh_token");
                }
                _ => drop(answer.expect_problem(401, "invalid_refresh_token")),
            }
        }
        own.refresh().await.expect(200);
    }
    eprintln!("{slipped_in_before} of 60 refreshes came before the change");
}
