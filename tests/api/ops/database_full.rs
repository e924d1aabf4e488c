//! A full database: no free connection on PostgreSQL, no disk space for SQLite. Writes are answered 503 soon,
//! reads succeed, and writes work again once there is room.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio_postgres::NoTls;

use crate::harness::{Answer, Database, Launch, Person, Server, at_once, count};

/// A request waits one second for a connection. The rest allows for a busy machine.
const QUICK: Duration = Duration::from_millis(3500);

fn expect_not_ready(answer: Answer) {
    let answer = answer.expect_problem(503, "not_ready");
    assert_eq!((&answer.body["retry_after"], answer.header("retry-after")), (&json!(5), "5"));
}

/// Threats: c4.
#[tokio::test]
async fn exhausted_pool_rejects_writes_soon_and_serves_reads() {
    let server = Launch::dev().variable("COUNTERSIGN__DATABASE__MAX_CONNECTIONS", "2").start().await;
    let Database::Postgres { url, .. } = &*server.database else { return };
    let ada = Person::ada();
    let bob = Person::other(1);
    let access = server.full_access(&ada).await;
    let (other, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    // Updates of this row wait and hold a connection of the pool.
    other.batch_execute("BEGIN; SELECT 1 FROM users FOR UPDATE").await.unwrap();
    let rename = async |name: &str| access.update_profile(json!({ "name": name })).await;
    let waiting = async {
        let (one, two) = tokio::join!(rename("Ada King"), rename("Ada Byron"));
        one.expect(200);
        two.expect(200);
    };
    let meanwhile = async {
        let blocked = "SELECT count(*) FROM pg_stat_activity
                       WHERE wait_event_type = 'Lock' AND datname = current_database()";
        server.database.eventually(blocked, 2).await;
        let began = Instant::now();
        let (refused, read, live) =
            tokio::join!(server.guest().sign_up(&bob), access.me(), server.guest().live());
        expect_not_ready(refused);
        read.expect(200);
        live.expect(200);
        assert!(began.elapsed() < QUICK, "{:?}", began.elapsed());
        other.batch_execute("ROLLBACK").await.unwrap();
        // The two updates continue, and the pool has free connections again.
        server.sign_up(&bob).await;
    };
    tokio::join!(waiting, meanwhile);
    drop(other);
    driver.await.unwrap().unwrap();
}

/// Limits the size of files that the server can write, in bytes or `unlimited`. To SQLite the limit is a full
/// disk.
fn limit_files(server: &Server, bytes: &str) {
    let arguments = ["--pid".to_owned(), server.process.id().to_string(), format!("--fsize={bytes}:")];
    assert!(Command::new("prlimit").args(arguments).status().unwrap().success());
}

/// Threats: c16.
#[tokio::test]
async fn full_disk_rejects_writes_and_loses_nothing() {
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !cfg!(target_os = "linux") || !has("prlimit") {
        eprintln!("skipped: prlimit is not here");
        return;
    }
    // A write beyond the limit must fail as on a full disk. By default it would raise a deadly signal.
    let server = Launch::dev().under(&["env", "--ignore-signal=XFSZ"]).start().await;
    if server.database.is_postgres() {
        return;
    }
    let ada = Person::ada();
    let people = (1..=20).map(Person::other).collect::<Vec<_>>();
    let access = server.full_access(&ada).await;
    let waiting = server.log_in(&ada).await;
    limit_files(&server, "1");
    for _ in 0..2 {
        for answer in at_once(people.iter().map(|person| server.guest().sign_up(person))).await {
            expect_not_ready(answer);
        }
        expect_not_ready(server.guest().log_in(&ada).await);
        expect_not_ready(waiting.verify("000000").await);
        expect_not_ready(access.log_out().await);
        expect_not_ready(access.refresh().await);
        access.me().await.expect(200);
        server.guest().live().await.expect(200);
    }
    limit_files(&server, "unlimited");
    let answers = at_once(people.iter().map(|person| server.guest().sign_up(person))).await;
    assert_eq!(count(&answers, 201, None), people.len());
    assert_eq!(server.database.number("SELECT count(*) FROM users").await, 21);
    let code = server.code(&ada.phone_number).await;
    waiting.verify(&code).await.expect(200);
    access.log_out().await.expect(204);
    let whole = "SELECT integrity_check FROM pragma_integrity_check";
    assert_eq!(server.database.value(whole).await, "ok");
}
