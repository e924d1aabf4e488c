//! Security events in the log: each has a name, a user, an address and a request, and no secret.

use std::collections::BTreeSet;

use countersign::auth::EventKind;
use serde_json::{Value, json};

use crate::harness::{Launch, Person, Server, Source, wrong_code};

/// The lines of the audit log.
fn audit(log: &str) -> Vec<Value> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["target"] == "audit").collect()
}

/// The event and its reason.
fn reported(line: &Value) -> (&str, &str) {
    (line["event"].as_str().unwrap(), line["reason"].as_str().unwrap_or_default())
}

fn json_log() -> Launch {
    Launch::dev().variable("COUNTERSIGN__LOG__FORMAT", "json").variable("COUNTERSIGN__LOG__LEVEL", "error")
}

async fn ended(mut server: Server) -> String {
    server.process.signal("TERM");
    server.process.wait().1
}

/// Provokes every event once. Returns the events in the order of the log.
async fn provoke(server: &Server, ada: &Person) -> Vec<(&'static str, &'static str)> {
    let wrong = ada.with_password("incorrect horse");
    server.sign_up(ada).await;
    server.guest().log_in(&wrong).await.expect(401);
    server.guest().log_in(&Person::other(7)).await.expect(401);
    let given_up = server.log_in(ada).await;
    given_up.log_out().await.expect(204);
    let token = server.log_in(ada).await;
    let code = server.code(&ada.phone_number).await;
    token.verify(&wrong_code(&code)).await.expect(422);
    let access = token.open_session(&code).await;
    access.update_profile(json!({ "name": "Countess" })).await.expect(200);
    let new = "staple battery horse correct";
    access.change_password("wrong", new).await.expect(401);
    access.delete_account("wrong").await.expect(401);
    access.change_password(&ada.password, new).await.expect(204);
    let ada = &ada.with_password(new);
    server.another_session(ada).await;
    let list = access.listed_sessions().await;
    let id = list.iter().find(|session| session["current"] == false).unwrap()["id"].as_str().unwrap();
    access.end_session(id).await.expect(204);
    access.refresh().await.expect(200);
    server.advance(31).await;
    access.refresh().await.expect(401);
    let last = server.another_session(ada).await;
    last.log_out().await.expect(204);
    let token = server.log_in(ada).await;
    let code = server.code(&ada.phone_number).await;
    for _ in 0..5 {
        token.verify(&wrong_code(&code)).await.expect(422);
    }
    token.verify(&code).await.expect(429);
    server.advance(601).await;
    let last = server.another_session(ada).await;
    last.delete_account(&ada.password).await.expect(204);
    for _ in 0..4 {
        server.guest().forgot_password("unknown@example.com").await.expect(202);
    }
    server.guest().forgot_password("unknown@example.com").await.expect(429);
    let log_in =
        [("authn_token_created", "password_ok"), ("authn_login_success", ""), ("session_created", "")];
    let mut expected = vec![
        ("user_created", ""),
        ("authn_login_fail", "wrong_password"),
        ("authn_login_fail", "unknown_email"),
        ("authn_token_created", "password_ok"),
        ("authn_token_revoked", "logged_out"),
        ("authn_token_created", "password_ok"),
        ("authn_login_fail", "incorrect_code"),
        ("authn_login_success", ""),
        ("session_created", ""),
        ("user_updated", "profile"),
        ("authn_password_change_fail", "wrong_password"),
        ("authz_fail", "wrong_password"),
        ("authn_password_change", ""),
    ];
    expected.extend(log_in);
    expected.extend([
        ("session_expired", "session_ended"),
        ("session_renewed", ""),
        ("authn_token_reuse", "reuse_detected"),
    ]);
    expected.extend(log_in);
    expected.extend([("session_expired", "logged_out"), ("authn_token_created", "password_ok")]);
    expected.extend([("authn_login_fail", "incorrect_code"); 5]);
    expected.push(("authn_login_fail_max", "incorrect_code"));
    expected.extend(log_in);
    expected.push(("user_deleted", ""));
    expected.push(("excess_rate_limit_exceeded", "password_resets_per_email"));
    expected
}

