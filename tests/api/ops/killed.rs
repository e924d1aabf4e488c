//! A server that is killed (SIGKILL) again and again while it works: whatever it has acknowledged survives.
//! `TEST_KILLS` sets the number of kills. `.ci/run` kills 25 times on each database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use rustix::process::{Pid, Signal};

use crate::harness::{Acknowledged, Answer, Database, People, Server, TempDir, Twilio};

/// The default number of kills.
const KILLS: usize = 3;
/// Clients at work during the kill.
const CLIENTS: usize = 8;
/// The kill happens after this many answers at most.
const ANSWERS: usize = 80;

/// Works until the server is gone, and returns what it has acknowledged.
async fn client(server: &Server, people: &People, on_answer: &impl Fn(Option<&Answer>)) -> Vec<Acknowledged> {
    let mut known = Vec::new();
    let gone = AtomicUsize::new(0);
    let on_answer = |answer: Option<&Answer>| {
        gone.fetch_add(usize::from(answer.is_none()), Ordering::SeqCst);
        on_answer(answer);
    };
    while gone.load(Ordering::SeqCst) == 0 {
        let mut one = Acknowledged::of(people.next());
        one.run_flow(server, &on_answer).await;
        known.push(one);
    }
    known
}

/// Lets clients work, and kills the server after this many answers.
async fn round(mut server: Server, people: &People, answers: usize) -> Vec<Acknowledged> {
    let count = AtomicUsize::new(0);
    let process = Pid::from_raw(server.process.id().try_into().unwrap()).unwrap();
    let on_answer = |answer: Option<&Answer>| {
        if answer.is_some() && count.fetch_add(1, Ordering::SeqCst) + 1 == answers {
            // Kill at once. Starting the program `kill` would take too long.
            rustix::process::kill_process(process, Signal::KILL).unwrap();
        }
    };
    let clients = (0..CLIENTS).map(|_| client(&server, people, &on_answer));
    let known = join_all(clients).await;
    let (code, log) = server.process.wait();
    assert_eq!(code, None, "the server was not killed: {log}");
    known.into_iter().flatten().collect()
}

/// Threats: a76, c2, c3.
#[tokio::test]
async fn acknowledged_writes_survive_kill_9() {
    let kills = std::env::var("TEST_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let twilio = Twilio::start().await;
    let directory = TempDir::new();
    let people = People::default();
    let database = Arc::new(Database::fresh(directory.path()).await);
    // The clients ask the double directly, because it accepts more than one connection.
    let start = async || twilio.launch().limits(&[]).database(&database).start().await;
    let mut everybody = Vec::new();
    let mut kept = 0;
    for kill in 0..kills {
        // At a random moment in the first flows.
        let answers = 1 + usize::from(uuid::Uuid::new_v4().as_bytes()[0]) * ANSWERS / 256;
        let known = round(start().await, &people, answers).await;
        let server = start().await;
        kept += join_all(known.iter().map(|one| one.check(&server))).await.iter().sum::<usize>();
        eprintln!("kill {}: after {answers} answers; {kept} promises kept", kill + 1);
        everybody.extend(known);
    }
    // The later kills have lost nothing of the earlier rounds.
    let server = start().await;
    for some in everybody.chunks(CLIENTS) {
        join_all(some.iter().map(|one: &Acknowledged| one.check_log_in(&server))).await;
    }
    assert!(kept > kills && everybody.len() >= kills * CLIENTS, "{kept}");
    if !database.is_postgres() {
        assert_eq!(database.value("SELECT integrity_check FROM pragma_integrity_check").await, "ok");
    }
}
