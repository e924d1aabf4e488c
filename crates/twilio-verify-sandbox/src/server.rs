//! The sandbox as an HTTP server.

use std::fmt;
use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, JsonConfig, PayloadConfig, QueryConfig};
use actix_web::{App, HttpServer};
use movable_clock::Clock;

use super::control;
use super::control::known_parameters::KnownParameters;
use super::control::problem::{self, Problem};
use super::guard::{AllowedHosts, guard};
use super::handles::clock::SandboxClock;
use super::handles::faults::Faults;
use super::handles::journal::Journal;
use super::handles::phones::Phones;
use super::options::{ApiAddress, Options};
use super::state::State;
use super::wire;

/// The largest body, in bytes. The largest form that Twilio accepts is far smaller.
const BODY_LIMIT: usize = 64 * 1024;
/// How many seconds a request may take at shutdown. Clients that wait for a message are cut off.
const SHUTDOWN_SECONDS: u64 = 1;

/// A sandbox for a program that already runs on actix-web and wants to choose the listener and the runtime.
///
/// Tests should use [`Sandbox`](crate::Sandbox).
pub struct Embedded {
    state: Arc<State>,
}

impl Embedded {
    /// Creates a sandbox with an empty memory that lives as long as it does.
    pub fn new(clock: Clock) -> Self {
        Self { state: Arc::new(State::new(clock)) }
    }

    /// Returns its virtual phones.
    pub fn phones(&self) -> Phones {
        Phones::new(self.state.clone())
    }

    pub(crate) fn state(&self) -> Arc<State> {
        self.state.clone()
    }

    /// Creates the server, which serves while it is awaited. Its handle stops it. It handles no signals.
    ///
    /// # Errors
    /// The listener cannot be used.
    pub fn server(self, listener: TcpListener, options: Options) -> std::io::Result<Server> {
        let state = self.state;
        let phones = Data::new(Phones::new(state.clone()));
        let faults = Data::new(Faults::new(state.clone()));
        let journal = Data::new(Journal::new(state.clone()));
        let clock = Data::new(SandboxClock::new(state.clone()));
        let hosts = Data::new(AllowedHosts::new(&options.allowed_hosts));
        let known = Data::new(KnownParameters::new(options.extension.as_ref()));
        let extension = options.extension;
        let api = Data::new(ApiAddress(options.api));
        let state = Data::from(state);
        let server = HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
                .app_data(phones.clone())
                .app_data(faults.clone())
                .app_data(journal.clone())
                .app_data(clock.clone())
                .app_data(hosts.clone())
                .app_data(api.clone())
                .app_data(known.clone())
                .app_data(PayloadConfig::new(BODY_LIMIT))
                .app_data(
                    JsonConfig::default()
                        .limit(BODY_LIMIT)
                        .error_handler(|error, _| Problem::from_json(&error).into()),
                )
                .app_data(QueryConfig::default().error_handler(|error, _| Problem::from_query(&error).into()))
                .wrap(from_fn(guard))
                .configure(wire::routes)
                .app_data(Data::new(extension.clone()))
                .configure(|config| control::routes(config, extension.as_ref()))
                .default_service(web::to(problem::not_found))
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .listen(listener)?;
        Ok(server.run())
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Embedded").finish_non_exhaustive()
    }
}
