//! The sandbox as an HTTP server.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, JsonConfig, PayloadConfig, QueryConfig};
use actix_web::{App, HttpServer, web};

use super::control::known_parameters::KnownParameters;
use super::control::problem;
use super::control::problem::Problem;
use super::guard::{AllowedHosts, watch};
use super::options::{ApiAddress, Options};
use super::phone::phones::Phones;
use super::state::State;
use super::{control, wire};
use movable_clock::Clock;

/// Most bytes of a body: the largest start that Twilio would take is far smaller.
const BODY_LIMIT: usize = 64 * 1024;
/// Seconds that a request in flight may take at shutdown. Short: a held `wait` is nobody's loss.
const SHUTDOWN_SECONDS: u64 = 1;

/// A sandbox. Its memory begins empty and ends with it.
pub struct Sandbox {
    state: Data<State>,
}

impl Sandbox {
    /// A sandbox that knows nothing.
    pub fn new(clock: Clock) -> Self {
        Self { state: Data::new(State::new(clock)) }
    }

    /// Its virtual phones.
    pub fn phones(&self) -> Phones {
        Phones::new(self.state.clone().into_inner())
    }

    /// The sandbox on `listener`, not yet running: await it to serve, or stop it by its handle. It handles no
    /// signals.
    ///
    /// # Errors
    /// When the listener cannot be used.
    pub fn server(self, listener: TcpListener, options: Options) -> std::io::Result<Server> {
        serve(self.state, listener, options)
    }
}

fn serve(state: Data<State>, listener: TcpListener, options: Options) -> std::io::Result<Server> {
    let hosts = Data::new(AllowedHosts::new(&options.allowed_hosts));
    let known = Data::new(KnownParameters::new(options.extension.as_ref()));
    let (extension, api) = (options.extension, Data::new(ApiAddress(options.api)));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
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
            .wrap(from_fn(watch))
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
