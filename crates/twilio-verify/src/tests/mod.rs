//! The client against a server that plays whatever it is told to, over real sockets.

mod answer_properties;
mod answers;
mod log;
mod lookup;
mod loss;
mod repetition;
mod requests;
mod server;
mod service;

use std::time::Duration;

use super::{Channel, Failure, Settings, StartVerification, Started, VerificationSid, VerifyClient};
use server::Server;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "a-token-nobody-may-see";
const SERVICE: &str = "VAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const VERIFICATION: &str = "VEbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const PHONE: &str = "+15005550123";
const CODE: &str = "918273";

/// Settings for a server on loopback, with a total time that no answering server comes near.
fn settings(base_url: String) -> Settings {
    Settings {
        base_url,
        retry_pause: Duration::from_millis(2),
        total_timeout: Duration::from_secs(30),
        ..Settings::new(ACCOUNT, TOKEN.into(), SERVICE)
    }
}

fn client(server: &Server) -> VerifyClient {
    VerifyClient::new(settings(server.base_url())).unwrap()
}

/// A client that gives up soon, for servers that never finish.
fn impatient(server: &Server) -> VerifyClient {
    let total_timeout = Duration::from_millis(700);
    VerifyClient::new(Settings { total_timeout, ..settings(server.base_url()) }).unwrap()
}

fn sid() -> VerificationSid {
    VerificationSid::parse(VERIFICATION).unwrap()
}

fn by(channel: Channel) -> StartVerification<'static> {
    StartVerification {
        to: PHONE,
        channel,
        locale: None,
        app_hash: None,
        template_sid: None,
        device_ip: None,
    }
}

async fn start(client: &VerifyClient) -> Result<Started, Failure> {
    client.start(&by(Channel::Sms)).await
}

/// A JSON answer that keeps the connection open.
fn json(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn started() -> Vec<u8> {
    json(
        201,
        "Twilio-Request-Id: RQ123\r\n",
        &format!(r#"{{"sid":"{VERIFICATION}","status":"pending","lookup":{{}}}}"#),
    )
}

/// Twilio's shape of an error. The message quotes the number, as live ones do.
fn error(status: u16, headers: &str, code: u32) -> Vec<u8> {
    let message = format!("Invalid parameter `To`: {PHONE}");
    json(
        status,
        headers,
        &format!(r#"{{"code":{code},"message":"{message}","more_info":"x","status":{status}}}"#),
    )
}
