//! Asks the world: files, the database, Twilio, this machine's speed. Judges nothing.

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

/// How long the database may take in all. Connecting has a limit of its own, a handshake that hangs has not.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(10);

/// What came back, and this machine's clock at that moment.
pub(super) struct Seen<T> {
    pub(super) answer: T,
    pub(super) at: DateTime<Utc>,
}

/// The files that variables name, with their rights.
pub(super) fn secret_files() -> Result<Vec<SecretFile>, ConfigError> {
    let files = Sources::secret_files()?.into_iter();
    Ok(files.filter_map(|(variable, path)| Some(SecretFile { mode: mode(&path)?, variable, path })).collect())
}

#[cfg(unix)]
fn mode(path: &PathBuf) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).ok().map(|metadata| metadata.permissions().mode())
}

/// Elsewhere rights are no number.
#[cfg(not(unix))]
fn mode(_: &PathBuf) -> Option<u32> {
    None
}

/// The deployment's secret, where it can be one.
pub(super) fn secret(settings: &Settings) -> Option<DeploymentSecret> {
    DeploymentSecret::parse(settings.tokens.secret.clone()).ok()
}

/// What stands in the database; the error is a sentence.
pub(super) async fn database(url: &DatabaseUrl, clock: &Clock) -> Seen<Result<Option<Inspection>, String>> {
    let inspected = tokio::time::timeout(DATABASE_TIMEOUT, storage::inspect(url)).await;
    let at = clock.now();
    let answer = match inspected {
        Ok(inspected) => inspected.map_err(|error| error.to_string()),
        Err(_) => Err("the database does not answer in time".to_owned()),
    };
    Seen { answer, at }
}

/// A client with the configured credentials and service. `None` where some are missing or wrong, or where
/// `serve` would not speak to that base URL: credentials are sent nowhere else.
pub(super) fn twilio_client(settings: &Settings, testing: bool) -> Option<VerifyClient> {
    let is_twilio = settings.twilio.base_url.trim_end_matches('/') == twilio_verify::TWILIO_BASE_URL;
    let service_sid = settings.twilio.verify_service_sid.clone();
    if !(is_twilio || testing) || service_sid.is_empty() {
        return None;
    }
    let credentials = settings.twilio_alone().ok()?;
    VerifyClient::new(twilio_verify::Settings { service_sid, ..credentials }).ok()
}

/// What Twilio says about the service.
pub(super) async fn service(
    client: &VerifyClient,
    clock: &Clock,
) -> Seen<Result<Service, twilio_verify::Failure>> {
    let answer = client.fetch_service().await;
    Seen { answer, at: clock.now() }
}

/// How long one hash takes. `None` where the parameters are refused, which the configuration's check tells.
pub(super) async fn one_hash(settings: HashingSettings) -> Option<Hashing> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if settings.threads == 0 { cores } else { settings.threads.min(cores) };
    settings.parameters.check().ok()?;
    let hasher =
        Hasher::start(HashingSettings { threads: 1, queue: 1, ..settings }, Metrics::new().ok()?).ok()?;
    let password = Password::parse_attempt("correct horse battery staple").ok()?;
    // The first one makes the thread's buffer, which is kept.
    hasher.hash(password.clone()).await.ok()?;
    let begin = Instant::now();
    hasher.hash(password).await.ok()?;
    let took = begin.elapsed();
    Some(Hashing { parameters: settings.parameters, by: hasher.argon2id().name(), took, threads })
}
