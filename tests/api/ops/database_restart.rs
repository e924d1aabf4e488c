//! PostgreSQL restarts while clients work: every request succeeds or is answered 503, acknowledged writes
//! survive, and the server recovers by itself. Needs `TEST_DATABASE_URL`.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use crate::harness::{
    Access, Acknowledged, Answer, Database, People, Person, PostgresServer, Server, Shutdown, Twilio,
};

const CLIENTS: usize = 6;
/// Answers between two restarts.
const ANSWERS: usize = 60;
/// How long a client waits after a 503.
const PAUSE: Duration = Duration::from_millis(100);
/// The server needs 2 s. A machine that runs a hundred tests needs longer.
const RECOVERY: Duration = Duration::from_secs(15);

/// What the clients have progress so far.
#[derive(Default)]
struct Progress {
    answers: Cell<usize>,
    refused: Cell<usize>,
    over: Cell<bool>,
}

impl Progress {
    fn record(&self, answer: Option<&Answer>) {
        let answer = answer.expect("the server closed the connection");
        self.answers.set(self.answers.get() + 1);
        if answer.status == 503 {
            assert_eq!((&answer.body["code"], &answer.body["retry_after"]), (&json!("not_ready"), &json!(5)));
            self.refused.set(self.refused.get() + 1);
        }
    }

    async fn wait_for_more(&self) {
        let enough = self.answers.get() + ANSWERS;
        while self.answers.get() < enough {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn client(server: &Server, people: &People, progress: &Progress) -> Vec<Acknowledged> {
    let mut known = Vec::new();
    while !progress.over.get() {
        let refused = progress.refused.get();
        let mut one = Acknowledged::of(people.next());
        one.run_flow(server, &|answer: Option<&Answer>| progress.record(answer)).await;
        known.push(one);
        if progress.refused.get() > refused {
            tokio::time::sleep(PAUSE).await;
        }
    }
    known
}

/// Waits until a read and a write both succeed.
async fn recovered(access: &Access) -> Duration {
    let began = Instant::now();
    loop {
        let change = json!({ "name": "Ada King" });
        let (read, written) = tokio::join!(access.me(), access.update_profile(change));
        if (read.status, written.status) == (200, 200) {
            return began.elapsed();
        }
        assert!((read.status == 200 || read.status == 503) && began.elapsed() < RECOVERY, "{}", written.text);
    }
}

/// Threats: c4.
#[tokio::test]
async fn postgres_restart_under_load_loses_nothing() {
    if std::env::var_os("TEST_DATABASE_URL").is_none() {
        return;
    }
    let Some(postgres) = PostgresServer::start() else { return };
    let postgres = Arc::new(postgres);
    let database = Arc::new(Database::on_server(&postgres.url()).await);
    let twilio = Twilio::start().await;
    let server = twilio.launch().limits(&[]).database(&database).start().await;
    let ada = Person::ada();
    let access = server.full_access(&ada).await;
    let people = People::default();
    let progress = Progress::default();
    let recoveries = RefCell::new(Vec::new());
    let operator = async {
        for shutdown in [Shutdown::Fast, Shutdown::Immediate, Shutdown::Fast] {
            progress.wait_for_more().await;
            let refused = progress.refused.get();
            let again = postgres.clone();
            tokio::task::spawn_blocking(move || again.stop(shutdown)).await.unwrap();
            server.guest().ready().await.expect_problem(503, "not_ready");
            server.guest().live().await.expect(200);
            access.me().await.expect_problem(503, "not_ready");
            let again = postgres.clone();
            tokio::task::spawn_blocking(move || again.begin()).await.unwrap();
            let recovery = recovered(&access).await;
            recoveries.borrow_mut().push(recovery);
            assert!(progress.refused.get() > refused, "no client noticed the outage of the database");
        }
        // After the recovery no request is rejected.
        let refused = progress.refused.get();
        progress.wait_for_more().await;
        assert_eq!(progress.refused.get(), refused);
        progress.over.set(true);
    };
    let clients = join_all((0..CLIENTS).map(|_| client(&server, &people, &progress)));
    let (known, ()) = tokio::join!(clients, operator);
    let known: Vec<Acknowledged> = known.into_iter().flatten().collect();
    let mut kept = 0;
    for some in known.chunks(CLIENTS) {
        kept += join_all(some.iter().map(|one| one.check(&server))).await.iter().sum::<usize>();
    }
    eprintln!(
        "PostgreSQL was back for requests {:?} after it message so; {} answers, {} of them 503; {kept} promises kept",
        recoveries.borrow(),
        progress.answers.get(),
        progress.refused.get()
    );
    assert!(kept > CLIENTS, "{kept}");
    let known = server.process.log();
    assert!(!known.contains("code=\"internal\"") && !known.contains("panicked"), "{known}");
}
