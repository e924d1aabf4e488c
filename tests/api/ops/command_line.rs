//! The command line: the output of each command, the stream that it goes to, and the exit code.

use std::os::unix::fs::PermissionsExt;

use regex::Regex;
use twilio_verify_sandbox::{ACCOUNT_SID, AUTH_TOKEN};

use crate::harness::{
    CommandOutput, Launch, Person, Process, Server, TempDir, rejected_command, run_command, start_command,
};

const DEV: &str = "dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0";

#[track_caller]
fn matches(pattern: &str, text: &str) {
    assert!(Regex::new(pattern).unwrap().is_match(text), "{text:?} is not {pattern}");
}

/// Stops a process with SIGTERM and returns what it wrote to standard output.
fn output_of(mut process: Process) -> String {
    process.signal("TERM");
    assert_eq!(process.wait().0, Some(0));
    process.output()
}

#[test]
fn every_command_has_help() {
    let directory = TempDir::new();
    let help = run_command(&directory, "--help", &[]);
    assert_eq!(help.code, Some(0));
    let listed = help.stdout.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for command in ["dev", "serve", "sandbox", "migrate", "openapi", "twilio", "health"] {
        assert!(commands.contains(&command), "{listed}");
    }
    for command in commands.iter().filter(|command| **command != "help").chain(&["twilio create-service"]) {
        let CommandOutput { code, stdout, stderr } =
            run_command(&directory, &format!("{command} --help"), &[]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{command}");
        assert!(stdout.contains("Usage: countersign"), "{command}: {stdout}");
    }
    matches(r"^countersign \d+\.\d+\.\d+\n$", &run_command(&directory, "--version", &[]).stdout);
}

#[test]
fn invalid_command_line_starts_no_server() {
    for line in
        ["", "sereve", "serve --lisen 127.0.0.1:0", "dev --listen nowhere", "twilio", "openapi --oas 2.0"]
    {
        assert!(rejected_command(&TempDir::new(), line, &[]).contains("--help"), "{line}");
    }
}

#[test]
fn standard_output_has_only_the_ready_line() {
    let directory = TempDir::new();
    let api = r"api=http://127\.0\.0\.1:[1-9]\d{3,4}";
    let sandbox = r"sandbox=http://127\.0\.0\.1:[1-9]\d{3,4}";
    matches(&format!("^ready {api} {sandbox}\n$"), &output_of(start_command(&directory, DEV, &[])));
    let alone = start_command(&directory, "sandbox --sandbox-listen 127.0.0.1:0", &[]);
    matches(&format!("^ready {sandbox}\n$"), &output_of(alone));
}

#[tokio::test]
async fn serve_prints_ready_when_it_accepts_requests() {
    let mut server = Launch::serve("http://127.0.0.1:1").start().await;
    matches(r"^ready api=http://127\.0\.0\.1:\d+$", &server.process.ready);
    server.guest().ready().await.expect(200);
    server.process.signal("TERM");
    assert_eq!(server.process.wait().0, Some(0));
    assert_eq!(server.process.output(), format!("{}\n", server.process.ready));
}

#[tokio::test]
async fn serve_honours_port_on_all_addresses() {
    let launched = Launch::serve("http://127.0.0.1:1").start().await;
    let directory = TempDir::new();
    let variables = [
        ("PORT", "0"),
        ("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef"),
        ("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef"),
        ("TWILIO_VERIFICATION_SID", "VA0123456789abcdef0123456789abcdef"),
        ("COUNTERSIGN__TOKENS__SECRET", "an0ther-secret-that-only-tests-know-of"),
        ("COUNTERSIGN__CODES__REGIONS", "US"),
    ];
    let line = format!("serve --database-url {}", launched.database.url());
    let process = start_command(&directory, &line, &variables);
    matches(r"^ready api=http://0\.0\.0\.0:\d+$", &process.ready);
}

#[test]
fn dev_stops_when_its_input_closes() {
    for line in
        [format!("{DEV} --exit-with-stdin"), "sandbox --sandbox-listen 127.0.0.1:0 --exit-with-stdin".into()]
    {
        let mut process = start_command(&TempDir::new(), &line, &[]);
        drop(process.input.take());
        assert_eq!(process.wait().0, Some(0), "{line}");
    }
}

#[test]
fn port_in_use_is_reported_with_the_flag_to_change() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    for (line, flag) in [
        (format!("dev --listen {address} --sandbox-listen 127.0.0.1:0"), "--listen"),
        (format!("dev --listen 127.0.0.1:0 --sandbox-listen {address}"), "--sandbox-listen"),
        (format!("sandbox --sandbox-listen {address}"), "--sandbox-listen"),
    ] {
        let CommandOutput { code, stdout, stderr } = run_command(&TempDir::new(), &line, &[]);
        assert_eq!((code, stdout.as_str()), (Some(1), ""), "{line}");
        assert!(stderr.contains(&address.to_string()) && stderr.contains(&format!(" {flag}")), "{stderr}");
    }
}

#[test]
fn dev_listens_on_other_interfaces_only_with_a_flag() {
    for line in [
        "dev --listen 0.0.0.0:0 --sandbox-listen 127.0.0.1:0",
        "dev --listen 127.0.0.1:0 --sandbox-listen 0.0.0.0:0",
        "dev --listen 127.0.0.1:0 --sandbox-listen [::]:0",
        "sandbox --sandbox-listen 0.0.0.0:0",
    ] {
        assert!(rejected_command(&TempDir::new(), line, &[]).contains("--allow-remote"), "{line}");
    }
    start_command(&TempDir::new(), "dev --listen 0.0.0.0:0 --sandbox-listen 0.0.0.0:0 --allow-remote", &[]);
}

