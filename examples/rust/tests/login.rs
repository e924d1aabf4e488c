//! From nobody to the dashboard, with reqwest: on the server of COUNTERSIGN_API, or on one of its own.

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

/// The API and the sandbox that all tests of this file share.
fn addresses() -> &'static [String; 2] {
    static SERVER: OnceLock<(Option<Child>, [String; 2])> = OnceLock::new();
    let start = || {
        if let (Ok(api), Ok(sandbox)) = (env::var("COUNTERSIGN_API"), env::var("COUNTERSIGN_SANDBOX")) {
            return (None, [api, sandbox]);
        }
        // When the tests end, however they end, the pipe that is its standard input closes, and the server ends.
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

fn answer(request: RequestBuilder) -> Value {
    request.send().unwrap().error_for_status().unwrap().json().unwrap()
}

#[test]
fn the_code_opens_the_dashboard() {
    let ([api, sandbox], http) = (addresses(), Client::new());
    // A person of one's own for every test: then they can run side by side.
    let number = RandomState::new().hash_one(0);
    let (name, phone) = (format!("p{number:x}"), format!("+49151{:08}", number % 100_000_000));
    let email = format!("{name}@example.com");
    let post = |path: &str, body: Value| http.post(format!("{api}/v1/users/{path}")).json(&body);
    let person = json!({ "name": "Ada Lovelace", "username": name, "email": email,
        "phone_number": phone, "password": PASSWORD });
    answer(post("signup", person));
    let login = answer(post("login", json!({ "email": email, "password": PASSWORD })));
    // `wait` holds the request until the message is there: nothing polls, nothing sleeps.
    let code = http.get(format!("{sandbox}/sandbox/code")).query(&[("to", phone.as_str()), ("wait", "5")]);
    let code = code.send().unwrap().error_for_status().unwrap().text().unwrap();
    let password_ok = login["password_ok_token"].as_str().unwrap();
    let tokens = answer(post("verify", json!({ "code": code })).bearer_auth(password_ok));
    let access = tokens["access_token"].as_str().unwrap();
    let dashboard = answer(http.get(format!("{api}/v1/users/dashboard")).bearer_auth(access));
    assert_eq!(dashboard["user"]["email"], email.as_str());
}
