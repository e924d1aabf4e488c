//! The extractor of all handlers: a request that has passed its guard and whose body has been parsed.
//!
//! It is one extractor because the order matters: the guard must run before the body is read. actix-web runs
//! separate extractors concurrently, so a caller without a token could learn what is wrong with their body.

use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::LocalBoxFuture;

use super::bearer::bearer;
use super::body::{Body, NoBody, header_text};
use super::client_ip::TrustedProxies;
use super::guard::Guard;
use crate::auth::{Auth, Client};
use crate::http::answer::problem::Problem;

/// A request that has passed the guard `G` and whose body is a `B`.
pub struct AuthorizedRequest<G, B = NoBody> {
    /// The caller, as the guard knows them.
    pub caller: G,
    /// The parsed body.
    pub body: B,
    /// Where the request comes from.
    pub client: Client,
}

impl<G: Guard + 'static, B: Body + 'static> FromRequest for AuthorizedRequest<G, B> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let client = Client::new(client_ip(&request), header_text(&request, &header::USER_AGENT));
            // The limits record their decisions in the client. The middleware reads them for the response's
            // headers.
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
