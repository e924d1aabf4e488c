//! From sign-up to the dashboard. The codes arrive at a sandbox in the process of the test.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use twilio_verify_sandbox::Sandbox;

/// A countersign that sends its codes to a sandbox. It stops when it is dropped.
struct Server(Child, String);

impl Server {
    fn start(sandbox: &Sandbox) -> Self {
        let program = std::env::var("COUNTERSIGN_BIN").ok().filter(|program| !program.is_empty());
        let mut server = Command::new(program.as_deref().unwrap_or("countersign"))
            .args(["serve", "--i-am-testing", "--listen", "127.0.0.1:0", "--database-url", "sqlite::memory:"])
            .env("COUNTERSIGN__TWILIO__BASE_URL", sandbox.url())
            .env("TWILIO_ACCOUNT_SID", sandbox.account_sid())
            .env("TWILIO_AUTH_TOKEN", sandbox.auth_token())
            .env("TWILIO_VERIFICATION_SID", sandbox.service_sid())
            .env("COUNTERSIGN__TOKENS__SECRET", "a secret that only this test knows")
            .env("COUNTERSIGN__CODES__REGIONS", "*")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new(); // ready api=http://…
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        Self(server, ready.trim_end().strip_prefix("ready api=").unwrap().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).unwrap();
    }
}

async fn answer(request: RequestBuilder, token: &Value) -> Value {
    let request = token.as_str().into_iter().fold(request, RequestBuilder::bearer_auth);
    request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
}

#[tokio::test]
async fn the_code_opens_the_dashboard() {
    let sandbox = Sandbox::start().await.unwrap();
    let (server, http, phone) = (Server::start(&sandbox), Client::new(), "+4915112345678");
    let post = |path: &str, body: Value| http.post(format!("{}/v1/users/{path}", server.1)).json(&body);
    let (email, password) = ("ada@example.com", "correct horse battery staple");
    let user = json!({ "name": "Ada", "username": "ada", "email": email, "phone_number": phone,
        "password": password });
    answer(post("signup", user), &Value::Null).await;
    let login = answer(post("login", json!({ "email": email, "password": password })), &Value::Null).await;
    let code = sandbox.wait_for_code(phone, Duration::from_secs(5)).await.unwrap();
    let tokens = answer(post("verify", json!({ "code": code })), &login["password_ok_token"]).await;
    let dashboard = http.get(format!("{}/v1/users/dashboard", server.1));
    assert_eq!(answer(dashboard, &tokens["access_token"]).await["user"]["email"], email);
}
