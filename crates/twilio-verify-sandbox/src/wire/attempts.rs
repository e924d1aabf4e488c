//! `/v2/Attempts`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};

use super::call::{Call, found};
use super::paging::Listed;
use crate::twilio::errors::TwilioError;
use crate::verification::attempt_filter::AttemptFilter;
use crate::verification::attempts;
use crate::verification::attempts::{Attempt, Summary};

impl Listed for Attempt<'_> {
    fn place(&self) -> (DateTime<Utc>, &str) {
        (self.send.at, &self.send.attempt_sid)
    }
}

/// `GET /v2/Attempts`
pub(super) async fn list(call: Call) -> Result<HttpResponse, TwilioError> {
    let (page, base, filter) = (call.page()?, call.base(), AttemptFilter::from_list_query(&call.query()?)?);
    Ok(found(call.in_account(|account| {
        let wanted = attempts::all(&account.ledger, call.now).filter(|attempt| filter.matches(attempt));
        page.of("attempts", wanted.collect(), |attempt| attempt.to_json(call.account_sid(), &base, call.now))
    })))
}

/// `GET /v2/Attempts/{Sid}`
pub(super) async fn fetch(call: Call, sid: web::Path<String>) -> Result<HttpResponse, TwilioError> {
    let answer = call.in_account(|account| {
        let attempt =
            attempts::all(&account.ledger, call.now).find(|attempt| attempt.send.attempt_sid == *sid);
        attempt.map(|attempt| attempt.to_json(call.account_sid(), &call.base(), call.now))
    });
    answer.map(found).ok_or_else(|| call.not_found())
}

/// `GET /v2/Attempts/Summary`
pub(super) async fn summarise(call: Call) -> Result<HttpResponse, TwilioError> {
    let filter = AttemptFilter::from_summary_query(&call.query()?)?;
    let summary = call.in_account(|account| {
        Summary::of(attempts::all(&account.ledger, call.now).filter(|attempt| filter.matches(attempt)))
    });
    Ok(found(summary.to_json(&call.base())))
}