#[tokio::test]
async fn dev_in_memory_leaves_no_file() {
    let directory = TempDir::new();
    let process = start_command(&directory, &format!("{DEV} --database-url sqlite::memory:"), &[]);
    let server = Server::running(process, directory).await;
    let tokens = server.full_access(&Person::ada()).await;
    tokens.me().await.expect(200);
    let left: Vec<_> = std::fs::read_dir(server.directory.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn dev_creates_its_secret_once_and_sessions_survive_a_restart() {
    let directory = TempDir::new();
    let secret = directory.path().join("countersign.secret");
    let first = Server::running(start_command(&directory, DEV, &[]), TempDir::new()).await;
    let access = first.full_access(&Person::ada()).await;
    let made = std::fs::read_to_string(&secret).unwrap();
    assert!(made.len() >= 43, "32 random bytes in base 64");
    assert_eq!(std::fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);
    drop(first);
    let second = Server::running(start_command(&directory, DEV, &[]), TempDir::new()).await;
    access.on(&second).me().await.expect(200);
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), made);
    drop(second);
    // Another secret does not work: the signing keys are sealed with the first one.
    std::fs::write(&secret, "ZyXwVuTsRqPoNmLkJiHgFeDcBa9876543210-_zyxwv").unwrap();
    let CommandOutput { code, stderr, .. } = run_command(&directory, DEV, &[]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("COUNTERSIGN__TOKENS__SECRET") && stderr.contains(".secret"), "{stderr}");
    assert!(!stderr.contains("internal error"), "{stderr}");
}

#[tokio::test]
async fn service_of_create_service_can_be_used() {
    let directory = TempDir::new();
    let sandbox = start_command(&directory, "sandbox --sandbox-listen 127.0.0.1:0", &[]);
    let base_url = sandbox.address("sandbox");
    let variables = [
        ("COUNTERSIGN__TWILIO__BASE_URL", base_url.as_str()),
        ("TWILIO_ACCOUNT_SID", ACCOUNT_SID),
        ("TWILIO_AUTH_TOKEN", AUTH_TOKEN),
    ];
    let created = run_command(&directory, "twilio create-service --friendly-name Countersign", &variables);
    assert_eq!(created.code, Some(0), "{}", created.stderr);
    matches("^VA[0-9a-f]{32}\n$", &created.stdout);
    let launch = Launch::serve(&base_url)
        .sandbox(&base_url)
        .variable("TWILIO_VERIFICATION_SID", created.stdout.trim());
    launch.start().await.full_access(&Person::ada()).await;

    for name in ["Shop12345", "a.b", "0123456789-0123456789-0123456789"] {
        let message = rejected_command(
            &directory,
            &format!("twilio create-service --friendly-name {name}"),
            &variables,
        );
        assert!(message.contains("1 to 30 characters") && message.contains("at most 4"), "{message}");
    }
    // If our own check passes and Twilio rejects the value, the error quotes Twilio.
    let wrong = [variables[0], variables[1], ("TWILIO_AUTH_TOKEN", "no-token-of-the-sandbox")];
    let CommandOutput { code, stdout, stderr } =
        run_command(&directory, "twilio create-service --friendly-name Countersign", &wrong);
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    assert!(stderr.contains("code 20003") && stderr.contains("Twilio says: "), "{stderr}");
    assert!(!stderr.contains("no-token-of-the-sandbox"), "{stderr}");
    let message = rejected_command(&directory, "twilio create-service --friendly-name Countersign", &[]);
    assert!(
        message.contains("TWILIO_AUTH_TOKEN") && !message.contains("TWILIO_VERIFICATION_SID"),
        "{message}"
    );
}

#[test]
fn closed_pipe_is_not_an_error() {
    let directory = TempDir::new();
    for line in ["openapi", "openapi --oas 3.0"] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(line.split(' '))
            .current_dir(directory.path())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        // The document is larger than the buffer of a pipe.
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), vec![]), "{line}");
    }
}

#[tokio::test]
async fn health_exits_with_0_if_a_server_is_ready() {
    let directory = TempDir::new();
    let mut server = Server::dev().await;
    let host = server.api.strip_prefix("http://").unwrap().to_owned();
    let configured = [("COUNTERSIGN__SERVER__LISTEN", host.as_str())];
    for (line, variables) in [
        (format!("health http://{host}"), &[][..]),
        (format!("health http://{host}/health/ready"), &[]),
        ("health".into(), &configured),
    ] {
        let CommandOutput { code, stdout, stderr } = run_command(&directory, &line, variables);
        assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), "", ""), "{line}");
    }
    assert!(rejected_command(&directory, "health ftp://127.0.0.1", &[]).contains("http://"));
    // The sandbox is a server but has no readiness.
    let answered = run_command(&directory, &format!("health {}", server.sandbox), &[]);
    assert_eq!(answered.code, Some(1), "{}", answered.stderr);
    server.process.kill();
    let gone = run_command(&directory, &format!("health http://{host}"), &[]);
    assert_eq!(gone.code, Some(1));
    assert!(gone.stderr.contains(&host), "{}", gone.stderr);
}