/// Threats: a63.
#[tokio::test]
async fn each_event_is_one_line_under_its_name() {
    let server = json_log().start().await;
    let ada = Person { username: "countess".into(), ..Person::ada() };
    let expected = provoke(&server, &ada).await;
    let log = ended(server).await;
    let lines = audit(&log);
    assert_eq!(lines.iter().map(reported).collect::<Vec<_>>(), expected, "{log}");
    let user_id = lines[0]["user_id"].as_str().unwrap();
    let ids: BTreeSet<_> = lines.iter().map(|line| line["event_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), lines.len());
    for line in &lines {
        let known = !["unknown_email", "password_resets_per_email"].contains(&reported(line).1);
        assert_eq!(line["user_id"].as_str(), known.then_some(user_id), "{line}");
        assert_eq!(line["ip_address"], "127.0.0.1", "{line}");
        assert_eq!(line["message"], "audit");
        assert_eq!(line["span"]["request_id"].as_str().unwrap().len(), 32, "{line}");
        let suspicious = [
            "authn_login_fail",
            "authn_login_fail_max",
            "authn_token_reuse",
            "authn_password_change_fail",
            "authz_fail",
            "excess_rate_limit_exceeded",
        ];
        let level = if suspicious.contains(&reported(line).0) { "WARN" } else { "INFO" };
        assert_eq!(line["level"], level, "{line}");
    }
    // Every kind of event has occurred.
    let provoked: BTreeSet<_> = expected.iter().map(|(event, _)| *event).collect();
    assert_eq!(provoked, EventKind::ALL.map(EventKind::as_str).into_iter().collect());
    for secret in [&ada.email, &ada.phone_number, &ada.name, &ada.username, &ada.password, "horse"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

/// Threats: a63.
#[tokio::test]
async fn line_names_its_request_and_its_client() {
    let server = json_log().variable("COUNTERSIGN__SERVER__TRUSTED_PROXIES", "127.0.0.1/32");
    let ada = Person::ada();
    let server = server.start().await;
    let caller = server.guest().at("203.0.113.7").header("x-request-id", "abc-1");
    caller.header("user-agent", "Curious/1.0 \"quoted\"").sign_up(&ada).await.expect(201);
    let log = ended(server).await;
    let line = &audit(&log)[0];
    assert_eq!(line["span"]["request_id"], "abc-1", "{line}");
    assert_eq!(
        (&line["ip_address"], &line["user_agent"]),
        (&json!("203.0.113.7"), &json!("Curious/1.0 \"quoted\""))
    );
}

#[tokio::test]
async fn text_format_has_events_and_a_setting_disables_them() {
    let on = Launch::dev().variable("COUNTERSIGN__LOG__LEVEL", "error").start().await;
    let off = Launch::dev().variable("COUNTERSIGN__LOG__AUDIT", "false").start().await;
    for server in [&on, &off] {
        server.sign_up(&Person::ada()).await;
    }
    let log = ended(on).await;
    let line = log
        .lines()
        .find(|line| line.contains("audit event=\"user_created\""))
        .unwrap_or_else(|| panic!("{log}"));
    assert!(line.contains("request{request_id=") && line.contains("ip_address=\"127.0.0.1\""), "{line}");
    let log = ended(off).await;
    assert!(log.contains("answered") && !log.contains("user_created"), "{log}");
}

/// Of two sign-ups with one email address, only the successful one is logged.
/// Threats: a76.
#[tokio::test]
async fn rolled_back_event_leaves_no_line() {
    let server = json_log().start().await;
    let ada = Person::ada();
    server.sign_up(&ada).await;
    server.guest().sign_up(&ada).await.expect(409);
    let access = server.another_session(&ada).await;
    let taken = json!({ "username": "bob" });
    server.sign_up(&Person { username: "bob".into(), ..Person::other(1) }).await;
    access.update_profile(taken).await.expect(409);
    let log = ended(server).await;
    let lines = audit(&log);
    let count = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    assert_eq!((count("user_created"), count("user_updated")), (2, 0), "{log}");
}

#[test]
fn document_lists_every_event_and_reason() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/events.md")).unwrap();
    let rows: Vec<&str> =
        text.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 6).collect();
    let listed: Vec<&str> = rows.iter().map(|row| row.split('`').nth(1).unwrap()).collect();
    assert_eq!(listed, EventKind::ALL.map(EventKind::as_str));
    let sources = Source::below("src/auth");
    let message = |source: &Source| -> Vec<String> {
        let named = source.text.split("with_reason(\"").skip(1);
        let of_activities =
            source.text.split("Some(\"").skip(1).filter(|_| source.path.ends_with("/activity.rs"));
        named.chain(of_activities).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let reasons: BTreeSet<String> = sources.iter().flat_map(message).collect();
    assert!(reasons.len() > 5, "{reasons:?}");
    for reason in reasons {
        assert!(rows.iter().any(|row| row.contains(&format!("`{reason}`"))), "{reason} is not listed");
    }
}

/// An activity written elsewhere would produce no event.
#[test]
fn activities_are_written_in_one_place() {
    let sources: Vec<Source> = ["src", "crates"].into_iter().flat_map(Source::below).collect();
    let writes = |source: &&Source| source.code().any(|(_, line)| line.contains("activities::insert("));
    let places: Vec<&str> = sources.iter().filter(writes).map(|source| source.path.as_str()).collect();
    assert_eq!(places, ["crates/storage/src/transactions/event_rows.rs"]);
}

/// The rows of an event are committed with what it reports, and its line is logged afterwards.
#[test]
fn every_event_that_is_stored_is_logged_too() {
    let sources = Source::below("src/auth");
    let count = |source: &Source, call: &str| source.code().filter(|(_, line)| line.contains(call)).count();
    let mut stored = 0;
    for source in &sources {
        let rows = count(source, "self.rows(") + count(source, "auth.rows(");
        let emitted = count(source, "self.emit(") + count(source, "auth.emit(");
        assert!(rows <= emitted, "{}: {rows} events are stored and {emitted} are logged", source.path);
        stored += rows;
    }
    assert!(stored > 10, "{stored}");
}
