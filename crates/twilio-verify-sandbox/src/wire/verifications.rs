//! `/v2/Services/{ServiceSid}/Verifications`: start (and resend), fetch, update.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::auth::Caller;
use super::base;
use super::body::Body;
use super::severed::HangUp;
use super::start_parameters::Start;
use crate::account::Account;
use crate::account::service::Service;
use crate::delivery;
use crate::faults::numbers::{Exemption, Scenario};
use crate::phone::message::Message;
use crate::phone::rendering;
use crate::phone::rendering::Content;
use crate::random;
use crate::state::State;
use crate::twilio::date::date;
use crate::twilio::errors::TwilioError;
use crate::verification::ledger::NewVerification;
use crate::verification::{SendAttempt, Status, Verification};

/// `POST /v2/Services/{ServiceSid}/Verifications`
pub(super) async fn start(
    caller: Caller,
    request: HttpRequest,
    state: web::Data<State>,
    service_sid: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let now = state.clock.now();
    let scenario;
    let (answer, message) = {
        let mut accounts = state.accounts();
        let account = accounts.get_or_create(&caller.account_sid, now);
        let service =
            account.service(&service_sid).ok_or_else(|| TwilioError::not_found(request.path()))?.clone();
        let form = body.form()?;
        let start = Start::from_form(&form, &service, request.path())?;
        account.rate_limits.admit(&service_sid, &form, now)?;
        let exemption = Exemption {
            risk_check_disabled: start.risk_check_disabled,
            safe_listed: account.is_safe_listed(&start.to),
        };
        scenario = Scenario::of(&start.to);
        scenario.ensure_start_allowed(&start.to, start.channel, exemption)?;
        let verification = decide(account, &service, &start, now, request.path())?;
        let answer = answer(verification, &service, &caller, &base(&request));
        (answer, message(verification, &service, start, now))
    };
    delivery::send(&state, &caller.account_sid, message, scenario.delivery_time(), now);
    let mut response = HttpResponse::Created().json(answer);
    if scenario == Scenario::SentThenDropped {
        response.extensions_mut().insert(HangUp);
    }
    Ok(response)
}

fn decide<'a>(
    account: &'a mut Account,
    service: &Service,
    start: &Start,
    now: DateTime<Utc>,
    path: &str,
) -> Result<&'a Verification, TwilioError> {
    let fixed = || Scenario::of(&start.to).code(service.code_length);
    let code = match start.custom_code.clone().or_else(fixed) {
        Some(code) => code,
        None => random::code(service.code_length, account.ledger.previous_code(&service.sid, &start.to))?,
    };
    let fresh = NewVerification { sid: random::sid("VE"), code };
    let send = SendAttempt {
        attempt_sid: random::sid("VL"),
        channel: start.channel,
        locale: start.language.tag().to_owned(),
        payment: start.payment.clone(),
        at: now,
    };
    let verification = account.ledger.start(&service.sid, &start.to, send, fresh);
    verification.map_err(|refusal| refusal.to_twilio(path))
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
pub(super) async fn fetch(
    caller: Caller,
    request: HttpRequest,
    state: web::Data<State>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, TwilioError> {
    let (now, (service_sid, key)) = (state.clock.now(), path.into_inner());
    let mut accounts = state.accounts();
    let account = accounts.get_or_create(&caller.account_sid, now);
    let service =
        account.service(&service_sid).ok_or_else(|| TwilioError::not_found(request.path()))?.clone();
    let verification =
        account.ledger.fetch(&service_sid, &key, now).map_err(|refusal| refusal.to_twilio(request.path()))?;
    Ok(HttpResponse::Ok().json(answer(verification, &service, &caller, &base(&request))))
}

/// `POST /v2/Services/{ServiceSid}/Verifications/{Sid or To}`
pub(super) async fn update(
    caller: Caller,
    request: HttpRequest,
    state: web::Data<State>,
    path: web::Path<(String, String)>,
    body: Body,
) -> Result<HttpResponse, TwilioError> {
    let (now, (service_sid, key)) = (state.clock.now(), path.into_inner());
    let mut accounts = state.accounts();
    let account = accounts.get_or_create(&caller.account_sid, now);
    let service =
        account.service(&service_sid).ok_or_else(|| TwilioError::not_found(request.path()))?.clone();
    let form = body.form()?;
    let status = match form.get("Status").unwrap_or_default() {
        "approved" => Status::Approved,
        "canceled" => Status::Canceled,
        other => return Err(TwilioError::invalid("Status", other)),
    };
    let verification = account
        .ledger
        .end(&service_sid, &key, status, now)
        .map_err(|refusal| refusal.to_twilio(request.path()))?;
    Ok(HttpResponse::Ok().json(answer(verification, &service, &caller, &base(&request))))
}

fn answer(verification: &Verification, service: &Service, caller: &Caller, base: &str) -> Value {
    let payment = verification.payment();
    let attempts: Vec<Value> = verification
        .sends
        .iter()
        .map(|send| {
            // Twilio tells milliseconds here and nowhere else.
            let time = send.at.to_rfc3339_opts(SecondsFormat::Millis, true);
            json!({"attempt_sid": send.attempt_sid, "channel": send.channel, "time": time})
        })
        .collect();
    json!({
        "sid": verification.sid,
        "service_sid": verification.service_sid,
        "account_sid": caller.account_sid,
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

/// What a lookup tells of a number. Only a carrier would know its own name and codes.
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
