//! Builds the API from its parts and runs it until it is stopped. `dev` and `serve` differ only in the parts.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use countersign::auth::{Auth, DeploymentSecret, Hasher, Housekeeper, LimitSettings, Mode, Parts};
use countersign::config::Settings;
use countersign::http::health::Stopping;
use countersign::metrics::Metrics;
use countersign::server;
use countersign::webhooks::Courier;
use movable_clock::Clock;
use storage::Db;

use super::stop::{self, StopListener, StopReason};
use super::{Failure, listen};

/// The parts in which `dev` and `serve` differ.
pub(super) struct ApiOptions {
    pub(super) database: storage::Settings,
    pub(super) secret: DeploymentSecret,
    pub(super) twilio: twilio_verify::Settings,
    pub(super) clock: Clock,
    pub(super) mode: Mode,
    pub(super) limits: LimitSettings,
}

/// An API that is ready to run.
pub(super) struct Api {
    auth: Auth,
    server: Server,
    stopping: Stopping,
    drain: Duration,
    housekeeper: Option<Housekeeper>,
    courier: Option<Courier>,
    metrics: Option<(Server, SocketAddr)>,
}

impl Api {
    pub(super) async fn build(
        settings: &Settings,
        options: ApiOptions,
        listener: TcpListener,
    ) -> Result<Self, Failure> {
        let metrics_listener =
            settings.metrics.listen.map(|address| listen::bind(address, "metrics.listen")).transpose()?;
        let metrics = Metrics::new().map_err(Failure::failed)?;
        let twilio = twilio_verify::Settings { observer: Arc::new(metrics.clone()), ..options.twilio };
        let db = Db::open(&options.database).await.map_err(Failure::failed)?;
        let housekeeper = settings
            .housekeeping_settings()
            .map(|settings| Housekeeper::new(db.clone(), options.clock.clone(), settings));
        let endpoint = settings.webhook_endpoint().map_err(Failure::failed)?;
        let courier = endpoint
            .map(|endpoint| Courier::new(db.clone(), options.clock.clone(), endpoint, metrics.clone()));
        let courier = courier.transpose().map_err(|error| Failure::Failed(format!("webhooks: {error}")))?;
        let auth = Auth::new(Parts {
            db,
            hasher: Hasher::start(settings.hashing(), metrics.clone()).map_err(Failure::failed)?,
            twilio: twilio_verify::VerifyClient::new(twilio)
                .map_err(Failure::failed)?
                .with_clock(options.clock.clone()),
            clock: options.clock,
            policy: settings.policy(),
            tokens: settings.token_settings(),
            sessions: settings.session_policy(),
            limits: options.limits,
            secret: options.secret,
            webhooks: settings.webhook_events(),
            metrics,
            mode: options.mode,
        })
        .await
        .map_err(Failure::failed)?;
        let serve = |(listener, address)| {
            server::build_metrics(listener, auth.clone()).map(|server| (server, address))
        };
        let metrics = metrics_listener.map(serve).transpose().map_err(Failure::failed)?;
        let stopping = Stopping::default();
        let server = server::build(listener, auth.clone(), stopping.clone(), &settings.server_settings())
            .map_err(Failure::failed)?;
        let drain = Duration::from_secs(settings.server.drain_seconds);
        Ok(Self { auth, server, stopping, drain, housekeeper, courier, metrics })
    }

    /// Returns the use cases that it serves.
    pub(super) fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Returns the part of the `ready` line with the address of the metrics, if they are on.
    pub(super) fn ready_metrics(&self) -> String {
        self.metrics.as_ref().map(|(_, address)| format!(" metrics=http://{address}")).unwrap_or_default()
    }

    /// Runs, with `others`, until it is stopped. Calls `announce` once requests are served. If that fails, so
    /// does this.
    pub(super) async fn run(
        self,
        others: Vec<Server>,
        exit_with_stdin: bool,
        announce: impl AsyncFnOnce() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut stop_listener = StopListener::start(exit_with_stdin)?;
        let others: Vec<Server> = others.into_iter().chain(self.metrics.map(|(server, _)| server)).collect();
        let handles: Vec<ServerHandle> = others.iter().map(Server::handle).collect();
        for other in others {
            actix_web::rt::spawn(other);
        }
        let handle = self.server.handle();
        let running = actix_web::rt::spawn(self.server);
        announce().await?;
        let housekeeping = self.housekeeper.map(|housekeeper| actix_web::rt::spawn(housekeeper.run()));
        let courier = self.courier.map(|courier| actix_web::rt::spawn(courier.run()));
        let stop = stop_listener.next().await;
        // The database finishes or rolls back a batch in progress. A delivery in progress is repeated later.
        for task in [housekeeping, courier].into_iter().flatten() {
            task.abort();
        }
        match stop {
            StopReason::Signal => {
                tracing::info!("stopping");
                // Readiness fails first, so that load balancers send no new clients.
                self.stopping.begin();
                let finish = async {
                    tokio::time::sleep(self.drain).await;
                    handle.stop(true).await;
                };
                tokio::select! {
                    () = finish => {}
                    _ = stop_listener.next() => {
                        // A second signal means at once. A server that finishes its requests takes no other
                        // commands.
                        tracing::warn!("stopping at once: requests in progress are aborted");
                        return Ok(());
                    }
                }
            }
            StopReason::InputClosed => {
                tracing::info!("{}", stop::INPUT_CLOSED);
                handle.stop(false).await;
            }
        }
        for handle in handles {
            handle.stop(false).await;
        }
        running.await.map_err(Failure::failed)?.map_err(Failure::failed)
    }
}
