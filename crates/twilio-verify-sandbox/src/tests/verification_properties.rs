//! No order of requests, however odd, wins anybody a guess: a whole server against the model.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use super::*;
use crate::verification::verification_history::play;
use crate::verification::verification_model::{SERVICES, Step, Subject, Told, steps};
use crate::verification::{Refusal, Status};

/// Seconds between what happens: no multiple is so near to ten minutes that the time which a test takes would matter.
const UNIT: i64 = 97;

/// A server, and an account of its own for each case.
struct Played<'a> {
    runtime: &'a tokio::runtime::Runtime,
    sandbox: &'a Sandbox,
    account: String,
    services: [String; SERVICES],
}

impl<'a> Played<'a> {
    fn new(runtime: &'a tokio::runtime::Runtime, sandbox: &'a Sandbox, case: usize) -> Self {
        let account = format!("AC{case:032x}");
        let made = sandbox.post_as(&account, "/v2/Services", &[("FriendlyName", "x")]);
        let other = path_of(&runtime.block_on(made).json()["url"]);
        let mut played =
            Self { runtime, sandbox, account, services: [format!("/v2/Services/{SERVICE_SID}"), other] };
        played.reset();
        played
    }

    fn post(&self, service: usize, path: &str, form: &[(&str, &str)]) -> Result<Told, Refusal> {
        let path = format!("{}{path}", self.services[service]);
        told(&self.runtime.block_on(self.sandbox.post_as(&self.account, &path, form)))
    }
}

fn told(answer: &Answer) -> Result<Told, Refusal> {
    let body = answer.json();
    if answer.status >= 400 {
        let error = answer.error();
        return match (error.0, error.1.as_u64()) {
            (404, Some(20404)) => Err(Refusal::NotFound),
            (429, Some(60202)) => Err(Refusal::TooManyChecks),
            (429, Some(60203)) => Err(Refusal::TooManySends),
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

impl Subject for Played<'_> {
    fn start(&mut self, service: usize, to: &str) -> Result<(Told, String), Refusal> {
        let told = self.post(service, "/Verifications", &[("To", to), ("Channel", "sms")])?;
        let path = format!("/sandbox/messages?to={to}&account={}&limit=1", self.account);
        let message = &self.runtime.block_on(self.sandbox.get(&path)).json()["messages"][0];
        assert_eq!(message["verification_sid"], told.0);
        Ok((told, message["code"].as_str().unwrap().to_owned()))
    }

    fn check(&mut self, service: usize, key: &str, code: &str) -> Result<Told, Refusal> {
        let name = if key.starts_with('+') { "To" } else { "VerificationSid" };
        self.post(service, "/VerificationCheck", &[(name, key), ("Code", code)])
    }

    fn end(&mut self, service: usize, key: &str, status: Status) -> Result<Told, Refusal> {
        self.post(service, &format!("/Verifications/{key}"), &[("Status", status.as_str())])
    }

    fn fetch(&mut self, service: usize, key: &str) -> Result<Told, Refusal> {
        let path = format!("{}/Verifications/{key}", self.services[service]);
        told(&self.runtime.block_on(self.sandbox.ask_as(&self.account, Method::GET, &path)))
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
fn no_sequence_wins_a_guess() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sandbox = Sandbox::start();
    let config = Config { cases: 32, failure_persistence: None, ..Config::default() };
    let case = std::cell::Cell::new(1);
    // No real time can be made to pass here: somebody moves the clock instead.
    let steps = steps(UNIT).prop_map(|steps| {
        let moved = |step| if let Step::Pass(seconds) = step { Step::Advance(seconds) } else { step };
        steps.into_iter().map(moved).collect::<Vec<_>>()
    });
    let outcome = TestRunner::new(config).run(&steps, |steps| {
        play(&mut Played::new(&runtime, &sandbox, case.replace(case.get() + 1)), &steps);
        Ok(())
    });
    outcome.unwrap();
}
