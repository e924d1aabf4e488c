//! Checking a code. The only place where "yes" can come from.

use serde::Deserialize;

use super::transport::Call;
use super::{Failure, FailureKind, Operation, VerificationSid, VerifyClient};

/// The proof that Twilio approved a code. It is made in this file only, cannot be copied, and cannot be written
/// down by anybody else:
///
/// ```compile_fail,E0451
/// fn forge(sid: countersign::twilio::VerificationSid) -> countersign::twilio::Approved {
///     countersign::twilio::Approved { sid }
/// }
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Approved {
    sid: VerificationSid,
}

impl Approved {
    /// The verification whose code was right.
    pub fn sid(&self) -> &VerificationSid {
        &self.sid
    }
}

/// What Twilio said about a code.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a wrong code is not an error: look which of the two it is"]
pub enum Checked {
    /// The code was right. Twilio forgets the verification at this moment; checking again gives
    /// [`FailureKind::VerificationGone`].
    Approved(Approved),
    /// The code was wrong, and the verification goes on. For Twilio that is no error: HTTP 200, `pending`.
    Wrong,
}

impl VerifyClient {
    /// Checks a code of 4 to 10 characters: one of the five guesses that a verification takes.
    /// Where a failure does not say [`certainly_not_processed`](Failure::certainly_not_processed), the guess may be
    /// used up, and the verification may even be approved and gone.
    pub async fn check(&self, sid: &VerificationSid, code: &str) -> Result<Checked, Failure> {
        self.check_of(("VerificationSid", sid.as_str()), Some(sid), code).await
    }

    /// The same for whatever verification is pending for a recipient: where its SID has not come, or not been written
    /// down, yet. Twilio has at most one for each.
    pub async fn check_recipient(&self, to: &str, code: &str) -> Result<Checked, Failure> {
        self.check_of(("To", to), None, code).await
    }

    async fn check_of(
        &self,
        subject: (&str, &str),
        sid: Option<&VerificationSid>,
        code: &str,
    ) -> Result<Checked, Failure> {
        let form = [subject, ("Code", code)];
        let call = self.post_to_service(Operation::Check, "VerificationCheck", &form).await;
        let result = read(&call, sid);
        let success = if matches!(result, Ok(Checked::Wrong)) { "wrong" } else { "approved" };
        call.report(result, success)
    }
}

/// Twilio's answer. `valid` is left out on purpose: it is documented as legacy, and has been seen to disagree
/// with `status`.
#[derive(Deserialize)]
struct VerificationCheck {
    sid: String,
    status: String,
}

fn read(call: &Call, asked: Option<&VerificationSid>) -> Result<Checked, Failure> {
    let check = call.accepted::<VerificationCheck>()?;
    if asked.is_some_and(|asked| check.sid != asked.as_str()) {
        return Err(call.failure(FailureKind::Unavailable));
    }
    let garbage = |_| call.failure(FailureKind::Unavailable);
    let sid = VerificationSid::parse(check.sid).map_err(garbage)?;
    match check.status.as_str() {
        "approved" => Ok(Checked::Approved(Approved { sid })),
        "pending" => Ok(Checked::Wrong),
        "max_attempts_reached" => Err(call.failure(FailureKind::TooManyChecks)),
        "canceled" | "expired" | "deleted" | "failed" => Err(call.failure(FailureKind::VerificationGone)),
        _ => Err(call.failure(FailureKind::Unavailable)),
    }
}
