//! The servers under test. Each has its own threads.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::mpsc::sync_channel;

use actix_web::dev::Server;
use actix_web::{App, HttpServer, web};
use countersign::auth::{Auth, Hasher, Mode, Parts};
use countersign::config::{Settings, Sources};
use countersign::http::health::Stopping;
use countersign::metrics::Metrics;
use countersign::{server, telemetry};
use movable_clock::Clock;
use serde::Serialize;
use storage::Db;
use twilio_verify::VerifyClient;

use crate::Failure;

/// The secret of the benchmark's databases. It is constant, because a PostgreSQL database outlives a run.
const SECRET: &str = "of the benchmark's databases alone";

/// The API on one database.
pub struct Api {
    /// The address on which it listens.
    pub address: SocketAddr,
    /// Its database.
    pub db: Db,
}

/// A limit that no load reaches. The server still counts against it.
const UNREACHABLE_LIMIT: &str = "1000000/s";
/// The limits per address. The whole load comes from one address.
const PER_ADDRESS: [&str; 5] = [
    "limits.wrong_passwords_per_address",
    "limits.codes_per_address",
    "limits.codes_per_network",
    "limits.sign_ups_per_address",
    "limits.sign_ups_per_network",
];

/// Returns the settings of `countersign serve`: the defaults, values for required settings, a local Twilio,
/// high limits per address, and `others`.
pub fn settings(
    database_url: &str,
    twilio: SocketAddr,
    others: &[(&'static str, &str)],
) -> Result<Settings, Failure> {
    let flags = [
        ("database.url", database_url.to_owned()),
        ("tokens.secret", SECRET.to_owned()),
        ("codes.regions", "US".to_owned()),
        ("twilio.account_sid", twilio_verify_sandbox::ACCOUNT_SID.to_owned()),
        ("twilio.auth_token", twilio_verify_sandbox::AUTH_TOKEN.to_owned()),
        ("twilio.verify_service_sid", twilio_verify_sandbox::SERVICE_SID.to_owned()),
        ("twilio.base_url", format!("http://{twilio}")),
    ];
    let limits = PER_ADDRESS.map(|name| (name, UNREACHABLE_LIMIT.to_owned()));
    let others: Vec<_> = others.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let flags = [flags.as_slice(), &limits, &others].concat();
    let settings = Sources { flags, ..Sources::default() }.load()?;
    telemetry::init(settings.log, None);
    Ok(settings)
}

/// Starts the server in the same way as `serve`.
pub fn api(settings: &Settings) -> Result<Api, Failure> {
    let settings = settings.clone();
    let (listener, address) = bind()?;
    let deployment = settings.production(true)?;
    let db = start(async move || {
        let db = Db::open(&deployment.database).await?;
        let auth = Auth::new(Parts {
            db: db.clone(),
            clock: Clock::system(),
            hasher: Hasher::start(settings.hashing(), Metrics::new()?)?,
            webhooks: vec![],
            metrics: Metrics::new()?,
            twilio: VerifyClient::new(deployment.twilio)?,
            policy: settings.policy(),
            tokens: settings.token_settings(),
            sessions: settings.session_policy(),
            limits: settings.limit_settings(),
            secret: deployment.secret,
            mode: Mode::Production,
        });
        let auth = auth.await.map_err(|error| format!("{error:?}"))?;
        Ok((server::build(listener, auth, Stopping::default(), &settings.server_settings())?, db))
    })?;
    Ok(Api { address, db })
}

/// The answer of the bare route.
#[derive(Serialize)]
struct Small {
    id: u64,
    name: &'static str,
    verified: bool,
}

/// Starts actix-web with one route and no middleware.
pub fn bare(workers: usize) -> Result<SocketAddr, Failure> {
    let (listener, address) = bind()?;
    start(async move || {
        let answer = || async { web::Json(Small { id: 1, name: "Ada Lovelace", verified: true }) };
        let server = HttpServer::new(move || App::new().route("/bare", web::get().to(answer)));
        Ok((server.workers(workers).disable_signals().listen(listener)?.run(), ()))
    })?;
    Ok(address)
}

/// Starts a server that runs until the process ends.
pub fn start<T, F>(make: F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: AsyncFnOnce() -> Result<(Server, T), Failure> + Send + 'static,
{
    let (answer, answered) = sync_channel(1);
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let (server, made) = match make().await {
                Ok((server, made)) => (Some(server), Ok(made)),
                Err(failure) => (None, Err(failure)),
            };
            let _ = answer.send(made);
            if let Some(server) = server {
                let _ = server.await;
            }
        });
    });
    answered.recv()?
}

/// Binds a free port.
pub fn bind() -> Result<(TcpListener, SocketAddr), Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
