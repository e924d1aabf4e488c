//! A request on the wire, before its parameters: who calls, when, and on which account.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::auth::Caller;
use super::base;
use super::paging::Page;
use crate::account::Account;
use crate::state::State;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;

/// An authenticated request. Ask for it first in a handler, so that 401 comes before every other answer.
#[derive(Debug)]
pub(super) struct Call {
    caller: Caller,
    request: HttpRequest,
    state: web::Data<State>,
    /// When it came, by the sandbox's clock.
    pub(super) now: DateTime<Utc>,
}

impl FromRequest for Call {
    type Error = TwilioError;
    type Future = Ready<Result<Self, TwilioError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Caller::from_request(request, payload).into_inner().and_then(|caller| {
            let state = request.app_data::<web::Data<State>>().ok_or_else(TwilioError::internal)?.clone();
            let now = state.clock.now();
            Ok(Self { caller, request: request.clone(), state, now })
        }))
    }
}

impl Call {
    /// The caller's account SID.
    pub(super) fn account_sid(&self) -> &str {
        &self.caller.account_sid
    }

    /// The scheme and authority under which the caller found this server.
    pub(super) fn base(&self) -> String {
        base(&self.request)
    }

    /// 20404 for what was asked for.
    pub(super) fn not_found(&self) -> TwilioError {
        TwilioError::not_found(self.request.path())
    }

    /// The parameters of the query.
    ///
    /// # Errors
    /// 60200 when there is no reading it.
    pub(super) fn query(&self) -> Result<Form, TwilioError> {
        Form::from_query(self.request.query_string())
    }

    /// The page of a list that was asked for.
    ///
    /// # Errors
    /// 60200 or 20001; see [`Page::new`].
    pub(super) fn page(&self) -> Result<Page, TwilioError> {
        Page::new(format!("{}{}", self.base(), self.request.path()), self.request.query_string())
    }

    /// What `work` finds in the caller's account, which is locked meanwhile.
    pub(super) fn in_account<T>(&self, work: impl FnOnce(&mut Account) -> T) -> T {
        work(self.state.accounts().get_or_create(&self.caller.account_sid, self.now))
    }

    /// [`Self::in_account`], where the account has that service.
    ///
    /// # Errors
    /// 20404 where it has not, and what `work` gives.
    pub(super) fn in_service<T>(
        &self,
        sid: &str,
        work: impl FnOnce(&mut Account) -> Result<T, TwilioError>,
    ) -> Result<T, TwilioError> {
        self.in_account(|account| match account.service(sid) {
            Some(_) => work(account),
            None => Err(self.not_found()),
        })
    }
}

/// 200 with a resource.
pub(super) fn found(resource: Value) -> HttpResponse {
    HttpResponse::Ok().json(resource)
}

/// 201 with a new resource.
pub(super) fn created(resource: Value) -> HttpResponse {
    HttpResponse::build(StatusCode::CREATED).json(resource)
}

/// 204: it is gone.
pub(super) fn deleted() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
