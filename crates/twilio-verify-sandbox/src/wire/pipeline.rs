//! What every request on Twilio's wire passes through: who asks for what about whom is found out and written
//! down, a fault breaks what it covers, the handler has its turn, and the journal learns what was answered.
//!
//! A request without credentials goes straight to its 401: it belongs to no account, so it stands in no journal and
//! meets no fault. A fault comes before everything else that is judged, since an outage asks for no good parameters.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use futures_util::stream;
use tokio::time::sleep;

use super::auth::Caller;
use super::severed;
use super::severed::HangUp;
use crate::faults::effect::{Effect, FaultKind, status_code};
use crate::faults::recorded_request::{Outcome, RecordedRequest};
use crate::faults::request_info::RequestInfo;
use crate::state::State;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;
use crate::twilio::operations::Operation;

/// The middleware around `/v2`.
pub(super) async fn pass(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = request.app_data::<web::Data<State>>().cloned();
    let (Some(state), Ok(caller)) = (state, request.extract::<Caller>().await) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let form = read(&mut request).await;
    let asked = asked(&state, &request, caller, &form);
    let line = (request.method().as_str(), request.path());
    let hit = state.faults().apply(&asked);
    let number = state.record(RecordedRequest::new(&asked, line, form.pairs(), hit, state.clock.now()));
    let (response, outcome) = answer(request, next, hit.map(|hit| hit.effect)).await?;
    state.settle(&asked.account_sid, number, outcome);
    Ok(response)
}

async fn answer(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    effect: Option<Effect>,
) -> Result<(ServiceResponse<BoxBody>, Outcome), Error> {
    let response = match effect {
        Some(Effect::Drop) => request.into_response(HttpResponse::Ok().finish()),
        Some(Effect::Status { status, code, retry_after }) => {
            let retry_after = retry_after.and_then(|time| u32::try_from(time.as_secs()).ok());
            request.error_response(TwilioError::on_purpose(status_code(status), code, retry_after))
        }
        Some(Effect::Delay(time)) => {
            sleep(time).await;
            next.call(request).await?.map_into_boxed_body()
        }
        _ => next.call(request).await?.map_into_boxed_body(),
    };
    let hangs_up = response.response().extensions().contains::<HangUp>();
    if hangs_up || matches!(effect, Some(Effect::Drop | Effect::SentThenDrop)) {
        let fault = hangs_up.then_some(FaultKind::SentThenDrop);
        return Ok((severed::dropped(response), Outcome { fault, ..Outcome::default() }));
    }
    let error = response.response().error().and_then(Error::as_error::<TwilioError>);
    let twilio_code = error.map(TwilioError::code);
    let outcome = Outcome { status: Some(response.status().as_u16()), twilio_code, fault: None };
    let response = match effect {
        Some(Effect::Malformed) => severed::malformed(response),
        Some(Effect::Truncated) => severed::truncated(response).await,
        _ => response,
    };
    Ok((response, outcome))
}

/// The parameters in the body, which the handler will find there again. A body that cannot be read is the
/// handler's to refuse, since it judges what stands before it first.
async fn read(request: &mut ServiceRequest) -> Form {
    let Ok(bytes) = request.extract::<Bytes>().await else {
        let refused = stream::once(async { Err(PayloadError::Overflow) });
        request.set_payload(Payload::Stream { payload: Box::pin(refused) });
        return Form::default();
    };
    let form = Form::parse(&request.content_type().to_ascii_lowercase(), &bytes).unwrap_or_default();
    request.set_payload(bytes.into());
    form
}

fn asked(state: &State, request: &ServiceRequest, caller: Caller, form: &Form) -> RequestInfo {
    let account_sid = caller.account_sid;
    let pattern = request.match_pattern().unwrap_or_default();
    let operation = Operation::find(request.method(), &pattern);
    let in_path = operation.and_then(|_| about(&pattern, request.path()));
    let recipient = |key: &str| match key.starts_with("VE") {
        true => state.accounts().recipient_of(&account_sid, key),
        false => Some(key.to_owned()),
    };
    let named = form.get("To").or_else(|| form.get("PhoneNumber"));
    let to = match (named, form.get("VerificationSid"), in_path) {
        (Some(to), ..) => Some(to.to_owned()),
        (None, Some(sid), _) => recipient(sid),
        (None, None, Some(key)) => recipient(&key),
        (None, None, None) => None,
    };
    RequestInfo { operation, to, account_sid }
}

/// What a path says of the one whom it is about: a verification's SID, a phone number or an address.
fn about(pattern: &str, path: &str) -> Option<String> {
    let name_of = |segment: &str| segment.strip_prefix('{')?.strip_suffix('}').map(str::to_owned);
    let (_, value) = pattern.split('/').zip(path.split('/')).find(|(segment, value)| {
        let name = name_of(segment).unwrap_or_default();
        name == "PhoneNumber" || (name == "Sid" && pattern.contains("/Verifications/") && !value.is_empty())
    })?;
    // A query is percent-decoded the same, but for the plus sign.
    let query = format!("v={}", value.replace('+', "%2B"));
    let decoded = web::Query::<Vec<(String, String)>>::from_query(&query).ok()?;
    decoded.into_inner().pop().map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::about;

    #[test]
    fn whom_a_path_is_about() {
        let pattern = "/v2/Services/{ServiceSid}/Verifications/{Sid}";
        for (path, expected) in [
            ("/v2/Services/VA/Verifications/VE1", "VE1"),
            ("/v2/Services/VA/Verifications/+12015550123", "+12015550123"),
            ("/v2/Services/VA/Verifications/%2B12015550123", "+12015550123"),
            ("/v2/Services/VA/Verifications/ada%40example.org", "ada@example.org"),
        ] {
            assert_eq!(about(pattern, path).as_deref(), Some(expected));
        }
        assert_eq!(
            about("/v2/SafeList/Numbers/{PhoneNumber}", "/v2/SafeList/Numbers/+1").as_deref(),
            Some("+1")
        );
        assert_eq!(about("/v2/Services/{Sid}", "/v2/Services/VA"), None);
    }
}
