//! `/v2/Services/{ServiceSid}/Verifications`: start (and resend), fetch, update.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::form::{Body, Form};
use super::severed::HangUp;
use super::{base, date};
use crate::sandbox::account::Account;
use crate::sandbox::auth::Caller;
use crate::sandbox::channel::Channel;
use crate::sandbox::delivery;
use crate::sandbox::errors::TwilioError;
use crate::sandbox::inbox::Message;
use crate::sandbox::ledger::Fresh;
use crate::sandbox::messages::{self, Content};
use crate::sandbox::numbers::{Exemption, Scenario};
use crate::sandbox::random;
use crate::sandbox::recipient;
use crate::sandbox::service::{Service, is_friendly_name};
use crate::sandbox::state::State;
use crate::sandbox::verification::{Send, Status, Verification};

/// Most characters of what is repeated in a message: each is kept with it. Real ones have 11 and, for a
/// locale with all its subtags, about as many.
const MAX_REPEATED: usize = 64;

/// What a start asks for.
#[derive(Debug)]
struct Start {
    to: String,
    channel: Channel,
    from: String,
    locale: String,
    app_hash: Option<String>,
    custom_code: Option<String>,
}

impl Start {
    fn from_form(form: &Form, service: &Service) -> Result<Self, TwilioError> {
        let (to, channel) = (form.get("To").unwrap_or_default(), form.get("Channel").unwrap_or_default());
        let known = channel.parse::<Channel>();
        // An unknown channel says nothing of what `To` must be: then a phone number is meant.
        if !recipient::is_reachable(to, known.unwrap_or(Channel::Sms)) {
            return Err(TwilioError::invalid("To", to));
        }
        let channel = known.map_err(|()| TwilioError::invalid("Channel", channel))?;
        let short = |name| match form.get(name) {
            Some(value) if value.chars().count() > MAX_REPEATED => Err(TwilioError::invalid(name, value)),
            value => Ok(value.map(str::to_owned)),
        };
        let app_hash = short("AppHash")?;
        let locale = short("Locale")?.unwrap_or_else(|| messages::DEFAULT_LOCALE.to_owned());
        let from = form.get("CustomFriendlyName").unwrap_or(&service.friendly_name);
        if !is_friendly_name(from) {
            return Err(TwilioError::invalid("CustomFriendlyName", from));
        }
        let custom_code = form.get("CustomCode").map(str::to_owned);
        if let Some(code) = &custom_code {
            if !is_code(code) {
                return Err(TwilioError::invalid_secret("CustomCode"));
            }
            if !service.custom_code_enabled {
                return Err(TwilioError::feature_not_enabled("CustomCode"));
            }
        }
        if app_hash.is_some() && channel != Channel::Sms {
            return Err(TwilioError::app_hash_not_sms());
        }
        Ok(Self { to: to.to_owned(), channel, from: from.to_owned(), locale, app_hash, custom_code })
    }
}

/// Whether `text` can be a code at all: 4 to 10 characters.
pub(super) fn is_code(text: &str) -> bool {
    (4..=10).contains(&text.chars().count())
}

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
        let account = accounts.open(&caller.account_sid, now);
        let service =
            account.service(&service_sid).ok_or_else(|| TwilioError::not_found(request.path()))?.clone();
        let form = body.form()?;
        let start = Start::from_form(&form, &service)?;
        account.rate_limits.pass(&service_sid, &form, now)?;
        let exemption = Exemption {
            risk_check_disabled: form.get("RiskCheck") == Some("disable"),
            safe_listed: account.is_safe_listed(&start.to),
        };
        scenario = Scenario::of(&start.to);
        scenario.admit(&start.to, start.channel, exemption)?;
        let verification = decide(account, &service, &start, now, request.path())?;
        (answer(verification, &caller, &base(&request)), message(verification, &service, start, now))
    };
    delivery::send(&state, &caller.account_sid, message, scenario.delivery(), now);
    let mut response = HttpResponse::Created().json(answer);
    if scenario == Scenario::Unheard {
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
    let fresh = Fresh { sid: random::sid("VE"), code };
    let (channel, locale) = (start.channel, start.locale.clone());
    let send = Send { attempt_sid: random::sid("VL"), channel, locale, at: now };
    let verification = account.ledger.start(&service.sid, &start.to, send, fresh);
    verification.map_err(|refusal| TwilioError::refusal(refusal, path))
}

fn message(verification: &Verification, service: &Service, start: Start, now: DateTime<Utc>) -> Message {
    let content = Content {
        from: &start.from,
        code: &verification.code,
        app_hash: start.app_hash.as_deref(),
        warn: service.do_not_share_warning_enabled,
    };
    Message {
        body: messages::text(start.channel, content),
        code: verification.code.clone(),
        to: start.to,
        channel: start.channel,
        locale: start.locale,
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
    let account = accounts.open(&caller.account_sid, now);
    account.service(&service_sid).ok_or_else(|| TwilioError::not_found(request.path()))?;
    let verification = account
        .ledger
        .fetch(&service_sid, &key, now)
        .map_err(|refusal| TwilioError::refusal(refusal, request.path()))?;
    Ok(HttpResponse::Ok().json(answer(verification, &caller, &base(&request))))
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
    let account = accounts.open(&caller.account_sid, now);
    account.service(&service_sid).ok_or_else(|| TwilioError::not_found(request.path()))?;
    let form = body.form()?;
    let status = match form.get("Status").unwrap_or_default() {
        "approved" => Status::Approved,
        "canceled" => Status::Canceled,
        other => return Err(TwilioError::invalid("Status", other)),
    };
    let verification = account
        .ledger
        .end(&service_sid, &key, status, now)
        .map_err(|refusal| TwilioError::refusal(refusal, request.path()))?;
    Ok(HttpResponse::Ok().json(answer(verification, &caller, &base(&request))))
}

fn answer(verification: &Verification, caller: &Caller, base: &str) -> Value {
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
        "lookup": {},
        "amount": null,
        "payee": null,
        "send_code_attempts": attempts,
        "sna": null,
        "url": format!("{base}/v2/Services/{}/Verifications/{}", verification.service_sid, verification.sid),
    })
}
