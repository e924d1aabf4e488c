//! A request on Twilio's wire. Its credentials, path and form are read here, once.

use std::future::{Ready, ready};

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{AUTHORIZATION, HOST};
use actix_web::web::{self, Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use chrono::{DateTime, Utc};

use super::paging::Page;
use crate::account::Account;
use crate::account::service::Service;
use crate::faults::request_info::RequestInfo;
use crate::state::State;
use crate::twilio::credentials::account_of;
use crate::twilio::errors::TwilioError;
use crate::twilio::form::Form;
use crate::twilio::operations::Operation;
use crate::verification::VerificationError;

/// An authenticated request.
///
/// The pipeline reads it. As the argument of a handler, it answers 401 if there are no valid credentials.
#[derive(Debug)]
pub(super) struct WireRequest {
    state: Data<State>,
    account_sid: String,
    operation: Option<Operation>,
    /// Name and value of each parameter in the path.
    parameters: Vec<(String, String)>,
    /// An error here is reported late: an unknown service comes first.
    form: Result<Form, TwilioError>,
    path: String,
    query: String,
    base: String,
    /// When its processing began, by the sandbox's clock.
    pub(super) now: DateTime<Utc>,
}

impl WireRequest {
    /// Reads a request. Returns `None` if it has no valid credentials.
    pub(super) async fn read(request: &mut ServiceRequest) -> Option<Self> {
        let state = request.app_data::<Data<State>>()?.clone();
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let account_sid = header(AUTHORIZATION).and_then(account_of)?;
        // The guard has checked the name.
        let base = format!("http://{}", header(HOST).unwrap_or("localhost"));
        let pattern = request.match_pattern().unwrap_or_default();
        let path = request.path().to_owned();
        let query = request.query_string().to_owned();
        let content_type = request.content_type().to_ascii_lowercase();
        let body = request.extract::<Bytes>().await.map_err(|_| TwilioError::too_large());
        Some(Self {
            account_sid,
            operation: Operation::find(request.method(), &pattern),
            parameters: parameters(&pattern, &path),
            form: body.and_then(|bytes| Form::parse(&content_type, &bytes)),
            path,
            query,
            base,
            now: state.clock.now(),
            state,
        })
    }

    /// Returns what faults and the journal know about it.
    pub(super) fn info(&self) -> RequestInfo {
        let form = self.form.as_ref().ok();
        let in_form = |name| form.and_then(|form| form.get(name));
        let of_key = |key: &str| {
            if key.starts_with("VE") {
                self.state.accounts().recipient_of(&self.account_sid, key)
            } else {
                Some(key.to_owned())
            }
        };
        let to = in_form("To")
            .or_else(|| in_form("PhoneNumber"))
            .map(str::to_owned)
            .or_else(|| in_form("VerificationSid").and_then(of_key))
            .or_else(|| self.key_in_path().and_then(of_key));
        RequestInfo { account_sid: self.account_sid.clone(), operation: self.operation, to }
    }

    /// Returns the phone number, email address or verification SID in the path.
    fn key_in_path(&self) -> Option<&str> {
        use Operation::{
            DeleteSafelist, FetchPhoneNumber, FetchSafelist, FetchVerification, UpdateVerification,
        };
        match self.operation? {
            FetchVerification | UpdateVerification => Some(self.parameter("Sid")),
            FetchSafelist | DeleteSafelist | FetchPhoneNumber => Some(self.parameter("PhoneNumber")),
            _ => None,
        }
    }

    /// Returns the account that sent it.
    pub(super) fn account_sid(&self) -> &str {
        &self.account_sid
    }

    /// Returns the sandbox's memory.
    pub(super) fn state(&self) -> &Data<State> {
        &self.state
    }

    /// Returns the scheme and authority that the client used.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Returns the path, without the query.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Returns a parameter in the path.
    pub(super) fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Returns the service's SID in the path.
    pub(super) fn service_sid(&self) -> &str {
        self.parameter("ServiceSid")
    }

    /// Returns the SID in the path.
    pub(super) fn sid(&self) -> &str {
        self.parameter("Sid")
    }

    /// Returns the parameters in the body.
    ///
    /// # Errors
    /// The body is too large or not a form.
    pub(super) fn form(&self) -> Result<&Form, TwilioError> {
        self.form.as_ref().map_err(Clone::clone)
    }

    /// Returns the parameters in the body; none if they cannot be read.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.form.iter().flat_map(Form::pairs)
    }

    /// Returns the parameters of the query.
    ///
    /// # Errors
    /// 60200 if they cannot be decoded.
    pub(super) fn query(&self) -> Result<Form, TwilioError> {
        Form::from_query(&self.query)
    }

    /// Returns the requested page of a list.
    ///
    /// # Errors
    /// 60200 or 20001; see [`Page::new`].
    pub(super) fn page(&self) -> Result<Page, TwilioError> {
        Page::new(format!("{}{}", self.base, self.path), &self.query)
    }

    /// Returns 20404 for the path.
    pub(super) fn not_found(&self) -> TwilioError {
        TwilioError::not_found(&self.path)
    }

    /// Returns Twilio's error for the error of a verification.
    pub(super) fn to_twilio(&self, error: VerificationError) -> TwilioError {
        error.to_twilio(&self.path)
    }

    /// Calls `work` with the account, which is locked meanwhile.
    pub(super) fn in_account<T>(&self, work: impl FnOnce(&mut Account) -> T) -> T {
        work(self.state.accounts().get_or_create(&self.account_sid, self.now))
    }

    /// Calls `work` with the account and a copy of the service in the path.
    ///
    /// # Errors
    /// 20404 if there is no such service, and the errors of `work`.
    pub(super) fn in_service<T>(
        &self,
        work: impl FnOnce(&mut Account, Service) -> Result<T, TwilioError>,
    ) -> Result<T, TwilioError> {
        self.in_account(|account| match account.service(self.service_sid()).cloned() {
            Some(service) => work(account, service),
            None => Err(self.not_found()),
        })
    }
}

