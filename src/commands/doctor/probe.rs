//! Collects facts about files, the database, Twilio and this machine's speed. Does not judge them.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use countersign::auth::{DeploymentSecret, Hasher, HashingSettings, Password};
use countersign::config::{ConfigError, Settings, Sources};
use countersign::metrics::Metrics;
use movable_clock::Clock;
use storage::{DatabaseUrl, Inspection};
use twilio_verify::{Service, VerifyClient};

use super::machine::Hashing;
use super::settings::SecretFile;

/// The timeout of inspecting the database. Connecting has its own timeout, but a handshake that hangs does
/// not.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(10);

/// An answer, and this machine's time when it arrived.
pub(super) struct Observation<T> {
    pub(super) answer: T,
    pub(super) at: DateTime<Utc>,
}

/// Returns the secret files that environment variables name, with their permissions.
pub(super) fn secret_files() -> Result<Vec<SecretFile>, ConfigError> {
    let files = Sources::secret_files()?.into_iter();
    Ok(files.filter_map(|(variable, path)| Some(SecretFile { mode: mode(&path)?, variable, path })).collect())
}

#[cfg(unix)]
fn mode(path: &PathBuf) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).ok().map(|metadata| metadata.permissions().mode())
}

/// Other systems have no mode bits.
#[cfg(not(unix))]
fn mode(_: &PathBuf) -> Option<u32> {
    None
}

/// Returns the deployment's secret, if it is valid.
pub(super) fn secret(settings: &Settings) -> Option<DeploymentSecret> {
    DeploymentSecret::parse(settings.tokens.secret.clone()).ok()
}

/// Inspects the database. The error is a message for people.
pub(super) async fn database(
    url: &DatabaseUrl,
    clock: &Clock,
) -> Observation<Result<Option<Inspection>, String>> {
    let inspected = tokio::time::timeout(DATABASE_TIMEOUT, storage::inspect(url)).await;
    let at = clock.now();
    let answer = match inspected {
        Ok(inspected) => inspected.map_err(|error| error.to_string()),
        Err(_) => Err("the database does not answer in time".to_owned()),
    };
    Observation { answer, at }
}

/// Returns a client with the configured credentials and service. Returns `None` if they are incomplete or
/// invalid, or if `serve` would not use that base URL, because credentials must not be sent elsewhere.
pub(super) fn twilio_client(settings: &Settings, testing: bool) -> Option<VerifyClient> {
    let is_twilio = settings.twilio.base_url.trim_end_matches('/') == twilio_verify::TWILIO_BASE_URL;
    let service_sid = settings.twilio.verify_service_sid.clone();
    if !(is_twilio || testing) || service_sid.is_empty() {
        return None;
    }
    // The check of the configuration builds the same client, TLS and the system's root certificates included, and
    // reports these errors.
    let credentials = settings.twilio_alone().ok()?;
    VerifyClient::new(twilio_verify::Settings { service_sid, ..credentials }).ok()
}

/// Fetches the Verify service from Twilio.
pub(super) async fn service(
    client: &VerifyClient,
    clock: &Clock,
) -> Observation<Result<Service, twilio_verify::Failure>> {
    let answer = client.fetch_service().await;
    Observation { answer, at: clock.now() }
}

/// Measures one hash. Returns `None` if the parameters are invalid, which the check of the configuration
/// reports.
pub(super) async fn one_hash(settings: HashingSettings) -> Option<Hashing> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if settings.threads == 0 { cores } else { settings.threads.min(cores) };
    settings.parameters.check().ok()?;
    let hasher =
        Hasher::start(HashingSettings { threads: 1, queue: 1, ..settings }, Metrics::new().ok()?).ok()?;
    let password = Password::parse_attempt("correct horse battery staple").ok()?;
    // The first hash allocates the thread's buffer.
    hasher.hash(password.clone()).await.ok()?;
    let begin = Instant::now();
    hasher.hash(password).await.ok()?;
    let duration = begin.elapsed();
    Some(Hashing { parameters: settings.parameters, engine: hasher.argon2id().name(), duration, threads })
}
