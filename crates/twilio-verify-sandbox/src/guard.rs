//! The middleware in front of every route. The sandbox has no secrets, so a web page in a developer's browser must not
//! be able to use it: neither under a host name that resolves to loopback (DNS rebinding, visible in `Host`), nor with
//! a cross-site request (visible in `Origin`; a POST without a body needs no preflight).

use std::net::{Ipv4Addr, Ipv6Addr};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HOST, HeaderName, HeaderValue, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};

use super::control::problem::{Problem, ProblemCode};
use super::random;
use super::state::State;

const MODE: HeaderName = HeaderName::from_static("countersign-mode");
const REQUEST_ID: HeaderName = HeaderName::from_static("twilio-request-id");

/// Host names that clients may use besides those of loopback.
#[derive(Debug, Default)]
pub(crate) struct AllowedHosts(Vec<String>);

impl AllowedHosts {
    /// Takes names without a port. Case does not matter.
    pub(crate) fn new(names: &[String]) -> Self {
        Self(names.iter().map(|name| name.to_ascii_lowercase()).collect())
    }

    /// Returns whether clients may use an authority (`name`, `name:port`, `[::1]:port`).
    fn allows(&self, authority: &str) -> bool {
        let Some(name) = without_port(authority) else { return false };
        let name = name.to_ascii_lowercase();
        name == "localhost"
            || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
            || name
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
                .and_then(|address| address.parse::<Ipv6Addr>().ok())
                .is_some_and(|address| address.is_loopback())
            || self.0.contains(&name)
    }

    fn check(&self, request: &ServiceRequest) -> Result<(), Problem> {
        // Every name in the request must be allowed: the target's, and each Host header.
        let mut names: Vec<&str> = request.uri().authority().map(|name| name.as_str()).into_iter().collect();
        for header in request.headers().get_all(HOST) {
            names.push(header.to_str().unwrap_or_default());
        }
        if names.is_empty() || !names.iter().all(|name| self.allows(name)) {
            let detail =
                "This host name is not allowed. Use localhost, or allow the name with --allowed-host.";
            return Err(Problem::new(ProblemCode::HostNotAllowed, detail));
        }
        let is_allowed = |origin: &HeaderValue| {
            origin
                .to_str()
                .ok()
                .and_then(|origin| origin.split_once("://"))
                .is_some_and(|(_, name)| self.allows(name))
        };
        if !request.method().is_safe() && !request.headers().get_all(ORIGIN).all(is_allowed) {
            let detail = "Pages of other sites must not change anything here.";
            return Err(Problem::new(ProblemCode::OriginNotAllowed, detail));
        }
        Ok(())
    }
}

/// The middleware: the checks above, and the headers of every answer.
pub(crate) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_wire = request.path() == "/v2" || request.path().starts_with("/v2/");
    let allowed = match request.app_data::<web::Data<AllowedHosts>>() {
        Some(hosts) => hosts.check(&request),
        None => AllowedHosts::default().check(&request),
    };
    let mut response = match allowed {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(problem) => request.into_response(problem.error_response()),
    };
    // The pattern, not the path: a path can hold a phone number.
    tracing::debug!(
        method = %response.request().method(),
        route = response.request().match_pattern().unwrap_or_default(),
        status = response.status().as_u16(),
        "sandbox answered"
    );
    // Every change comes from such a request, except for delayed messages, which notify on their own.
    if !response.request().method().is_safe()
        && let Some(state) = response.request().app_data::<web::Data<State>>()
    {
        state.changed();
    }
    let headers = response.headers_mut();
    headers.insert(MODE, HeaderValue::from_static("dev"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if is_wire && let Ok(id) = HeaderValue::from_str(&random::sid("RQ")) {
        headers.insert(REQUEST_ID, id);
    }
    Ok(response)
}

/// Returns the name in an authority, with brackets; `None` if it is not an authority.
fn without_port(authority: &str) -> Option<&str> {
    // The last colon separates name and port, unless it is inside the brackets of an IPv6 address.
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (authority, ""),
    };
    (!name.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let hosts = AllowedHosts::new(&["Sandbox.internal".into()]);
        for good in [
            "localhost",
            "LOCALHOST:3001",
            "127.0.0.1",
            "127.1.2.3:80",
            "[::1]",
            "[::1]:3001",
            "sandbox.internal:1",
        ] {
            assert!(hosts.allows(good), "{good}");
        }
        for bad in [
            "",
            ":80",
            "example.org",
            "localhost.example.org",
            "127.0.0.1.example.org",
            "10.0.0.1",
            "0.0.0.0",
            "::1",
            "[::2]",
            "[::1].example.org",
            "localhost:80:90",
            "localhost:x",
            "user@localhost",
            "localhost/",
        ] {
            assert!(!hosts.allows(bad), "{bad}");
        }
    }
}
