//! Compares a running server with the model: no sequence of requests gains an extra guess.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::tests::*;
use crate::verification::model::{SERVICES, SidAndStatus, Step, Subject, steps};
use crate::verification::model_check::run_steps;
use crate::verification::{Status, VerificationError};

/// The unit of clock steps, in seconds. No multiple is close to ten minutes, so the duration of a test does
/// not matter.
const UNIT: i64 = 97;

/// A server and an account. Each case uses a new account.
struct TestedServer<'a> {
    runtime: &'a tokio::runtime::Runtime,
    sandbox: &'a Sandbox,
    account: String,
    services: [String; SERVICES],
}

impl<'a> TestedServer<'a> {
    fn new(runtime: &'a tokio::runtime::Runtime, sandbox: &'a Sandbox, case: usize) -> Self {
        let account = format!("AC{case:032x}");
        let created = sandbox.post_as(&account, "/v2/Services", &[("FriendlyName", "x")]);
        let other = path_of(&runtime.block_on(created).json()["url"]);
        let mut server =
            Self { runtime, sandbox, account, services: [format!("/v2/Services/{SERVICE_SID}"), other] };
        server.reset();
        server
    }

    fn post(
        &self,
        service: usize,
        path: &str,
        form: &[(&str, &str)],
    ) -> Result<SidAndStatus, VerificationError> {
        let path = format!("{}{path}", self.services[service]);
        parse(&self.runtime.block_on(self.sandbox.post_as(&self.account, &path, form)))
    }
}

fn parse(answer: &Answer) -> Result<SidAndStatus, VerificationError> {
    let body = answer.json();
    if answer.status >= 400 {
        let error = answer.error();
        return match (error.0, error.1.as_u64()) {
            (404, Some(20404)) => Err(VerificationError::NotFound),
            (429, Some(60202)) => Err(VerificationError::TooManyChecks),
            (429, Some(60203)) => Err(VerificationError::TooManySends),
            _ => panic!("{}", answer.text),
        };
    }
    let status = match body["status"].as_str() {
        Some("pending") => Status::Pending,
        Some("approved") => Status::Approved,
        Some("canceled") => Status::Canceled,
        _ => panic!("{}", answer.text),
    };
    assert_eq!(body["valid"], status == Status::Approved);
    Ok((body["sid"].as_str().unwrap().to_owned(), status))
}

impl Subject for TestedServer<'_> {
    fn start(&mut self, service: usize, to: &str) -> Result<(SidAndStatus, String), VerificationError> {
        let verification = self.post(service, "/Verifications", &[("To", to), ("Channel", "sms")])?;
        let path = format!("/sandbox/messages?to={to}&account={}&limit=1", self.account);
        let message = &self.runtime.block_on(self.sandbox.get(&path)).json()["messages"][0];
        assert_eq!(message["verification_sid"], verification.0);
        Ok((verification, message["code"].as_str().unwrap().to_owned()))
    }

    fn check(&mut self, service: usize, key: &str, code: &str) -> Result<SidAndStatus, VerificationError> {
        let name = if key.starts_with('+') { "To" } else { "VerificationSid" };
        self.post(service, "/VerificationCheck", &[(name, key), ("Code", code)])
    }

    fn end(&mut self, service: usize, key: &str, status: Status) -> Result<SidAndStatus, VerificationError> {
        self.post(service, &format!("/Verifications/{key}"), &[("Status", status.as_str())])
    }

    fn fetch(&mut self, service: usize, key: &str) -> Result<SidAndStatus, VerificationError> {
        let path = format!("{}/Verifications/{key}", self.services[service]);
        parse(&self.runtime.block_on(self.sandbox.request_as(&self.account, Method::GET, &path)))
    }

    fn pass(&mut self, seconds: i64) {
        self.advance(seconds);
    }

    fn advance(&mut self, seconds: i64) {
        let body = json!({"advance_seconds": seconds});
        assert_eq!(self.runtime.block_on(self.sandbox.post_value("/sandbox/clock", &body)).status, 200);
    }

    fn reset(&mut self) {
        let answer = self.runtime.block_on(self.sandbox.send(Method::DELETE, "/sandbox/clock"));
        assert_eq!(answer.status, 200);
    }
}

#[test]
fn no_sequence_of_requests_gains_an_extra_guess() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sandbox = Sandbox::start();
    let config = Config { cases: 32, failure_persistence: None, ..Config::default() };
    let case = std::cell::Cell::new(1);
    // The test cannot make real time pass, so it advances the clock instead.
    let steps = steps(UNIT).prop_map(|steps| {
        let moved = |step| if let Step::Pass(seconds) = step { Step::Advance(seconds) } else { step };
        steps.into_iter().map(moved).collect::<Vec<_>>()
    });
    let outcome = TestRunner::new(config).run(&steps, |steps| {
        run_steps(&mut TestedServer::new(&runtime, &sandbox, case.replace(case.get() + 1)), &steps);
        Ok(())
    });
    outcome.unwrap();
}
