//! Users to measure with: one who goes the whole way through the API, and copies of that one.

use std::net::SocketAddr;

use countersign::clock::Clock;
use countersign::storage::users::{self, User};
use countersign::storage::{Db, Error as StorageError, Id};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Failure;
use crate::servers::Api;

/// Everybody's.
const PASSWORD: &str = "correct horse battery staple";

/// Who has logged in.
pub struct Person {
    email: String,
    access_token: String,
}

/// Signs up, logs in, takes the code from the sandbox, verifies. The names are new ones each time, because
/// a PostgreSQL database may remember those of the last run.
pub async fn log_in(api: &Api, sandbox: SocketAddr) -> Result<Person, Failure> {
    let (client, random) = (Client::new(), Uuid::new_v4());
    let name = random.simple().to_string();
    let email = format!("{name}@example.com");
    let phone_number = format!("+1201{}", 2_000_000 + random.as_u128() % 8_000_000);
    let url = |path: &str| format!("http://{}/v1/users/{path}", api.address);
    let sign_up = json!({
        "name": "Ada Lovelace", "username": name, "email": email,
        "password": PASSWORD, "phone_number": phone_number,
    });
    post(client.post(url("signup")), &sign_up).await?;
    let credentials = json!({"email": email, "password": PASSWORD});
    let token = text(&post(client.post(url("login")), &credentials).await?, "password_ok_token")?;
    let digits = phone_number.trim_start_matches('+');
    let code = client.get(format!("http://{sandbox}/sandbox/code?to=%2B{digits}")).send().await?;
    let code = json!({"code": code.error_for_status()?.text().await?});
    let verified = post(client.post(url("verify")).bearer_auth(token), &code).await?;
    Ok(Person { email, access_token: text(&verified, "access_token")? })
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
        let (email, now) = (self.email.clone(), Clock::system().now());
        let original = db.read(async move |mut c| users::find_by_email(&mut c, &email).await).await?;
        let original = original.ok_or("the user is not there")?;
        db.write(async move |mut c| -> Result<(), StorageError> {
            for number in 0..count {
                users::insert(&mut c, &copy(&original, Id::new(now), number)).await?;
            }
            Ok(())
        })
        .await?;
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

fn log_in_request(number: u32) -> Vec<u8> {
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
