//! `--fixtures`: users that exist when the server is ready.

use serde_json::json;

use crate::harness::{Forge, Server, TempDir, rejected_command, run_command};

const FIXTURES: &str = r#"
[[users]]
username = "ada"
email = "ada@example.com"
phone_number = "+1 201 555 0123"
password = "correct horse battery staple"
verified = true

[[users]]
name = "Grace Hopper"
username = "grace"
email = "grace@example.com"
phone_number = "+1 202 555 0100"
password = "correct horse battery staple"
"#;

async fn verified(server: &Server, email: &str) -> bool {
    let body = json!({ "email": email, "password": "correct horse battery staple" });
    let token = server.guest().log_in_with(body).await.expect(200).text_of("password_ok_token");
    assert!(!token.is_empty());
    let sql = format!(
        "SELECT count(*) FROM users WHERE email = '{email}' AND phone_number_verified_at IS NOT NULL"
    );
    server.database.number(&sql).await == 1
}

#[tokio::test]
async fn fixtures_exist_when_the_server_is_ready() {
    let directory = TempDir::new();
    let json = json!({ "users": [
        { "username": "ada", "email": "ada@example.com", "phone_number": "+12015550123",
          "password": "correct horse battery staple", "verified": true },
        { "username": "grace", "email": "grace@example.com", "phone_number": "+12025550100",
          "password": "correct horse battery staple", "verified": false },
    ] });
    for (name, content) in [("users.toml", FIXTURES.to_owned()), ("users.json", json.to_string())] {
        let path = directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        let flags = format!("--fixtures={}", path.display());
        let server = Forge::launch().argument(&flags).start().await;
        assert!(verified(&server, "ada@example.com").await, "{name}");
        assert!(!verified(&server, "grace@example.com").await, "{name}");
        // Users who exist in the database are not changed.
        let again = Forge::launch().database(&server.database).argument(&flags).start().await;
        assert!(verified(&again, "ada@example.com").await, "{name}");
        assert_eq!(server.database.number("SELECT count(*) FROM users").await, 2);
    }
}

#[test]
fn invalid_fixtures_are_rejected_with_all_mistakes() {
    let directory = TempDir::new();
    let write = |name: &str, content: &str| std::fs::write(directory.path().join(name), content).unwrap();
    let line =
        |name: &str| format!("dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0 --fixtures {name}");
    write("wrong.toml", "[[users]]\nusername = 'a'\nverified = 'maybe'\nage = 3\n[[users]]\nemail = 'x'\n");
    let message = rejected_command(&directory, &line("wrong.toml"), &[]);
    for part in [
        "users/0/username",
        "users/0/email",
        "users/0/verified",
        "users/0/age",
        "users/1/email",
        "users/1/password",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let user = |username: &str, email: &str, phone_number: &str| {
        json!({ "username": username, "email": email, "phone_number": phone_number,
                "password": "correct horse battery staple" })
    };
    let twice = json!({ "users": [
        user("grace", "grace@example.com", "+12025550100"),
        user("Grace", "other@example.com", "+12025550101"),
        user("other", "Grace@example.com", "+1 202 555 0100"),
    ] });
    write("twice.json", &twice.to_string());
    let message = rejected_command(&directory, &line("twice.json"), &[]);
    for part in ["users/1/username: users/0 has the same value", "users/2/email", "users/2/phone_number"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    for (name, content) in
        [("a.toml", "["), ("b.json", "{"), ("c.json", "[]"), ("d.json", r#"{"people":[]}"#)]
    {
        write(name, content);
        assert!(!rejected_command(&directory, &line(name), &[]).is_empty());
    }
    assert!(rejected_command(&directory, &line("nowhere.toml"), &[]).contains("nowhere.toml"));
    assert!(run_command(&directory, "serve --fixtures a.toml", &[]).code == Some(2));
}
