//! `/v2/Attempts`.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};

use super::answer::found;
use super::paging::Listed;
use super::request::WireRequest;
use crate::twilio::errors::TwilioError;
use crate::verification::attempt_filter::AttemptFilter;
use crate::verification::attempts::{self, Attempt, Summary};

impl Listed for Attempt<'_> {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (self.send.at, &self.send.attempt_sid)
    }
}

/// `GET /v2/Attempts`
pub(super) async fn list(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    let page = request.page()?;
    let filter = AttemptFilter::from_list_query(&request.query()?)?;
    let render = |attempt: &Attempt| attempt.to_json(request.account_sid(), request.base(), request.now);
    Ok(found(request.in_account(|account| {
        let matching = attempts::all(&account.ledger, request.now).filter(|attempt| filter.matches(attempt));
        page.of("attempts", matching.collect(), render)
    })))
}

/// `GET /v2/Attempts/{Sid}`
pub(super) async fn fetch(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    request.in_account(|account| {
        let mut all = attempts::all(&account.ledger, request.now);
        let attempt = all.find(|attempt| attempt.send.attempt_sid == request.sid());
        let attempt = attempt.ok_or_else(|| request.not_found())?;
        Ok(found(attempt.to_json(request.account_sid(), request.base(), request.now)))
    })
}

/// `GET /v2/Attempts/Summary`
pub(super) async fn summarise(request: WireRequest) -> Result<HttpResponse, TwilioError> {
    let filter = AttemptFilter::from_summary_query(&request.query()?)?;
    let summary = request.in_account(|account| {
        Summary::of(attempts::all(&account.ledger, request.now).filter(|attempt| filter.matches(attempt)))
    });
    Ok(found(summary.to_json(request.base())))
}
