//! Builds the HTTP servers: workers, middleware, timeouts.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Condition, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use utoipa_actix_web::service_config::ServiceConfig;

use super::http::default_service::{PathTable, default_service};
use super::http::document::docs::{self, Document};
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
/// Seconds that a running scrape has to finish at shutdown.
const METRICS_SHUTDOWN_SECONDS: u64 = 1;
/// How long an idle connection is kept open. Longer than in most proxies, so that they close it first.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Builds the server of the metrics. It runs when it is awaited.
///
/// # Errors
/// If the listener cannot be used.
pub fn build_metrics(listener: TcpListener, auth: Auth) -> std::io::Result<Server> {
    let auth = Data::new(auth);
    let server = HttpServer::new(move || App::new().app_data(auth.clone()).service(metrics));
    let server =
        server.workers(1).client_request_timeout(HEAD_TIMEOUT).shutdown_timeout(METRICS_SHUTDOWN_SECONDS);
    Ok(server.disable_signals().listen(listener)?.run())
}

/// The settings of the API's server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The number of threads. 0 means one per core.
    pub workers: usize,
    /// The proxies whose header `X-Forwarded-For` is trusted.
    pub trusted_proxies: TrustedProxies,
    /// The origins that may call the API from a browser.
    pub allowed_origins: Vec<String>,
    /// How long running requests have to finish at shutdown.
    pub shutdown: Duration,
}

/// Builds the server of the API. It runs when it is awaited.
///
/// # Errors
/// If the listener cannot be used.
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
            // Each worker has its own `Arc`, so that workers do not contend for one reference count with
            // every request.
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
        // A client that closes its half of the connection has hung up, so its request is dropped before it is
        // hashed.
        .h1_allow_half_closed(false)
        .shutdown_timeout(settings.shutdown.as_secs())
        .disable_signals()
        .listen(listener)?
        .run())
}
