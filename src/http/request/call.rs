//! A request, as a handler sees it: who calls, what they sent, where they came from.
//!
//! One extractor, because order matters: the guard speaks first, and only then is the body looked at. As two
//! extractors they would run side by side, and a stranger would be told what is wrong with their body.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;

use super::bearer::bearer;
use super::client_ip::TrustedProxies;
use super::fields::Fields;
use crate::auth::proof::{Caller, FullAccess, PasswordOk, Verified};
use crate::auth::{Auth, Client, Error, Policy};
use crate::http::answer::error_code::ErrorCode;
use crate::http::answer::problem::Problem;

/// Longest body, in bytes: the largest that makes sense has about 1 KiB.
pub const MAX_BODY: usize = 16 * 1024;
/// How long a body may take to arrive. actix-web times the head alone.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// A request that has passed its guard and whose body has been parsed.
pub struct Call<G, B = NoBody> {
    /// Who calls.
    pub caller: G,
    /// What was sent.
    pub body: B,
    /// Where it came from.
    pub client: Client,
}

/// Who may call: one kind per row of the contract's table of guards.
pub trait Guard: Sized {
    /// Lets a caller pass, or says why not.
    fn check(auth: &Auth, token: Option<&str>) -> impl Future<Output = Result<Self, Error>>;
}

/// Everybody; a token is not looked at.
pub struct Anyone;

impl Guard for Anyone {
    async fn check(_: &Auth, _: Option<&str>) -> Result<Self, Error> {
        Ok(Self)
    }
}

/// Must not be logged in.
pub struct Guest;

impl Guard for Guest {
    async fn check(auth: &Auth, token: Option<&str>) -> Result<Self, Error> {
        auth.require_guest(token).await.map(|()| Self)
    }
}

impl Guard for Caller {
    async fn check(auth: &Auth, token: Option<&str>) -> Result<Self, Error> {
        auth.require_logged_in(token).await
    }
}

impl Guard for Verified<PasswordOk> {
    async fn check(auth: &Auth, token: Option<&str>) -> Result<Self, Error> {
        auth.require_password_ok(token).await
    }
}

impl Guard for Verified<FullAccess> {
    async fn check(auth: &Auth, token: Option<&str>) -> Result<Self, Error> {
        auth.require_full_access(token).await
    }
}

/// Whoever passes the guard, where this deployment sends codes by email too; elsewhere there is no such path.
pub struct WithEmail<G>(pub G);

impl<G: Guard> Guard for WithEmail<G> {
    async fn check(auth: &Auth, token: Option<&str>) -> Result<Self, Error> {
        if !auth.policy().email_channel {
            return Err(Error::NotFound);
        }
        G::check(auth, token).await.map(Self)
    }
}

/// What a body is parsed with.
pub struct Context<'a> {
    /// What the deployment allows.
    pub policy: &'a Policy,
    /// The languages that the client prefers.
    pub accept_language: Option<&'a str>,
}

/// A body whose fields are read one by one, so that all errors are found.
pub trait FromFields: Sized {
    /// Whether a request without a body is taken for an empty object.
    const OPTIONAL: bool = false;
    /// Whether judging the fields takes so long that it is done on a hashing thread.
    const SLOW: bool = false;

    /// Takes the fields. `None`: an error was noted.
    fn from_fields(fields: &mut Fields, context: &Context<'_>) -> Option<Self>;
}

/// No body is read.
pub struct NoBody;

/// A JSON object.
pub struct Json<T>(pub T);

/// What a handler may expect of a body.
pub trait Body: Sized {
    /// Reads it.
    fn read(
        request: &HttpRequest,
        payload: Payload,
        auth: &Auth,
    ) -> impl Future<Output = Result<Self, Problem>>;
}

impl Body for NoBody {
    async fn read(_: &HttpRequest, _: Payload, _: &Auth) -> Result<Self, Problem> {
        Ok(Self)
    }
}

impl<T: FromFields + Send + 'static> Body for Json<T> {
    async fn read(request: &HttpRequest, payload: Payload, auth: &Auth) -> Result<Self, Problem> {
        let is_json = is_json(request);
        if !is_json && !T::OPTIONAL {
            return Err(Problem::new(ErrorCode::UnsupportedMediaType));
        }
        let bytes = match tokio::time::timeout(BODY_TIMEOUT, collect(request, payload)).await {
            Ok(bytes) => bytes?,
            Err(_) => {
                let detail = "The body did not arrive within 10 seconds. Try again.";
                return Err(Problem::with_detail(ErrorCode::MalformedRequest, detail));
            }
        };
        let mut fields = match (bytes.is_empty() && T::OPTIONAL, is_json) {
            (true, _) => Fields::empty(),
            (false, false) => return Err(Problem::new(ErrorCode::UnsupportedMediaType)),
            (false, true) => Fields::parse(&bytes).map_err(|error| {
                let detail = format!(
                    "The body is not a JSON object with unique names (line {}, column {}). Correct it.",
                    error.line(),
                    error.column()
                );
                Problem::with_detail(ErrorCode::MalformedRequest, detail)
            })?,
        };
        let (policy, language) =
            (auth.policy().clone(), text(request, header::ACCEPT_LANGUAGE).map(str::to_owned));
        let judge = move || {
            let context = Context { policy: &policy, accept_language: language.as_deref() };
            let value = T::from_fields(&mut fields, &context);
            fields.finish(value)
        };
        let judged = if T::SLOW { auth.run_blocking(judge).await? } else { judge() };
        judged.map(Self)
    }
}

impl<G: Guard + 'static, B: Body + 'static> FromRequest for Call<G, B> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let client = Client::new(client_ip(&request), text(&request, header::USER_AGENT));
            // What the limits say while the request is served, for whoever writes the answer's headers.
            request.extensions_mut().insert(client.clone());
            let auth = request
                .app_data::<Data<Auth>>()
                .ok_or_else(|| Problem::internal("the application was not configured"))?;
            let caller = G::check(auth, bearer(request.headers())?).await?;
            let body = B::read(&request, payload, auth).await?;
            Ok(Self { caller, body, client })
        })
    }
}

fn client_ip(request: &HttpRequest) -> Option<IpAddr> {
    request.app_data::<Data<TrustedProxies>>()?.client_ip(request)
}

/// A header's value, where it is plain text.
fn text(request: &HttpRequest, name: header::HeaderName) -> Option<&str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

fn is_json(request: &HttpRequest) -> bool {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

async fn collect(request: &HttpRequest, payload: Payload) -> Result<web::BytesMut, Problem> {
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if declared.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > MAX_BODY) {
        return Err(Problem::new(ErrorCode::PayloadTooLarge));
    }
    let (mut payload, mut body) = (payload, web::BytesMut::new());
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::with_detail(
                ErrorCode::MalformedRequest,
                "The body did not arrive completely. Try again.",
            )
        })?;
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Problem::new(ErrorCode::PayloadTooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
