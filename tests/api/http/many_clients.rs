//! Slow clients, huge bodies and thousands of idle connections do not delay other requests.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::harness::{Access, Launch, Person, Raw, Server, only_status};

/// Slow clients of each kind.
const SLOW: usize = 40;
/// Clients that have sent one request and keep the connection.
const IDLE: usize = 2000;
/// More than a request takes beside them, on a busy machine.
const ACCEPTABLE_DELAY: Duration = Duration::from_secs(2);

/// Sends requests with an access token and returns the longest time.
async fn ask(access: &Access, times: usize) -> Duration {
    let mut longest = Duration::ZERO;
    for _ in 0..times {
        let began = Instant::now();
        access.me().await.expect(200);
        longest = longest.max(began.elapsed());
    }
    longest
}

/// Threats: c7.
#[tokio::test]
async fn slow_clients_are_disconnected_and_delay_no_request() {
    let server = Server::dev().await;
    let access = server.full_access(&Person::ada()).await;
    let head = "POST /v1/users/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    let body = format!("{head}Content-Length: 100\r\n\r\n");
    let heads = join_all((0..SLOW).map(async |_| {
        let answer = Raw::open(&server).await.dribble(head.as_bytes()).await;
        assert!([0, 408].contains(&only_status(&answer)), "{answer}");
    }));
    let bodies = join_all((0..SLOW).map(async |_| {
        let mut raw = Raw::open(&server).await;
        raw.send(&body).await;
        let answer = raw.dribble(&[b' '; 100]).await;
        assert_eq!(only_status(&answer), 400, "{answer}");
        assert!(answer.contains("malformed_request"), "{answer}");
    }));
    let began = Instant::now();
    let (_, _, longest) = tokio::join!(heads, bodies, ask(&access, 200));
    assert!(longest < ACCEPTABLE_DELAY, "{longest:?}");
    // A head may take five seconds and a body ten, not the hundred that these clients would take.
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

/// The server's memory in KiB (`proc_pid_status(5)`), if the system reports it.
fn resident(server: &Server) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Threats: a37, c7.
#[tokio::test]
async fn ten_mebibytes_are_rejected_without_using_memory() {
    let server = Server::dev().await;
    let access = server.full_access(&Person::ada()).await;
    let before = resident(&server);
    let head = "POST /v1/users/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    let announced =
        [format!("{head}Content-Length: {}\r\n\r\n", 10 << 20).into_bytes(), vec![b' '; 10 << 20]];
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    let chunked = [format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes(), chunk.repeat(160)];
    let announced = announced.concat();
    let chunked = chunked.concat();
    let clients = join_all((0..20).map(async |number| {
        let bytes = if number % 2 == 0 { &announced } else { &chunked };
        let answer = Raw::exchange(&server, bytes).await;
        // A connection that closes while bytes are in flight can lose its answer.
        assert!([0, 413].contains(&only_status(&answer)), "{answer}");
        only_status(&answer)
    }));
    let (statuses, longest) = tokio::join!(clients, ask(&access, 50));
    assert!(statuses.contains(&413), "{statuses:?}");
    assert!(longest < ACCEPTABLE_DELAY, "{longest:?}");
    if let (Some(before), Some(after)) = (before, resident(&server)) {
        assert!(after < before + 50 * 1024, "from {before} to {after} KiB, for 20 bodies of 10 MiB");
    }
}

/// Threats: c7.
#[tokio::test]
async fn two_thousand_idle_connections_delay_no_request() {
    // This process holds the other ends of the connections.
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
    if limit.maximum.is_some_and(|most| most < 3000) {
        eprintln!("skipped: the system allows {:?} open files", limit.maximum);
        return;
    }
    let server = Server::dev().await;
    let access = server.full_access(&Person::ada()).await;
    let alone = ask(&access, 100).await;
    let mut idle = Vec::new();
    for _ in 0..IDLE / 50 {
        idle.extend(
            join_all((0..50).map(async |_| {
                let mut raw = Raw::open(&server).await;
                raw.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n").await;
                assert_eq!(only_status(&raw.answer().await), 200);
                raw
            }))
            .await,
        );
    }
    let beside = ask(&access, 100).await;
    eprintln!("the longest of 100 requests: {alone:?} alone, {beside:?} beside {IDLE} idle connections");
    assert!(beside < ACCEPTABLE_DELAY, "{beside:?}");
    // All of them are still open.
    for raw in idle.iter_mut().step_by(100) {
        raw.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert_eq!(only_status(&raw.answer().await), 200);
    }
    assert_eq!(idle.len(), IDLE);
}

/// The number of open files and connections of the server, if the system reports it.
fn open_files(server: &Server) -> Option<usize> {
    std::fs::read_dir(format!("/proc/{}/fd", server.process.id())).ok().map(Iterator::count)
}

/// Neither memory nor files accumulate.
/// Threats: c15.
#[tokio::test]
async fn log_ins_leak_neither_memory_nor_files() {
    let server = Launch::dev().limits(&[]).start().await;
    let people: Vec<Person> = (0..10).map(Person::other).collect();
    for person in &people {
        server.sign_up(person).await;
    }
    // After ten minutes each user may get codes again.
    let round = async |number: usize| {
        server.advance(601).await;
        for person in &people {
            let access = server.another_session(person).await;
            access.me().await.expect(200);
            access.log_out().await.expect(204);
            let stranger = Person { email: format!("eve-{number}-{}", person.email), ..person.clone() };
            server.guest().log_in(&stranger).await.expect(401);
        }
    };
    for number in 0..5 {
        round(number).await;
    }
    let before = (resident(&server), open_files(&server));
    for number in 5..20 {
        round(number).await;
    }
    let after = (resident(&server), open_files(&server));
    eprintln!("memory in KiB and open files: {before:?}, 150 log-ins later {after:?}");
    if let ((Some(memory), Some(files)), (Some(more), Some(more_files))) = (before, after) {
        assert!(more < memory + 16 * 1024, "from {memory} to {more} KiB");
        assert!(more_files <= files + 5, "from {files} to {more_files} open files");
    }
}
