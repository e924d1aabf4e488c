//! `/v2/Services/{ServiceSid}/Verifications`: start (and resend), fetch, update.

use actix_web::HttpResponse;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::answer::{created, found};
use super::broken_answers::HangUp;
use super::request::WireRequest;
use super::start_parameters::Start;
use crate::account::Account;
use crate::account::service::Service;
use crate::faults::numbers::{Exemption, Scenario};
use crate::phone::message::Message;
use crate::phone::rendering::{self, Content};
use crate::twilio::date::date;
use crate::twilio::errors::TwilioError;
use crate::verification::ledger::NewVerification;
use crate::verification::{SendAttempt, Status, Verification};
use crate::{delivery, random};

/// `POST /v2/Services/{ServiceSid}/Verifications`
pub(super) async fn start(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    let (answer, message, scenario) = request.in_service(|account, service| {
        let form = request.form()?;
        let start = Start::from_form(form, &service, request.path())?;
        account.rate_limits.admit(&service.sid, form, request.now)?;
        let exemption = Exemption {
            risk_check_disabled: start.risk_check_disabled,
            safe_listed: account.is_safe_listed(&start.to),
        };
        let scenario = Scenario::of(&start.to);
        scenario.ensure_start_allowed(&start.to, start.channel, exemption)?;
        let verification = start_or_resend(account, &service, &start, &request)?;
        let answer = render(verification, &service, &request);
        Ok((answer, message(verification, &service, start, request.now), scenario))
    })?;
    delivery::send(request.state(), request.account_sid(), message, scenario.delivery_time(), request.now);
    let mut response = created(answer);
    if scenario == Scenario::SentThenDropped {
        response.extensions_mut().insert(HangUp);
    }
    Ok(response)
}

fn start_or_resend<'a>(
    account: &'a mut Account,
    service: &Service,
    start: &Start,
    request: &WireRequest,
) -> Result<&'a Verification, TwilioError> {
    let fixed = || Scenario::of(&start.to).code(service.code_length);
    let code = match start.custom_code.clone().or_else(fixed) {
        Some(code) => code,
        None => random::code(service.code_length, account.ledger.previous_code(&service.sid, &start.to))?,
    };
    let new = NewVerification { sid: random::sid("VE"), code };
    let send = SendAttempt {
        attempt_sid: random::sid("VL"),
        channel: start.channel,
        locale: start.language.tag().to_owned(),
        payment: start.payment.clone(),
        at: request.now,
    };
    let verification = account.ledger.start(&service.sid, &start.to, send, new);
    verification.map_err(|error| request.to_twilio(error))
}

fn message(verification: &Verification, service: &Service, start: Start, now: DateTime<Utc>) -> Message {
    let content = Content {
        sender: &start.from,
        code: &verification.code,
        app_hash: start.app_hash.as_deref(),
        has_warning: service.do_not_share_warning_enabled,
        requires_key_press: service.settings.dtmf_input_required,
        payment: start.payment.as_ref(),
        template: start.template,
        substitutions: &start.substitutions,
    };
    let (body, language) = rendering::render(start.channel, start.language, &content);
    Message {
        body,
        code: verification.code.clone(),
        to: start.to,
        channel: start.channel,
        locale: language.tag().to_owned(),
        verification_sid: verification.sid.clone(),
        sent_at: now,
        id: String::new(),
        number: 0,
    }
}

/// `GET /v2/Services/{ServiceSid}/Verifications/{Sid or To}`
pub(super) async fn fetch(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_service(|account, service| {
        let verification = account.ledger.fetch(&service.sid, request.sid(), request.now);
        let verification = verification.map_err(|error| request.to_twilio(error))?;
        Ok(found(render(verification, &service, &request)))
    })
}

/// `POST /v2/Services/{ServiceSid}/Verifications/{Sid or To}`
pub(super) async fn update(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_service(|account, service| {
        let status = match request.form()?.get("Status").unwrap_or_default() {
            "approved" => Status::Approved,
            "canceled" => Status::Canceled,
            other => return Err(TwilioError::invalid("Status", other)),
        };
        let verification = account.ledger.end(&service.sid, request.sid(), status, request.now);
        let verification = verification.map_err(|error| request.to_twilio(error))?;
        Ok(found(render(verification, &service, &request)))
    })
}

fn render(verification: &Verification, service: &Service, request: &WireRequest) -> Value {
    let base = request.base();
    let payment = verification.payment();
    let attempts: Vec<Value> = verification
        .sends
        .iter()
        .map(|send| {
            // Twilio writes milliseconds only here.
            let time = send.at.to_rfc3339_opts(SecondsFormat::Millis, true);
            json!({"attempt_sid": send.attempt_sid, "channel": send.channel, "time": time})
        })
        .collect();
    json!({
        "sid": verification.sid,
        "service_sid": verification.service_sid,
        "account_sid": request.account_sid(),
        "to": verification.to,
        "channel": verification.channel,
        "status": verification.status.as_str(),
        "valid": verification.status == Status::Approved,
        "date_created": date(verification.created_at),
        "date_updated": date(verification.updated_at),
        "lookup": if service.settings.lookup_enabled { lookup(&verification.to) } else { json!({}) },
        "amount": payment.map(|payment| &payment.amount),
        "payee": payment.map(|payment| &payment.payee),
        "send_code_attempts": attempts,
        "sna": null,
        "url": format!("{base}/v2/Services/{}/Verifications/{}", verification.service_sid, verification.sid),
    })
}

/// Returns the result of a lookup. Without a carrier, its name and codes are unknown.
fn lookup(to: &str) -> Value {
    let kind = if Scenario::of(to) == Scenario::Landline { "landline" } else { "mobile" };
    json!({
        "carrier": {
            "error_code": null,
            "mobile_country_code": null,
            "mobile_network_code": null,
            "name": null,
            "type": kind,
        },
    })
}
