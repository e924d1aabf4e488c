//! Logs in with a code from the sandbox, with reqwest: on the server in COUNTERSIGN_API, or on a new one.

use std::env;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, json};

const START: &str =
    "dev --listen 127.0.0.1:0 --sandbox-listen 127.0.0.1:0 --database-url sqlite::memory: --exit-with-stdin";
const PASSWORD: &str = "correct horse battery staple";

/// Returns the addresses of the API and the sandbox, which all tests of this file share.
fn addresses() -> &'static [String; 2] {
    static SERVER: OnceLock<(Option<Child>, [String; 2])> = OnceLock::new();
    let start = || {
        if let (Ok(api), Ok(sandbox)) = (env::var("COUNTERSIGN_API"), env::var("COUNTERSIGN_SANDBOX")) {
            return (None, [api, sandbox]);
        }
        // The server ends when the pipe to its standard input closes, even if the tests are killed.
        let mut command = Command::new(env::var("COUNTERSIGN_BIN").unwrap_or("countersign".into()));
        command.args(START.split(' ')).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let mut line = String::new(); // ready api=http://… sandbox=http://…
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let words: Vec<_> = line.trim_end().split([' ', '=']).collect();
        (Some(server), [words[2].to_owned(), words[4].to_owned()])
    };
    &SERVER.get_or_init(start).1
}

fn send(request: RequestBuilder) -> Value {
    request.send().unwrap().error_for_status().unwrap().json().unwrap()
}

#[test]
fn code_opens_the_dashboard() {
    let ([api, sandbox], http) = (addresses(), Client::new());
    // A new user for each test, so that tests can run in parallel.
    let number = RandomState::new().hash_one(0);
    let (name, phone) = (format!("p{number:x}"), format!("+49151{:08}", number % 100_000_000));
    let email = format!("{name}@example.com");
    let post = |path: &str, body: Value| http.post(format!("{api}/v1/users/{path}")).json(&body);
    let user = json!({ "name": "Ada Lovelace", "username": name, "email": email,
        "phone_number": phone, "password": PASSWORD });
    send(post("signup", user));
    let login = send(post("login", json!({ "email": email, "password": PASSWORD })));
    // `wait` keeps the request open until the message arrives, so there is no need to poll or sleep.
    let code = http.get(format!("{sandbox}/sandbox/code")).query(&[("to", phone.as_str()), ("wait", "5")]);
    let code = code.send().unwrap().error_for_status().unwrap().text().unwrap();
    let password_ok = login["password_ok_token"].as_str().unwrap();
    let tokens = send(post("verify", json!({ "code": code })).bearer_auth(password_ok));
    let access = tokens["access_token"].as_str().unwrap();
    let dashboard = send(http.get(format!("{api}/v1/users/dashboard")).bearer_auth(access));
    assert_eq!(dashboard["user"]["email"], email.as_str());
}
