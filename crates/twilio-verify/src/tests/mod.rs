//! Tests the client against a scripted server over real sockets.

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

use super::{
    Channel, Failure, PendingVerification, Settings, StartVerification, VerificationSid, VerifyClient,
};
use server::Server;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "a-secret-auth-token";
const SERVICE: &str = "VAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const VERIFICATION: &str = "VEbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const PHONE: &str = "+15005550123";
const CODE: &str = "918273";

/// Returns settings for a server on loopback, with a timeout that no responding server reaches.
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

/// Returns a client with a short timeout, for servers that never finish.
fn impatient(server: &Server) -> VerifyClient {
    let total_timeout = Duration::from_millis(700);
    VerifyClient::new(Settings { total_timeout, ..settings(server.base_url()) }).unwrap()
}

fn sid() -> VerificationSid {
    VerificationSid::parse(VERIFICATION).unwrap()
}

fn by(channel: Channel) -> StartVerification<'static> {
    StartVerification::new(PHONE, channel)
}

async fn start(client: &VerifyClient) -> Result<PendingVerification, Failure> {
    client.start(&by(Channel::Sms)).await
}

/// Returns a JSON response that keeps the connection open.
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

/// Returns an error response in Twilio's format. As in real ones, the message quotes the number.
fn error(status: u16, headers: &str, code: u32) -> Vec<u8> {
    let message = format!("Invalid parameter `To`: {PHONE}");
    json(
        status,
        headers,
        &format!(r#"{{"code":{code},"message":"{message}","more_info":"x","status":{status}}}"#),
    )
}
