//! The middleware of Twilio's wire: it reads a request, records it, applies a fault and records the outcome.
//!
//! A request without valid credentials belongs to no account, so it is neither recorded nor hit by a fault. A fault comes
//! before all other checks: an outage does not look at parameters.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse};
use tokio::time::sleep;

use super::broken_answers::{self, HangUp};
use super::request::WireRequest;
use crate::faults::effect::{Effect, FaultKind, status_code};
use crate::faults::recorded_request::{Outcome, RecordedRequest};
use crate::twilio::errors::TwilioError;

/// The middleware around `/v2`.
pub(super) async fn pass(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(read) = WireRequest::read(&mut request).await else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let state = read.state().clone();
    let info = read.info();
    let hit = state.faults().apply(&info);
    let line = (request.method().as_str(), read.path());
    let number = state.record(RecordedRequest::new(&info, line, read.pairs(), hit, read.now));
    request.extensions_mut().insert(read);
    let (response, outcome) = answer(request, next, hit.map(|hit| hit.effect)).await?;
    state.settle(&info.account_sid, number, outcome);
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
        None | Some(Effect::SentThenDrop | Effect::Malformed | Effect::Truncated) => {
            next.call(request).await?.map_into_boxed_body()
        }
    };
    let hangs_up = response.response().extensions().contains::<HangUp>();
    if hangs_up || matches!(effect, Some(Effect::Drop | Effect::SentThenDrop)) {
        let fault = hangs_up.then_some(FaultKind::SentThenDrop);
        return Ok((broken_answers::dropped(response), Outcome { fault, ..Outcome::default() }));
    }
    let error = response.response().error().and_then(Error::as_error::<TwilioError>);
    let twilio_code = error.map(TwilioError::code);
    let outcome = Outcome { status: Some(response.status().as_u16()), twilio_code, fault: None };
    let response = match effect {
        Some(Effect::Malformed) => broken_answers::malformed(response),
        Some(Effect::Truncated) => broken_answers::truncated(response).await,
        None | Some(Effect::Status { .. } | Effect::Delay(_) | Effect::Drop | Effect::SentThenDrop) => {
            response
        }
    };
    Ok((response, outcome))
}
