//! Rotation of signing keys on running servers: a key is published, signs, and is kept until its last token
//! expires.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::harness::{CommandOutput, Forge, Launch, Person, Server, TempDir, claims, header, run_command};

const LEAD: u32 = 3600;
/// The lifetime of an access token, plus the leeway.
const LONGEST_TOKEN: u32 = 905;

fn keys(server: &Server, command: &str) -> CommandOutput {
    let line = format!("keys {command} --dev --database-url {}", server.database.url());
    run_command(&TempDir::new(), &line, &[("COUNTERSIGN__TOKENS__SECRET", Forge::SECRET)])
}

/// Rotates the keys and returns the kid of the new one.
fn rotate(server: &Server, flags: &str) -> String {
    let CommandOutput { code, stdout, stderr } = keys(server, &format!("rotate {flags}"));
    assert_eq!(code, Some(0), "{stderr}");
    stdout.trim().to_owned()
}

/// The kid and the state of each key.
fn listed(server: &Server) -> Vec<(String, String)> {
    let CommandOutput { code, stdout, stderr } = keys(server, "list");
    assert_eq!(code, Some(0), "{stderr}");
    let word = |line: &str, index| line.split(' ').nth(index).unwrap().to_owned();
    stdout.lines().map(|line| (word(line, 0), word(line, 1))).collect()
}

async fn published(server: &Server) -> Vec<String> {
    let set = server.guest().jwks().await.expect(200);
    let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
    set.body["keys"].as_array().unwrap().iter().map(kid).collect()
}

fn kid(token: &str) -> String {
    header(token)["kid"].as_str().unwrap().to_owned()
}

/// Threats: a80, c11.
#[tokio::test]
async fn new_key_is_published_before_it_signs_and_replaces_the_old_one() {
    let server = Forge::launch().start().await;
    let ada = Person::ada();
    let first = published(&server).await;
    let tokens = server.full_access(&ada).await;
    assert_eq!(first, [kid(tokens.token())]);
    let new = rotate(&server, "");
    assert!(new.starts_with("dev-"), "{new}");
    assert_eq!(listed(&server), [(new.clone(), "waiting".into()), (first[0].clone(), "signing".into())]);
    // Servers read their keys every ten seconds.
    server.advance(11).await;
    assert_eq!(published(&server).await, [new.clone(), first[0].clone()]);
    assert_eq!(kid(server.log_in(&ada).await.token()), first[0]);
    server.advance(LEAD - 20).await;
    let last_of_old = server.another_session(&ada).await;
    assert_eq!(kid(last_of_old.token()), first[0]);
    server.advance(20).await;
    let access = server.another_session(&ada).await;
    assert_eq!(kid(access.token()), new);
    access.me().await.expect(200);
    last_of_old.me().await.expect(200);
    assert_eq!(published(&server).await.len(), 2);
    server.advance(LONGEST_TOKEN).await;
    assert_eq!(published(&server).await, [new]);
    let refused = last_of_old.me().await.expect_problem(401, "invalid_token");
    assert!(["expired", "malformed"].contains(&refused.text_of("reason").as_str()));
}

/// Threats: a80, c11.
#[tokio::test]
async fn emergency_rotation_signs_at_once_on_every_replica() {
    let first = Forge::launch().start().await;
    let ada = Person::ada();
    let second = Forge::launch().database(&first.database).start().await;
    let old = first.full_access(&ada).await;
    old.on(&second).me().await.expect(200);
    let new = rotate(&first, "--now");
    // A server that starts now knows the key. The second one has not read it yet.
    let third = Forge::launch().database(&first.database).start().await;
    let access = third.another_session(&ada).await;
    assert_eq!(kid(access.token()), new);
    access.on(&second).me().await.expect(200);
    old.on(&second).me().await.expect(200);
    assert_eq!(published(&second).await[0], new);
}

/// A thief of a key can sign any expiry, so the end of the key itself must count.
/// Threats: a80, c11.
#[tokio::test]
async fn token_signed_by_a_retired_key_is_rejected() {
    // Housekeeping would delete the key.
    let launch = Forge::launch().variable("COUNTERSIGN__HOUSEKEEPING__INTERVAL_SECONDS", "0");
    let server = launch.start().await;
    let access = server.full_access(&Person::ada()).await;
    let forge = Forge::of(&server).await;
    let mut forged = claims(access.token());
    forged["exp"] = json!(forged["exp"].as_i64().unwrap() + 86_400);
    let used = server.with_access(&forge.resign(access.token(), &forged));
    forged["exp"] = json!(forged["exp"].as_i64().unwrap() + 1);
    let never_used = server.with_access(&forge.resign(access.token(), &forged));
    rotate(&server, "--now");
    // Servers read their keys every ten seconds.
    server.advance(11).await;
    used.me().await.expect(200);
    server.advance(LONGEST_TOKEN).await;
    for token in [never_used, used] {
        token.me().await.expect_problem(401, "invalid_token");
    }
}