impl FromRequest for WireRequest {
    type Error = TwilioError;
    type Future = Ready<Result<Self, TwilioError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = request.extensions_mut().remove::<Self>().ok_or_else(TwilioError::unauthorized);
        // A fault may have delayed it.
        ready(read.map(|read| Self { now: read.state.clock.now(), ..read }))
    }
}

/// Returns the parameters of a path by the names in its pattern.
fn parameters(pattern: &str, path: &str) -> Vec<(String, String)> {
    let parameter = |(segment, value): (&str, &str)| {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        Some((name.to_owned(), decode(value)?))
    };
    pattern.split('/').zip(path.split('/')).filter_map(parameter).collect()
}

/// Decodes the percent-encoding of a segment, which differs from that of a query in the plus sign only.
fn decode(segment: &str) -> Option<String> {
    let query = format!("v={}", segment.replace('+', "%2B").replace('&', "%26"));
    let decoded = web::Query::<Vec<(String, String)>>::from_query(&query).ok()?;
    decoded.into_inner().pop().map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::parameters;

    #[test]
    fn parameters_of_a_path_are_decoded() {
        let pattern = "/v2/Services/{ServiceSid}/Verifications/{Sid}";
        for (segment, expected) in [
            ("VE1", "VE1"),
            ("+12015550123", "+12015550123"),
            ("%2B12015550123", "+12015550123"),
            ("ada%40example.org", "ada@example.org"),
            ("a&b=c", "a&b=c"),
            ("a%2Fb", "a/b"),
        ] {
            let found = parameters(pattern, &format!("/v2/Services/VA/Verifications/{segment}"));
            let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            assert_eq!(found, [pair("ServiceSid", "VA"), pair("Sid", expected)]);
        }
        assert!(parameters("/v2/Services", "/v2/Services").is_empty());
    }
}
