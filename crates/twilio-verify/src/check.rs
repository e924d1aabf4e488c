//! Checks a code. This is the only place that creates an [`Approved`].

use serde::Deserialize;

use super::call::TwilioCall;
use super::{Failure, FailureKind, Operation, VerificationSid, VerifyClient};

/// The proof that Twilio approved a code. Only [`VerifyClient::check`] and [`VerifyClient::check_recipient`]
/// create it. It cannot be cloned, and other code cannot construct it:
///
/// ```compile_fail,E0451
/// fn forge(sid: twilio_verify::VerificationSid) -> twilio_verify::Approved {
///     twilio_verify::Approved { sid }
/// }
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Approved {
    sid: VerificationSid,
}

impl Approved {
    /// Returns the SID of the approved verification.
    pub fn sid(&self) -> &VerificationSid {
        &self.sid
    }
}

/// The outcome of a check.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a wrong code is not an error, so the outcome must be examined"]
pub enum CheckOutcome {
    /// The code is right. Twilio deletes the verification, so another check fails with
    /// [`FailureKind::VerificationGone`].
    Approved(Approved),
    /// The code is wrong, and the verification is still pending. Twilio does not treat this as an error (HTTP
    /// 200).
    Wrong,
}

impl VerifyClient {
    /// Checks a code of 4 to 10 characters. A verification accepts five attempts.
    ///
    /// # Errors
    /// If Twilio rejects the request or cannot be reached. Unless the failure is
    /// [`certainly_not_processed`](Failure::certainly_not_processed), the attempt may have been counted, and
    /// the verification may even have been approved and deleted.
    pub async fn check(&self, sid: &VerificationSid, code: &str) -> Result<CheckOutcome, Failure> {
        self.check_subject(("VerificationSid", sid.as_str()), Some(sid), code).await
    }

    /// Checks a code of the pending verification of a recipient, for callers that do not have its SID. Twilio
    /// has at most one pending verification per recipient.
    ///
    /// # Errors
    /// The same as those of [`check`](Self::check).
    pub async fn check_recipient(&self, to: &str, code: &str) -> Result<CheckOutcome, Failure> {
        self.check_subject(("To", to), None, code).await
    }

    async fn check_subject(
        &self,
        subject: (&str, &str),
        sid: Option<&VerificationSid>,
        code: &str,
    ) -> Result<CheckOutcome, Failure> {
        let form = [subject, ("Code", code)];
        let call = self.post_to_service(Operation::Check, "VerificationCheck", &form).await;
        let result = read(&call, sid);
        let success = if matches!(result, Ok(CheckOutcome::Wrong)) { "wrong" } else { "approved" };
        call.finish(result, success)
    }
}

/// The fields of the response that matter. `valid` is left out on purpose: it is documented as legacy, and it
/// has been seen to contradict `status`.
#[derive(Deserialize)]
struct VerificationCheck {
    sid: String,
    status: String,
}

fn read(call: &TwilioCall, expected: Option<&VerificationSid>) -> Result<CheckOutcome, Failure> {
    let check = call.accepted::<VerificationCheck>()?;
    if expected.is_some_and(|expected| check.sid != expected.as_str()) {
        return Err(call.failure(FailureKind::Unavailable));
    }
    let invalid = |_| call.failure(FailureKind::Unavailable);
    let sid = VerificationSid::parse(check.sid).map_err(invalid)?;
    match check.status.as_str() {
        "approved" => Ok(CheckOutcome::Approved(Approved { sid })),
        "pending" => Ok(CheckOutcome::Wrong),
        "max_attempts_reached" => Err(call.failure(FailureKind::TooManyChecks)),
        "canceled" | "expired" | "deleted" | "failed" => Err(call.failure(FailureKind::VerificationGone)),
        _ => Err(call.failure(FailureKind::Unavailable)),
    }
}
