//! Instances of `dev` in memory: several in one directory are independent, and each stops with the test suite
//! that started it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::harness::{Person, Server, TempDir, program, start_command};

const IN_MEMORY: &str =
    "dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0 --database-url sqlite::memory: --exit-with-stdin";
const SANDBOX: &str = "sandbox --sandbox-listen 127.0.0.1:0 --exit-with-stdin";

/// Requests that the sandbox answers late or never.
const PATHS_HELD: [&str; 2] = ["/sandbox/events", "/sandbox/code?to=%2B12015550123&wait=30"];

/// A test suite that starts an instance and holds the other end of its standard input. The instance inherits
/// the output of the suite, so the output ends when both have stopped.
const SUITE: &str = r#"
mkfifo "$1/input"
"$2" $3 <"$1/input" &
exec 3>"$1/input"
rm "$1/input"
wait
"#;

fn spawned(mut command: Command, directory: &TempDir) -> Child {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).current_dir(directory.path());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Starts the suite as a process that can be killed.
fn suite(directory: &TempDir, pipe: &TempDir, line: &str) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", SUITE, "suite"]).args([pipe.path(), &program()]).arg(line);
    spawned(command, directory)
}

fn files_in(directory: &TempDir) -> Vec<String> {
    let files = std::fs::read_dir(directory.path()).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

/// The addresses in a `ready` line.
fn addresses(ready: &str) -> Vec<&str> {
    ready.trim_end().split("http://").skip(1).map(|part| part.split(' ').next().unwrap()).collect()
}

/// Sends a request. Reading the answer times out after the longest of the server's own limits.
fn ask(address: &str, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    stream
}

#[test]
fn instance_stops_with_a_killed_suite() {
    for line in [IN_MEMORY, SANDBOX] {
        let directory = TempDir::new();
        let pipe = TempDir::new();
        let mut suite = suite(&directory, &pipe, line);
        let mut output = BufReader::new(suite.stdout.take().unwrap());
        let mut ready = String::new();
        output.read_line(&mut ready).unwrap();
        assert!(ready.starts_with("ready "), "{line}: {ready}");
        // Open and endless requests must not prevent the stop.
        let held: Vec<TcpStream> = addresses(&ready)
            .into_iter()
            .flat_map(|address| PATHS_HELD.map(|path| ask(address, path)))
            .collect();
        // SIGKILL: the suite cannot clean up.
        suite.kill().unwrap();
        suite.wait().unwrap();
        let mut rest = String::new();
        let mut log = String::new();
        suite.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        output.read_to_string(&mut rest).unwrap();
        // The pipes have closed, so the instance has stopped too.
        assert!(log.contains("standard input was closed") && !log.contains("panicked"), "{line}: {log}");
        assert_eq!(rest, "", "{line}");
        for address in addresses(&ready) {
            assert!(TcpStream::connect(address).is_err(), "{line}: {address}");
        }
        drop(held);
        assert_eq!(files_in(&directory), [""; 0], "{line}");
    }
}

/// A suite that was killed reads no log. The instance must still stop cleanly.
#[test]
fn instance_works_if_its_log_is_not_read() {
    for line in [IN_MEMORY, SANDBOX] {
        let directory = TempDir::new();
        let mut command = Command::new(program());
        command.args(line.split(' '));
        let mut instance = spawned(command, &directory);
        drop(instance.stderr.take());
        let mut ready = String::new();
        BufReader::new(instance.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        for address in addresses(&ready) {
            // Every answer of the API writes a log line.
            let mut answer = String::new();
            ask(address, "/nowhere").read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 404 "), "{line}: {answer}");
        }
        drop(instance.stdin.take());
        assert_eq!(instance.wait().unwrap().code(), Some(0), "{line}");
    }
}

#[tokio::test]
async fn two_instances_in_one_directory_are_independent() {
    let directory = TempDir::new();
    let first = Server::running(start_command(&directory, IN_MEMORY, &[]), TempDir::new()).await;
    let second = Server::running(start_command(&directory, IN_MEMORY, &[]), TempDir::new()).await;
    let ada = Person::ada();
    let access = first.full_access(&ada).await;
    // On the second instance she has not signed up, and her number has got no code.
    second.guest().log_in(&ada).await.expect_problem(401, "invalid_credentials");
    assert_eq!(second.messages(&ada.phone_number).await.len(), 0);
    let elsewhere = second.full_access(&ada).await;
    access.on(&second).me().await.expect_problem(401, "invalid_token");
    elsewhere.on(&first).me().await.expect_problem(401, "invalid_token");
    // Clock, reset and faults of one instance do not affect the other.
    first.inject_fault(json!({ "operation": "start", "fault": "status", "status": 503 })).await;
    first.advance(24 * 60 * 60).await;
    second.another_session(&ada).await;
    elsewhere.on(&second).me().await.expect(200);
    access.on(&first).me().await.expect_problem(401, "invalid_token");
    assert_eq!(files_in(&directory), [""; 0]);
    drop(first);
    elsewhere.on(&second).me().await.expect(200);
    drop(second);
    assert_eq!(files_in(&directory), [""; 0]);
}
