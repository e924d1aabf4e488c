//! Puts the API on a listener: workers, middleware, limits.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Condition, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use utoipa_actix_web::service_config::ServiceConfig;

use super::http::default_service::{PathTable, default_service};
use super::http::document::docs;
use super::http::document::docs::Document;
use super::http::document::openapi;
use super::http::request::client_ip::TrustedProxies;
use super::http::routes;
use crate::auth::Auth;
use crate::http::health::Stopping;
use crate::http::metrics::metrics;
use crate::http::middleware::context::context;
use crate::http::middleware::cors::cors;

/// How long the head of a request may take to arrive.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// Seconds that a scrape in flight may take at shutdown.
const METRICS_SHUTDOWN_SECONDS: u64 = 1;
/// How long an idle connection is kept. Longer than most proxies keep theirs, so that they close first.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// The server of the figures alone, which runs when it is awaited.
///
/// # Errors
/// When the listener cannot be used.
pub fn build_metrics(listener: TcpListener, auth: Auth) -> std::io::Result<Server> {
    let auth = Data::new(auth);
    let server = HttpServer::new(move || App::new().app_data(auth.clone()).service(metrics));
    let server =
        server.workers(1).client_request_timeout(HEAD_TIMEOUT).shutdown_timeout(METRICS_SHUTDOWN_SECONDS);
    Ok(server.disable_signals().listen(listener)?.run())
}

/// How the API is served.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Threads; 0 means one per core.
    pub workers: usize,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// Origins that may call from a browser.
    pub allowed_origins: Vec<String>,
    /// How long begun requests may take when the server stops.
    pub shutdown: Duration,
}

/// The server, which runs when it is awaited.
///
/// # Errors
/// When the listener cannot be used.
pub fn build(
    listener: TcpListener,
    auth: Auth,
    stopping: Stopping,
    settings: &Settings,
) -> std::io::Result<Server> {
    let document = openapi::document();
    let stopping = Data::new(stopping);
    let proxies = Data::new(settings.trusted_proxies.clone());
    let paths = Data::new(PathTable::from_document(&document));
    let document = Data::new(Document::render(&document));
    let origins = settings.allowed_origins.clone();
    let workers = match settings.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    let server = HttpServer::new(move || {
        App::new()
            // A counter of references for each worker: they would take one from each other with every request.
            .app_data(Data::new(auth.clone()))
            .app_data(stopping.clone())
            .app_data(proxies.clone())
            .app_data(paths.clone())
            .app_data(document.clone())
            .configure(|config| routes::configure(&mut ServiceConfig::new(config)))
            .configure(docs::configure)
            .default_service(web::to(default_service))
            .wrap(Condition::new(!origins.is_empty(), cors(&origins)))
            .wrap(from_fn(context))
    });
    Ok(server
        .workers(workers)
        .client_request_timeout(HEAD_TIMEOUT)
        .keep_alive(KEEP_ALIVE)
        // A client that closes its end has hung up: nothing is hashed for it, and nothing else begun.
        .h1_allow_half_closed(false)
        .shutdown_timeout(settings.shutdown.as_secs())
        .disable_signals()
        .listen(listener)?
        .run())
}
