//! Test mode cannot leak: only `dev` makes codes readable, and `serve` accepts nothing that `dev` made.

use std::sync::Arc;

use crate::harness::{Database, Launch, Person, Server, TempDir, header};

const NOWHERE: &str = "http://127.0.0.1:1";

#[tokio::test]
async fn dev_and_serve_do_not_share_a_database() {
    let directory = TempDir::new();
    for first_is_dev in [true, false] {
        let database = Arc::new(Database::fresh(directory.path()).await);
        let (first, second) = if first_is_dev {
            (Launch::dev(), Launch::serve(NOWHERE))
        } else {
            (Launch::serve(NOWHERE), Launch::dev())
        };
        first.database(&database).start().await.guest().ready().await.expect(200);
        let log = second.database(&database).try_start().await.err().unwrap();
        let made_by = if first_is_dev { "countersign dev" } else { "countersign serve" };
        assert!(log.contains("COUNTERSIGN__DATABASE__URL") && !log.contains("internal error"), "{log}");
        assert!(log.contains(made_by) && log.contains("another database"), "{log}");
        let Database::Sqlite(path) = &*database else { continue };
        std::fs::remove_file(path).unwrap();
    }
}

#[tokio::test]
async fn keys_and_answers_of_dev_are_marked() {
    let server = Server::dev().await;
    let ada = Person::ada();
    let token = server.password_ok(&ada).await;
    assert!(header(token.token())["kid"].as_str().unwrap().starts_with("dev-"));
    for path in ["/health/ready", "/v1/users/me", "/nowhere", "/docs/", "/openapi.json"] {
        assert_eq!(server.get(path).await.header("countersign-mode"), "dev", "{path}");
    }
    assert_eq!(server.guest().ready().await.body["mode"], "dev");
    let sandbox = server.http.get(format!("{}/sandbox/messages", server.sandbox)).send().await.unwrap();
    assert_eq!(sandbox.headers()["countersign-mode"], "dev");
}

/// Threats: a69.
#[tokio::test]
async fn keys_and_answers_of_serve_are_not_marked() {
    let server = Launch::serve(NOWHERE).start().await;
    let keys = server.guest().jwks().await.expect(200);
    let kid = keys.body["keys"][0]["kid"].as_str().unwrap();
    assert!(!kid.starts_with("dev-"), "{kid}");
    let answer = server.guest().ready().await.expect(200);
    assert_eq!(answer.body["mode"], "production");
    assert!(!answer.headers.contains_key("countersign-mode"));
    for path in ["/sandbox/messages", "/sandbox/code", "/sandbox/clock", "/v2/Services", "/"] {
        server.get(path).await.expect_problem(404, "not_found");
    }
}

/// A key of `dev` that is copied into the database of `serve` signs nothing there.
#[tokio::test]
async fn serve_loads_no_key_of_dev() {
    let secret = "kq3Vw9Zt5Xb8Lm2Rn7Pd4Hs6Jf1Gc0Yx";
    let server = Launch::dev().variable("COUNTERSIGN__TOKENS__SECRET", secret).start().await;
    let access = server.full_access(&Person::ada()).await;
    server.database.execute("UPDATE deployment SET mode = 'production'").await;
    let launch =
        Launch::serve(NOWHERE).database(&server.database).variable("COUNTERSIGN__TOKENS__SECRET", secret);
    let production = launch.variable("COUNTERSIGN__TOKENS__ISSUER", "countersign-dev").start().await;
    let keys = production.guest().jwks().await.expect(200);
    assert!(!keys.text.contains("dev-"), "{}", keys.text);
    access.on(&production).me().await.expect_problem(401, "invalid_token");
    access.me().await.expect(200);
}
