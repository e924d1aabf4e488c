//! `/v2/Services/{ServiceSid}/VerificationCheck`.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::answer::found;
use super::request::WireRequest;
use super::start_parameters::{is_code, payment};
use crate::faults::numbers::Scenario;
use crate::phone::channel::Channel;
use crate::twilio::date::date;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;
use crate::twilio::sid::is_sid;
use crate::verification::recipient::is_reachable;
use crate::verification::{Status, Verification};

/// `POST /v2/Services/{ServiceSid}/VerificationCheck`. A wrong code is not an error: the answer is 200 with `pending`.
pub(super) async fn create(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_service(|account, service| {
        let form = request.form()?;
        let key = key(form)?;
        let code = form.get("Code").unwrap_or_default();
        if !is_code(code) {
            return Err(TwilioError::invalid_secret("Code"));
        }
        let paid = payment(form, service.settings.psd2_enabled, Channel::Sms)?;
        account.ledger.expire_if(&service.sid, key, |to| Scenario::of(to) == Scenario::LostAtCheck);
        let pending = account.ledger.fetch(&service.sid, key, request.now);
        // A code for another payment counts as a wrong code.
        let is_same_payment = pending.is_ok_and(|verification| verification.payment() == paid.as_ref());
        let code = if is_same_payment { code } else { "" };
        let checked = account.ledger.check(&service.sid, key, code, request.now);
        Ok(found(render(checked.map_err(|error| request.to_twilio(error))?, request.account_sid())))
    })
}

/// Returns the SID of the verification or its recipient. The SID wins: it always names the same verification.
fn key(form: &Form) -> Result<&str, TwilioError> {
    let to = form.get("To");
    let sid = form.get("VerificationSid");
    if let Some(sid) = sid.filter(|sid| !is_sid("VE", sid)) {
        return Err(TwilioError::invalid("VerificationSid", sid));
    }
    let is_recipient = |to: &str| is_reachable(to, Channel::Sms) || is_reachable(to, Channel::Email);
    if let Some(to) = to.filter(|to| !is_recipient(to)) {
        return Err(TwilioError::invalid("To", to));
    }
    sid.or(to).ok_or_else(TwilioError::neither_to_nor_sid)
}

fn render(verification: &Verification, account_sid: &str) -> Value {
    let payment = verification.payment();
    json!({
        "sid": verification.sid,
        "service_sid": verification.service_sid,
        "account_sid": account_sid,
        "to": verification.to,
        "channel": verification.channel,
        "status": verification.status.as_str(),
        "valid": verification.status == Status::Approved,
        "amount": payment.map(|payment| &payment.amount),
        "payee": payment.map(|payment| &payment.payee),
        // Null unless the last channel was `sna` (Twilio's description), which the sandbox does not have.
        "sna_attempts_error_codes": null,
        "date_created": date(verification.created_at),
        "date_updated": date(verification.updated_at),
    })
}