/// Keys are rotated under load.
/// Threats: a80, c11.
#[tokio::test]
async fn rotation_under_load_fails_no_request() {
    let server = Arc::new(Forge::launch().limits(&[]).start().await);
    let stop = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicU32::new(0));
    let workers = (0..4).map(|number| {
        let server = server.clone();
        let stop = stop.clone();
        let done = done.clone();
        tokio::spawn(async move {
            let person = Person::other(number);
            let mut access = server.full_access(&person).await;
            while !stop.load(Ordering::SeqCst) {
                access.me().await.expect(200);
                let password_ok = server.log_in(&person).await;
                password_ok.log_out().await.expect(204);
                access.me().await.expect(200);
                access = server.another_session(&person).await;
                done.fetch_add(1, Ordering::SeqCst);
            }
            kid(access.token())
        })
    });
    let workers: Vec<_> = workers.collect();
    let mut new = String::new();
    for round in 1..=3 {
        new = rotate(&server, "--now");
        // Wait until the servers have read the key, and then for a full round of each worker.
        server.advance(11).await;
        while done.load(Ordering::SeqCst) < round * 8 {
            assert!(!workers.iter().any(tokio::task::JoinHandle::is_finished), "a worker failed");
            tokio::task::yield_now().await;
        }
    }
    stop.store(true, Ordering::SeqCst);
    for worker in workers {
        assert_eq!(worker.await.unwrap(), new);
    }
    assert_eq!(published(&server).await.len(), 4);
}

#[tokio::test]
async fn unused_keys_are_deleted_at_the_next_rotation() {
    let server = Forge::launch().start().await;
    server.database.execute("UPDATE signing_keys SET signs_from = created_at").await;
    let old = published(&server).await.remove(0);
    let long_ago =
        if server.database.is_postgres() { "now() - interval '1 day'" } else { "signs_from - 86400000000" };
    rotate(&server, "--now");
    server.database.execute(&format!("UPDATE signing_keys SET signs_from = {long_ago}")).await;
    rotate(&server, "--now");
    let left: Vec<String> = listed(&server).into_iter().map(|(kid, _)| kid).collect();
    assert!(left.len() == 2 && !left.contains(&old), "{left:?}");
}

#[tokio::test]
async fn rotation_needs_the_secret_of_the_servers() {
    let server = Forge::launch().start().await;
    let line = format!("keys rotate --dev --database-url {}", server.database.url());
    let another = [("COUNTERSIGN__TOKENS__SECRET", "another-secret-of-32-characters-or-more")];
    let refused = run_command(&TempDir::new(), &line, &another);
    assert!(
        refused.code == Some(1) && refused.stderr.contains("COUNTERSIGN__TOKENS__SECRET"),
        "{}",
        refused.stderr
    );
    assert_eq!(server.database.number("SELECT count(*) FROM signing_keys").await, 1);
    let directory = TempDir::new();
    let secret = [("COUNTERSIGN__TOKENS__SECRET", Forge::SECRET)];
    run_command(&directory, "migrate --database-url sqlite://empty.db", &[]);
    let unused = run_command(&directory, "keys rotate --dev --database-url sqlite://empty.db", &secret);
    assert!(unused.code == Some(1) && unused.stderr.contains("no keys yet"), "{}", unused.stderr);
}

#[tokio::test]
async fn mistyped_database_path_creates_no_database() {
    let directory = TempDir::new();
    for command in ["list", "rotate"] {
        let line = format!("keys {command} --dev --database-url sqlite://mistyped.db");
        let refused = run_command(&directory, &line, &[("COUNTERSIGN__TOKENS__SECRET", Forge::SECRET)]);
        assert!(refused.code == Some(1) && refused.stderr.contains("mistyped.db"), "{}", refused.stderr);
        assert!(!directory.path().join("mistyped.db").exists(), "{command}");
    }
    // An outdated database needs `migrate` first.
    std::fs::write(directory.path().join("old.db"), "").unwrap();
    let behind = run_command(&directory, "keys list --dev --database-url sqlite://old.db", &[]);
    assert!(behind.code == Some(1) && behind.stderr.contains("migrate"), "{}", behind.stderr);
}

#[tokio::test]
async fn key_set_is_cached_for_at_most_half_the_lead_time() {
    for (lead, max_age) in [("0", 0), ("100", 50), ("3600", 300)] {
        let launch = Launch::dev().variable("COUNTERSIGN__TOKENS__KEY_LEAD_SECONDS", lead);
        let server = launch.start().await;
        let set = server.guest().jwks().await.expect(200);
        assert_eq!(set.header("cache-control"), format!("public, max-age={max_age}"));
    }
}

#[tokio::test]
async fn metadata_names_the_issuer_and_its_keys() {
    let launch = Launch::dev().variable("COUNTERSIGN__TOKENS__ISSUER", "https://auth.example.com");
    let metadata = launch.start().await.guest().metadata().await.expect(200);
    insta::assert_snapshot!(metadata.redacted(&[]), @r#"
    {
      "issuer": "https://auth.example.com",
      "jwks_uri": "https://auth.example.com/.well-known/jwks.json",
      "response_types_supported": [],
      "grant_types_supported": []
    }
    "#);
    // An issuer that is a mere name has no metadata.
    Server::dev().await.guest().metadata().await.expect_problem(404, "not_found");
}
