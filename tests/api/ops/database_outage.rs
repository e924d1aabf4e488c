//! A database that does not answer: requests fail soon with 503, sessions survive, and everything works again
//! afterwards.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::json;

use crate::harness::{
    Access, Answer, Database, Launch, PasswordOk, Person, Server, State, TcpProxy, TempDir, at_once,
    run_command,
};

/// More than the server's timeouts together.
const SOON: Duration = Duration::from_secs(20);

/// A server whose connection to PostgreSQL goes through a proxy. `None` on SQLite.
async fn with_proxy() -> Option<(Server, TcpProxy)> {
    let directory = TempDir::new();
    let (database, line) = Database::fresh(directory.path()).await.behind_proxy()?;
    Some((Launch::dev().database(&Arc::new(database)).start().await, line))
}

/// Calls every operation that needs the database.
async fn ask(server: &Server, ada: &Person, password_ok: &PasswordOk, access: &Access) -> Vec<Answer> {
    futures_util::future::join_all([access.me(), access.dashboard(), access.sessions()])
        .await
        .into_iter()
        .chain([
            server.guest().sign_up(&Person::other(1)).await,
            server.guest().log_in(ada).await,
            access.as_guest().log_in(ada).await,
            password_ok.resend().await,
            password_ok.verify("000000").await,
            password_ok.log_out().await,
            access.log_out().await,
            access.refresh().await,
            server.guest().ready().await,
        ])
        .collect()
}

fn expect_all_not_ready(answers: Vec<Answer>) {
    for answer in answers {
        let answer = answer.expect_problem(503, "not_ready");
        assert_eq!((&answer.body["retry_after"], answer.header("retry-after")), (&json!(5), "5"));
        assert!(!answer.text.contains("127.0.0.1"), "{}", answer.text);
    }
}

/// Threats: a65, c4, c17.
#[tokio::test]
async fn database_outage_answers_503_until_it_is_over() {
    let Some((server, line)) = with_proxy().await else { return };
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let password_ok = server.log_in(&ada).await;
    line.set(State::Down);
    for _ in 0..2 {
        expect_all_not_ready(ask(&server, &ada, &password_ok, &access).await);
    }
    server.guest().live().await.expect(200);
    server.with_access("no-token").me().await.expect_problem(401, "invalid_token");
    assert!(server.process.log().contains("the database is not available"));
    line.set(State::Up);
    access.me().await.expect(200);
    let code = server.code(&ada.phone_number).await;
    password_ok.verify(&code).await.expect(200);
    server.sign_up(&Person::other(1)).await;
}

/// Threats: a66, c4.
#[tokio::test]
async fn hanging_database_times_out() {
    let Some((server, line)) = with_proxy().await else { return };
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    line.set(State::Hangs);
    let began = Instant::now();
    let bob = Person::other(1);
    // First with open connections, then with new ones.
    for _ in 0..2 {
        let (read, written, log_in) =
            tokio::join!(access.me(), server.guest().sign_up(&bob), server.guest().log_in(&ada));
        expect_all_not_ready(vec![read, written, log_in]);
    }
    assert!(began.elapsed() < SOON * 2, "{:?}", began.elapsed());
    let url = server.database.url();
    let began = Instant::now();
    let migrate = run_command(&server.directory, "migrate", &[("COUNTERSIGN__DATABASE__URL", &url)]);
    assert_eq!(migrate.code, Some(1), "{}", migrate.stderr);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    line.set(State::Up);
    access.me().await.expect(200);
    server.sign_up(&Person::other(1)).await;
}

/// Threats: a66.
#[tokio::test]
async fn many_reads_from_a_hanging_database_share_the_timeout() {
    let Some((server, line)) = with_proxy().await else { return };
    let access = server.full_access(&Person::ada()).await;
    line.set(State::Hangs);
    let began = Instant::now();
    expect_all_not_ready(at_once((0..200).map(|_| access.me())).await);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    line.set(State::Up);
    access.me().await.expect(200);
}

/// Threats: c14.
#[tokio::test]
async fn locked_sqlite_file_rejects_writes_and_serves_reads() {
    let server = Server::dev().await;
    let Database::Sqlite(path) = &*server.database else { return };
    let access = server.full_access(&Person::ada()).await;
    let mut other = SqliteConnection::establish(path).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    expect_all_not_ready(vec![server.guest().sign_up(&Person::other(1)).await]);
    access.me().await.expect(200);
    // All of them wait for the same five seconds.
    let body = json!({ "name": "Ada King" });
    let began = Instant::now();
    let rename = || access.update_profile(body.clone());
    expect_all_not_ready(at_once((0..200).map(|_| rename())).await);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    other.batch_execute("ROLLBACK").unwrap();
    server.sign_up(&Person::other(1)).await;
}
