//! The sandbox as an HTTP server.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, JsonConfig, PayloadConfig, QueryConfig};
use actix_web::{App, HttpServer, web};

use super::guard::{AllowedHosts, watch};
use super::problem::{self, Problem};
use super::state::State;
use super::{control, wire};
use crate::clock::Clock;

/// Most bytes of a body: the largest start that Twilio would take is far smaller.
const BODY_LIMIT: usize = 64 * 1024;
/// Seconds that a request in flight may take at shutdown. Short: a held `wait` is nobody's loss.
const SHUTDOWN_SECONDS: u64 = 1;

/// What may be chosen about a sandbox.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Host names, without port, that are served besides those of loopback.
    pub allowed_hosts: Vec<String>,
}

/// The sandbox on `listener`, not yet running: await it to serve, or stop it by its handle. It handles no
/// signals. Its memory begins empty and ends with it.
///
/// # Errors
/// When the listener cannot be used.
pub fn server(listener: TcpListener, clock: Clock, options: Options) -> std::io::Result<Server> {
    let state = Data::new(State::new(clock));
    let hosts = Data::new(AllowedHosts::new(&options.allowed_hosts));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .app_data(hosts.clone())
            .app_data(PayloadConfig::new(BODY_LIMIT))
            .app_data(
                JsonConfig::default()
                    .limit(BODY_LIMIT)
                    .error_handler(|error, _| Problem::from_json(&error).into()),
            )
            .app_data(QueryConfig::default().error_handler(|error, _| Problem::from_query(&error).into()))
            .wrap(from_fn(watch))
            .configure(wire::routes)
            .configure(control::routes)
            .default_service(web::to(problem::not_found))
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .listen(listener)?;
    Ok(server.run())
}
