//! `/v2/Services/{ServiceSid}/VerificationCheck`.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::auth::Caller;
use super::body::Body;
use super::start_parameters::{is_code, payment};
use crate::faults::numbers::Scenario;
use crate::phone::channel::Channel;
use crate::state::State;
use crate::twilio::date::date;
use crate::twilio::errors::TwilioError;
use crate::twilio::sid::is_sid;
use crate::verification::Status;
use crate::verification::recipient::is_reachable;

/// `POST /v2/Services/{ServiceSid}/VerificationCheck`. A wrong code is no error: 200 and still `pending`.
pub(super) async fn create(
    caller: Caller,
    request: HttpRequest,
    state: web::Data<State>,
    service_sid: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let now = state.clock.now();
    let mut accounts = state.accounts();
    let account = accounts.get_or_create(&caller.account_sid, now);
    let service = account.service(&service_sid).ok_or_else(|| TwilioError::not_found(request.path()))?;
    let psd2_enabled = service.settings.psd2_enabled;
    let form = body.form()?;
    let (to, sid) = (form.get("To"), form.get("VerificationSid"));
    let code = form.get("Code").unwrap_or_default();
    if let Some(sid) = sid.filter(|sid| !is_sid("VE", sid)) {
        return Err(TwilioError::invalid("VerificationSid", sid));
    }
    let reachable = |to: &&str| [Channel::Sms, Channel::Email].iter().any(|by| is_reachable(to, *by));
    if let Some(to) = to.filter(|to| !reachable(to)) {
        return Err(TwilioError::invalid("To", to));
    }
    // The SID decides where both are given: it names one verification for good.
    let key = sid.or(to).ok_or_else(TwilioError::neither_to_nor_sid)?;
    if !is_code(code) {
        return Err(TwilioError::invalid_secret("Code"));
    }
    let paid = payment(&form, psd2_enabled, Channel::Sms)?;
    account.ledger.expire_if(&service_sid, key, |to| Scenario::of(to) == Scenario::LostAtCheck);
    let seen = account.ledger.fetch(&service_sid, key, now);
    // A code for another payment is a wrong code, and counts as one.
    let is_meant = seen.is_ok_and(|verification| verification.payment() == paid.as_ref());
    let verification = account
        .ledger
        .check(&service_sid, key, if is_meant { code } else { "" }, now)
        .map_err(|refusal| refusal.to_twilio(request.path()))?;
    Ok(HttpResponse::Ok().json(json!({
        "sid": verification.sid,
        "service_sid": verification.service_sid,
        "account_sid": caller.account_sid,
        "to": verification.to,
        "channel": verification.channel,
        "status": verification.status.as_str(),
        "valid": verification.status == Status::Approved,
        "amount": verification.payment().map(|payment| &payment.amount),
        "payee": verification.payment().map(|payment| &payment.payee),
        // Null says that the last channel was not `sna` (Twilio's description); it never is.
        "sna_attempts_error_codes": null,
        "date_created": date(verification.created_at),
        "date_updated": date(verification.updated_at),
    })))
}
