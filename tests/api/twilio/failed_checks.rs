//! Failures of Twilio while a code is checked, as clients see them. None of them opens a session.

use serde_json::json;

use crate::harness::{Answer, Fault, Operation, PasswordOk, Person, Server, Twilio};

const ANOTHER: &str = "VE00000000000000000000000000000000";

struct Checking {
    twilio: Twilio,
    server: Server,
    ada: Person,
    token: PasswordOk,
}

impl Checking {
    async fn begin() -> Self {
        let twilio = Twilio::start().await;
        let ada = Person::ada();
        let server = twilio.launch().start().await;
        let token = server.password_ok(&ada).await;
        Self { twilio, server, ada, token }
    }

    /// Submits the right code while Twilio fails.
    async fn check_during(&self, fault: Fault) -> Answer {
        self.twilio.inject_fault(Operation::Check, fault);
        let code = self.server.code(&self.ada.phone_number).await;
        let answer = self.token.verify(&code).await;
        assert!(self.twilio.all_faults_used());
        assert!(!answer.text.contains("access_token"), "{}", answer.text);
        assert_eq!(self.number("SELECT count(*) FROM sessions").await, 0);
        answer
    }

    async fn number(&self, query: &str) -> i64 {
        self.server.database.number(query).await
    }

    /// The failed checks of the challenge and of the user.
    async fn counted(&self) -> (i64, i64) {
        let challenge = self.number("SELECT failed_checks FROM challenges").await;
        (challenge, self.number("SELECT failed_checks FROM users").await)
    }

    /// The right code works after the failure.
    async fn expect_recovery(self) {
        let code = self.server.code(&self.ada.phone_number).await;
        self.token.verify(&code).await.expect(200);
    }
}

#[tokio::test]
async fn check_that_certainly_failed_is_refunded() {
    let checking = Checking::begin().await;
    for (fault, wait) in [
        (Fault::error(401, 20003), 5),
        (Fault::error(400, 60200), 5),
        (Fault::error(429, 20429).header("Retry-After", "7"), 7),
    ] {
        let answer = checking.check_during(fault).await.expect_problem(503, "otp_unavailable");
        assert_eq!(answer.body["retry_after"], wait);
        assert_eq!(answer.body["challenge"]["attempts_left"], 5);
        assert_eq!(checking.counted().await, (0, 0));
    }
    checking.expect_recovery().await;
}

/// Threats: a65, c5.
#[tokio::test]
async fn check_with_an_unknown_outcome_stays_counted() {
    for fault in [
        Fault::error(503, 20503),
        Fault::error(500, 20500),
        Fault::answer(500, "<html>Internal Server Error</html>"),
        Fault::answer(200, "<html>approved</html>"),
        Fault::answer(200, ""),
        Fault::answer(200, r#"["{sid}","approved",true]"#),
        Fault::dropped(),
    ] {
        let checking = Checking::begin().await;
        let answer = checking.check_during(fault).await.expect_problem(503, "otp_unavailable");
        assert_eq!(
            (&answer.body["retry_after"], &answer.body["challenge"]["attempts_left"]),
            (&json!(5), &json!(4))
        );
        assert_eq!(checking.counted().await, (1, 1));
        assert_eq!(checking.twilio.requests(Operation::Check).len(), 1);
        checking.expect_recovery().await;
    }
}

/// Threats: a68, b47.
#[tokio::test]
async fn approval_needs_a_valid_answer_about_the_same_verification() {
    for fault in [
        Fault::checked(200, ANOTHER, "approved", true),
        Fault::checked(200, "", "approved", true),
        Fault::checked(200, "{sid}", "Approved", true),
        Fault::checked(200, "{sid}", "unheard-of", true),
        Fault::checked(500, "{sid}", "approved", true),
        Fault::checked(503, "{sid}", "approved", true),
        Fault::answer(200, r#"{"sid":"{sid}","valid":true}"#),
        Fault::answer(200, r#"{"status":"approved","valid":true}"#),
    ] {
        let checking = Checking::begin().await;
        checking.check_during(fault).await.expect_problem(503, "otp_unavailable");
        assert_eq!(checking.counted().await, (1, 1));
        checking.expect_recovery().await;
    }
    for status in [302, 401, 403] {
        let checking = Checking::begin().await;
        let answer = checking.check_during(Fault::checked(status, "{sid}", "approved", true)).await;
        answer.expect_problem(503, "otp_unavailable");
        checking.expect_recovery().await;
    }
}

/// Threats: a68.
#[tokio::test]
async fn status_decides_and_not_the_field_valid() {
    let checking = Checking::begin().await;
    let answer = checking.check_during(Fault::checked(200, "{sid}", "pending", true)).await;
    let answer = answer.expect_problem(422, "incorrect_code");
    assert_eq!(answer.body["attempts_left"], 4);
    assert_eq!(checking.counted().await, (1, 1));
    checking.twilio.inject_fault(Operation::Check, Fault::checked(200, "{sid}", "approved", false));
    checking.token.verify("000000").await.expect(200);
}

/// Threats: c5.
#[tokio::test]
async fn lost_answer_is_never_an_approval() {
    let checking = Checking::begin().await;
    checking.check_during(Fault::done_and_dropped()).await.expect_problem(503, "otp_unavailable");
    assert_eq!((checking.twilio.guesses(), checking.counted().await), (1, (1, 1)));
    // Twilio has approved and deleted the verification.
    let code = checking.server.code(&checking.ada.phone_number).await;
    let answer = checking.token.verify(&code).await;
    answer.expect_problem(410, "challenge_expired");
    assert_eq!(checking.number("SELECT count(*) FROM sessions").await, 0);
    assert_eq!(checking.counted().await, (1, 1));
}

#[tokio::test]
async fn expired_verification_must_be_replaced() {
    for fault in [
        Fault::error(404, 20404),
        Fault::checked(200, "{sid}", "expired", false),
        Fault::checked(200, "{sid}", "canceled", false),
    ] {
        let checking = Checking::begin().await;
        let answer = checking.check_during(fault).await.expect_problem(410, "challenge_expired");
        assert_eq!(
            (&answer.body["challenge"]["expires_in"], &answer.body["challenge"]["resends_left"]),
            (&json!(0), &json!(4))
        );
        // Twilio is not asked about it again.
        checking.token.verify("000000").await.expect_problem(410, "challenge_expired");
        assert_eq!(checking.twilio.requests(Operation::Check).len(), 1);
        let sids = "SELECT count(*) FROM challenges WHERE verification_sid IS NOT NULL";
        assert_eq!(checking.number(sids).await, 0);
        checking.token.resend().await.expect_problem(429, "resend_too_soon");
    }
}

#[tokio::test]
async fn exhausted_verification_ends_the_log_in() {
    for (fault, counted) in [
        (Fault::error(429, 60202), (0, 0)),
        (Fault::checked(200, "{sid}", "max_attempts_reached", false), (1, 1)),
    ] {
        let checking = Checking::begin().await;
        let answer = checking.check_during(fault).await.expect_problem(429, "too_many_attempts");
        let wait = answer.body["retry_after"].as_i64().unwrap();
        assert!((590..=600).contains(&wait), "{}", answer.text);
        assert_eq!(answer.body["challenge"]["expires_in"], wait);
        assert_eq!(checking.counted().await, counted);
    }
}
