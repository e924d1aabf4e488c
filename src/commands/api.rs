//! Builds the API of its parts, in order, and runs it until it is to stop. `dev` and `serve` differ in the
//! parts, and in nothing else.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use countersign::auth::{Auth, DeploymentSecret, Hasher, Housekeeper, Mode, Parts};
use countersign::clock::Clock;
use countersign::config::Settings;
use countersign::http::health::Stopping;
use countersign::storage::{self, Db};
use countersign::{server, twilio};

use super::Failure;
use super::stop::{self, Stop};

/// What `dev` and `serve` choose for themselves.
pub(super) struct Chosen {
    pub(super) database: storage::Settings,
    pub(super) secret: DeploymentSecret,
    pub(super) twilio: twilio::Settings,
    pub(super) clock: Clock,
    pub(super) mode: Mode,
}

/// An API that is ready to run.
pub(super) struct Api {
    auth: Auth,
    server: Server,
    stopping: Stopping,
    drain: Duration,
    housekeeper: Option<Housekeeper>,
}

impl Api {
    pub(super) async fn build(
        settings: &Settings,
        chosen: Chosen,
        listener: TcpListener,
    ) -> Result<Self, Failure> {
        let db = Db::open(&chosen.database).await.map_err(Failure::failed)?;
        let housekeeper = settings
            .housekeeping_settings()
            .map(|settings| Housekeeper::new(db.clone(), chosen.clock.clone(), settings));
        let auth = Auth::new(Parts {
            db,
            clock: chosen.clock,
            hasher: Hasher::start(settings.hashing()).map_err(Failure::failed)?,
            twilio: twilio::VerifyClient::new(chosen.twilio).map_err(Failure::failed)?,
            policy: settings.policy(),
            tokens: settings.token_settings(),
            sessions: settings.session_policy(),
            secret: chosen.secret,
            mode: chosen.mode,
        })
        .await
        .map_err(Failure::failed)?;
        let stopping = Stopping::default();
        let server = server::build(listener, auth.clone(), stopping.clone(), &settings.server_settings())
            .map_err(Failure::failed)?;
        let drain = Duration::from_secs(settings.server.drain_seconds);
        Ok(Self { auth, server, stopping, drain, housekeeper })
    }

    /// The rules that it serves.
    pub(super) fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Runs beside `others` until there is a reason to stop. `announce` is called when requests are served; where
    /// it fails, all is over.
    pub(super) async fn run(
        self,
        others: Vec<Server>,
        exit_with_stdin: bool,
        announce: impl AsyncFnOnce() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut requests = stop::Requests::listen(exit_with_stdin)?;
        let handles: Vec<ServerHandle> = others.iter().map(Server::handle).collect();
        for other in others {
            actix_web::rt::spawn(other);
        }
        let handle = self.server.handle();
        let running = actix_web::rt::spawn(self.server);
        announce().await?;
        let housekeeping = self.housekeeper.map(|housekeeper| actix_web::rt::spawn(housekeeper.run()));
        let stop = requests.next().await;
        // A batch that has begun is finished or undone by the database.
        if let Some(housekeeping) = housekeeping {
            housekeeping.abort();
        }
        match stop {
            Stop::Signal => {
                tracing::info!("stopping");
                // Readiness fails first, so that load balancers send nobody new.
                self.stopping.begin();
                let finish = async {
                    tokio::time::sleep(self.drain).await;
                    handle.stop(true).await;
                };
                tokio::select! {
                    () = finish => {}
                    _ = requests.next() => {
                        // A second signal means now; a server that finishes requests hears nothing else.
                        tracing::warn!("stopping at once: requests that have begun are left");
                        return Ok(());
                    }
                }
            }
            Stop::InputClosed => {
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
