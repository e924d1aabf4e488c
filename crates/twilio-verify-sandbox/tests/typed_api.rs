//! The typed API, against requests as Twilio's clients send them.

#![allow(clippy::unwrap_used, reason = "a helper of tests panics like a test")]

use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::Value;
use twilio_verify_sandbox::{
    Channel, ClockTooFar, Effect, FaultError, FaultKind, MessageFilter, NewFault, Operation, OperationFilter,
    OperationKind, RequestFilter, Sandbox,
};

const PHONE: &str = "+12015550123";
const OTHER_PHONE: &str = "+12015550124";
const SECOND: Duration = Duration::from_secs(1);

async fn post(sandbox: &Sandbox, path: &str, form: &[(&str, &str)]) -> (StatusCode, Value) {
    let url = format!("{}/v2/Services/{}{path}", sandbox.url(), sandbox.service_sid());
    let request = Client::new().post(url).basic_auth(sandbox.account_sid(), Some(sandbox.auth_token()));
    let response = request.form(form).send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

async fn start(sandbox: &Sandbox, to: &str) -> StatusCode {
    post(sandbox, "/Verifications", &[("To", to), ("Channel", "sms")]).await.0
}

async fn check(sandbox: &Sandbox, code: &str) -> (StatusCode, Value) {
    post(sandbox, "/VerificationCheck", &[("To", PHONE), ("Code", code)]).await
}

#[tokio::test]
async fn a_code_is_read_without_http() {
    let sandbox = Sandbox::start().await.unwrap();
    assert_eq!(start(&sandbox, PHONE).await, 201);
    let code = sandbox.code_to("+1 (201) 555-0123").unwrap();
    assert_eq!(check(&sandbox, &code).await.1["status"], "approved");
    let message = sandbox.messages_to(PHONE).remove(0);
    assert_eq!((message.to(), message.code(), message.channel()), (PHONE, code.as_str(), Channel::Sms));
    assert!(message.body().contains(&code) && message.verification_sid().starts_with("VE"));
    assert_eq!((sandbox.messages().len(), sandbox.code_to(OTHER_PHONE)), (1, None));
    sandbox.phones().forget(Some(PHONE));
    assert!(sandbox.messages().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_when_the_message_arrives() {
    let sandbox = Sandbox::start().await.unwrap();
    let (code, status) = tokio::join!(sandbox.wait_for_code(PHONE, 5 * SECOND), start(&sandbox, PHONE));
    assert_eq!((code.unwrap(), status), (sandbox.code_to(PHONE).unwrap(), StatusCode::CREATED));
    let later = MessageFilter::new().to(PHONE).after(sandbox.phones().newest());
    let error = sandbox.phones().wait_for_message(&later, Duration::from_millis(20)).await.unwrap_err();
    assert_eq!(error.to_string(), format!("no message to {PHONE} arrived within 20ms"));
}

#[tokio::test]
async fn a_fault_hits_and_counts() {
    let sandbox = Sandbox::start().await.unwrap();
    let faults = sandbox.faults();
    let outage = NewFault::new(OperationKind::Start, Effect::status(503)).to(PHONE).after(1).times(2);
    let fault = faults.make(outage).unwrap();
    assert_eq!((fault.hits(), fault.times(), fault.after()), (0, 2, 1));
    assert_eq!((fault.effect().kind(), fault.to()), (FaultKind::Status, Some(PHONE)));
    assert_eq!(fault.operation(), OperationFilter::Kind(OperationKind::Start));
    let statuses = [PHONE, PHONE, OTHER_PHONE, PHONE, PHONE].map(|to| start(&sandbox, to));
    let mut received = Vec::new();
    for status in statuses {
        received.push(status.await.as_u16());
    }
    assert_eq!(received, [201, 503, 201, 503, 201]);
    let used_up = faults.get(fault.id()).unwrap();
    assert!(used_up.is_used_up() && used_up.hits() == 2);
    assert!(faults.remove(fault.id()) && !faults.remove(fault.id()) && faults.list().is_empty());
    let error = faults.make(NewFault::new(OperationFilter::Any, Effect::Drop).times(0)).unwrap_err();
    assert!(matches!(error, FaultError::Invalid(_)) && error.to_string().contains("`times`"), "{error}");
}

#[tokio::test]
async fn the_journal_has_what_was_asked() {
    let sandbox = Sandbox::start().await.unwrap();
    let journal = sandbox.journal();
    start(&sandbox, PHONE).await;
    check(&sandbox, "000000").await;
    let request = sandbox.requests().pop().unwrap();
    assert_eq!((request.method(), request.status(), request.twilio_code()), ("POST", Some(201), None));
    assert_eq!(
        (request.operation(), request.kind()),
        (Some(Operation::CreateVerification), OperationKind::Start)
    );
    assert_eq!((request.to(), request.parameter("Channel")), (Some(PHONE), Some("sms")));
    assert_eq!(request.account_sid(), sandbox.account_sid());
    let checks = RequestFilter::new().operation(Operation::CreateVerificationCheck).to(PHONE);
    assert_eq!(journal.requests(&checks).len(), 1);
    let later = checks.after(journal.requests(&RequestFilter::new())[0].id());
    let (found, _) = tokio::join!(journal.wait_for_request(&later, 5 * SECOND), check(&sandbox, "000000"));
    assert_eq!(found.unwrap().parameter("Code"), Some("000000"));
    journal.forget(None);
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn a_code_expires_when_the_clock_moves() {
    let sandbox = Sandbox::start().await.unwrap();
    start(&sandbox, PHONE).await;
    let code = sandbox.code_to(PHONE).unwrap();
    sandbox.clock().advance(599 * SECOND + SECOND / 2).unwrap();
    assert_eq!(sandbox.clock().offset(), 600 * SECOND);
    assert_eq!(check(&sandbox, &code).await.0, 404);
    let ten_years = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    assert_eq!(sandbox.clock().advance(ten_years), Err(ClockTooFar));
    assert_eq!(sandbox.clock().advance(Duration::MAX), Err(ClockTooFar));
    sandbox.clock().advance(ten_years - 600 * SECOND).unwrap();
    sandbox.clock().reset();
    assert_eq!(sandbox.clock().offset(), Duration::ZERO);
    assert_eq!(check(&sandbox, &code).await.0, 404);
}

#[tokio::test]
async fn a_moved_clock_delivers_delayed_messages() {
    let sandbox = Sandbox::start().await.unwrap();
    let delayed = "+12015550180";
    start(&sandbox, delayed).await;
    assert_eq!(sandbox.code_to(delayed), None);
    sandbox.clock().advance(8 * SECOND).unwrap();
    assert!(sandbox.code_to(delayed).is_some());
}

#[tokio::test]
async fn a_reset_forgets_everything() {
    let sandbox = Sandbox::start().await.unwrap();
    start(&sandbox, PHONE).await;
    sandbox.faults().make(NewFault::new(OperationFilter::Any, Effect::Drop)).unwrap();
    sandbox.clock().advance(SECOND).unwrap();
    sandbox.reset();
    assert!(
        sandbox.messages().is_empty() && sandbox.requests().is_empty() && sandbox.faults().list().is_empty()
    );
    assert_eq!(sandbox.clock().offset(), Duration::ZERO);
}

#[tokio::test]
async fn an_authenticator_shows_the_code_of_a_factor() {
    let sandbox = Sandbox::start().await.unwrap();
    let form = [("FactorType", "totp"), ("FriendlyName", "Ada's phone")];
    let (status, factor) = post(&sandbox, "/Entities/ada-lovelace/Factors", &form).await;
    assert_eq!(status, 201, "{factor}");
    let sid = factor["sid"].as_str().unwrap();
    let code = sandbox.totp_code(sid).unwrap();
    let path = format!("/Entities/ada-lovelace/Factors/{sid}");
    let (_, factor) = post(&sandbox, &path, &[("AuthPayload", code.as_str())]).await;
    assert_eq!(factor["status"], "verified");
    assert_eq!(sandbox.totp_code("YF"), None);
}

#[tokio::test]
async fn sandboxes_share_nothing_and_may_allow_a_host() {
    let one = Sandbox::start().await.unwrap();
    let other = Sandbox::builder().allow_host("sandbox.internal").start().await.unwrap();
    start(&one, PHONE).await;
    assert!(other.messages().is_empty());
    let health = |sandbox: &Sandbox| {
        let request = Client::new().get(format!("{}/sandbox/health", sandbox.url()));
        request.header("host", "sandbox.internal").send()
    };
    assert_eq!(health(&one).await.unwrap().status(), 403);
    assert_eq!(health(&other).await.unwrap().status(), 200);
}

#[test]
fn a_taken_port_is_an_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let sandbox = runtime.block_on(Sandbox::start()).unwrap();
    let taken = Sandbox::builder().listen(sandbox.address()).start();
    assert_eq!(runtime.block_on(taken).unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
}
