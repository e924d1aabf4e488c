//! Users to measure with: one who goes the whole way through the API, and copies of that one.

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

/// Everybody's.
const PASSWORD: &str = "correct horse battery staple";
/// Users that are written at the same time.
const AT_ONCE: usize = 8;

/// Who has logged in.
pub struct Person {
    email: String,
    access_token: String,
}

/// Who has signed up.
#[derive(Clone)]
pub struct Newcomer {
    client: Client,
    api: SocketAddr,
    twilio: SocketAddr,
    email: String,
    phone_number: String,
}

/// Whose code has been sent.
pub struct Ready {
    newcomer: Newcomer,
    token: String,
    code: String,
}

impl Newcomer {
    /// The names are new ones each time, because a PostgreSQL database may remember those of the last run.
    pub async fn sign_up(api: &Api, twilio: SocketAddr) -> Result<Self, Failure> {
        let (client, random) = (Client::new(), Uuid::new_v4());
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

    /// Logs in, and takes the code.
    pub async fn log_in(&self) -> Result<Ready, Failure> {
        let credentials = json!({"email": self.email, "password": PASSWORD});
        let token = text(&post(self.request("login"), &credentials).await?, "password_ok_token")?;
        let digits = self.phone_number.trim_start_matches('+');
        let code = self.client.get(format!("http://{}/sandbox/code?to=%2B{digits}", self.twilio));
        let code = code.send().await?.error_for_status()?.text().await?;
        Ok(Ready { newcomer: self.clone(), token, code })
    }

    fn request(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("http://{}/v1/users/{path}", self.api))
    }
}

impl Ready {
    /// Sends the code.
    pub async fn verify(self) -> Result<Person, Failure> {
        let code = json!({"code": self.code});
        let verified = post(self.newcomer.request("verify").bearer_auth(self.token), &code).await?;
        Ok(Person { email: self.newcomer.email, access_token: text(&verified, "access_token")? })
    }
}

/// Signs up, logs in, takes the code, verifies.
pub async fn log_in(api: &Api, twilio: SocketAddr) -> Result<Person, Failure> {
    Newcomer::sign_up(api, twilio).await?.log_in().await?.verify().await
}

impl Person {
    /// The bytes of `GET /v1/users/me`.
    pub fn who_am_i(&self) -> Vec<u8> {
        let token = &self.access_token;
        format!("GET /v1/users/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n")
            .into()
    }

    /// Writes that many users with this one's password into the database, and answers the bytes of a log-in
    /// of each. Signing them all up would take a hash each.
    pub async fn copies(&self, db: &Db, count: u32) -> Result<Vec<Vec<u8>>, Failure> {
        let now = Clock::system().now();
        let original = db.user_by_email(&self.email).await?.ok_or("the user is not there")?;
        let copies: Vec<User> = (0..count).map(|number| copy(&original, Id::new(now), number)).collect();
        for group in copies.chunks(AT_ONCE) {
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

/// The bytes of a log-in of a copy.
pub fn log_in_request(number: u32) -> Vec<u8> {
    let body = json!({"email": email_of_copy(number), "password": PASSWORD}).to_string();
    let head = "POST /v1/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
    format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into()
}

async fn post(request: RequestBuilder, body: &Value) -> Result<Value, Failure> {
    let request = request.header("content-type", "application/json").body(body.to_string());
    let response = request.send().await?;
    let (status, body) = (response.status(), response.text().await?);
    match status.is_success() {
        true => Ok(serde_json::from_str(&body)?),
        false => Err(body.into()),
    }
}

fn text(answer: &Value, name: &str) -> Result<String, Failure> {
    Ok(answer.get(name).and_then(Value::as_str).ok_or("a token is missing")?.to_owned())
}
