//! Users for the measurements: one who signs up and logs in through the API, and copies of that user.

use std::net::SocketAddr;

use futures_util::future::try_join_all;
use movable_clock::Clock;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use storage::users::User;
use storage::{Db, EventRows, Id};
use uuid::Uuid;

use crate::Failure;
use crate::servers::Api;

/// The password of every user.
const PASSWORD: &str = "correct horse battery staple";
/// How many users are written concurrently.
const CONCURRENT_WRITES: usize = 8;

/// A user who has logged in.
pub struct Person {
    email: String,
    access_token: String,
}

/// A user who has signed up.
#[derive(Clone)]
pub struct Newcomer {
    client: Client,
    api: SocketAddr,
    twilio: SocketAddr,
    email: String,
    phone_number: String,
}

/// A user who has received a code.
pub struct PendingLogin {
    newcomer: Newcomer,
    token: String,
    code: String,
}

impl Newcomer {
    /// Signs up with random names, because a PostgreSQL database may contain those of the last run.
    pub async fn sign_up(api: &Api, twilio: SocketAddr) -> Result<Self, Failure> {
        let client = Client::new();
        let random = Uuid::new_v4();
        let name = random.simple().to_string();
        let email = format!("{name}@example.com");
        let phone_number = format!("+1201{}", 2_000_000 + random.as_u128() % 8_000_000);
        let newcomer = Self { client, api: api.address, twilio, email, phone_number };
        let sign_up = json!({
            "name": "Ada Lovelace", "username": name, "email": newcomer.email,
            "password": PASSWORD, "phone_number": newcomer.phone_number,
        });
        post(newcomer.request("signup"), &sign_up).await?;
        Ok(newcomer)
    }

    /// Logs in and reads the code.
    pub async fn log_in(&self) -> Result<PendingLogin, Failure> {
        let credentials = json!({"email": self.email, "password": PASSWORD});
        let token = text(&post(self.request("login"), &credentials).await?, "password_ok_token")?;
        let digits = self.phone_number.trim_start_matches('+');
        let code = self.client.get(format!("http://{}/sandbox/code?to=%2B{digits}", self.twilio));
        let code = code.send().await?.error_for_status()?.text().await?;
        Ok(PendingLogin { newcomer: self.clone(), token, code })
    }

    fn request(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("http://{}/v1/users/{path}", self.api))
    }
}

impl PendingLogin {
    /// Verifies the code.
    pub async fn verify(self) -> Result<Person, Failure> {
        let code = json!({"code": self.code});
        let verified = post(self.newcomer.request("verify").bearer_auth(self.token), &code).await?;
        Ok(Person { email: self.newcomer.email, access_token: text(&verified, "access_token")? })
    }
}

/// Signs up a new user, logs in and verifies the code.
pub async fn log_in(api: &Api, twilio: SocketAddr) -> Result<Person, Failure> {
    Newcomer::sign_up(api, twilio).await?.log_in().await?.verify().await
}

impl Person {
    /// Returns the bytes of `GET /v1/users/me`.
    pub fn me_request(&self) -> Vec<u8> {
        let token = &self.access_token;
        format!("GET /v1/users/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n")
            .into()
    }

    /// Writes `count` users with the same password to the database and returns the bytes of a log-in of each.
    /// Writing them directly avoids one hash per user.
    pub async fn copies(&self, db: &Db, count: u32) -> Result<Vec<Vec<u8>>, Failure> {
        let now = Clock::system().now();
        let original = db.user_by_email(&self.email).await?.ok_or("the user does not exist")?;
        let copies: Vec<User> = (0..count).map(|number| copy(&original, Id::new(now), number)).collect();
        for group in copies.chunks(CONCURRENT_WRITES) {
            let group = group.iter().cloned();
            try_join_all(group.map(|user| db.sign_up(user, EventRows::default(), None))).await?;
        }
        Ok((0..count).map(log_in_request).collect())
    }
}

fn copy(original: &User, id: Id, number: u32) -> User {
    User {
        id,
        username: format!("copy{number}"),
        email: email_of_copy(number),
        phone_number: format!("+1202{}", 2_000_000 + number),
        ..original.clone()
    }
}

fn email_of_copy(number: u32) -> String {
    format!("copy{number}@example.com")
}

/// Returns the bytes of a log-in of a copy.
pub fn log_in_request(number: u32) -> Vec<u8> {
    let body = json!({"email": email_of_copy(number), "password": PASSWORD}).to_string();
    let head = "POST /v1/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
    format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into()
}

async fn post(request: RequestBuilder, body: &Value) -> Result<Value, Failure> {
    let request = request.header("content-type", "application/json").body(body.to_string());
    let response = request.send().await?;
    let status = response.status();
    let body = response.text().await?;
    if !status.is_success() {
        return Err(body.into());
    }
    Ok(serde_json::from_str(&body)?)
}

fn text(answer: &Value, name: &str) -> Result<String, Failure> {
    Ok(answer.get(name).and_then(Value::as_str).ok_or("a token is missing")?.to_owned())
}
