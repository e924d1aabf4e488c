//! The commands, one file each.

mod api;
mod dev;
mod doctor;
mod health;
mod keys;
mod listen;
mod migrate;
mod open_files;
mod openapi;
mod sandbox;
mod secret_file;
mod serve;
mod stop;
mod twilio;

use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use countersign::config::{ConfigError, Settings, Sources};
use countersign::telemetry::Traces;

/// An authentication server: first a password, then a countersign, a one-time code sent by Twilio Verify.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true)]
pub struct CommandLine {
    /// A TOML file with settings. config/default.toml in the source lists all of them.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the API and the sandbox in one process. Needs no Twilio account: codes go to virtual phones.
    Dev(dev::Dev),
    /// Run the API in production.
    Serve(serve::Serve),
    /// Run only the test double of Twilio Verify, for programs in any language.
    Sandbox(sandbox::Sandbox),
    /// Check the configuration, database, keys, Twilio and clocks. Sends no codes and changes nothing.
    Doctor(doctor::Doctor),
    /// Update the database to the current schema.
    Migrate(migrate::Migrate),
    /// List and rotate the keys that sign tokens.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Print the OpenAPI document.
    Openapi(openapi::Openapi),
    /// Set up Twilio.
    #[command(subcommand)]
    Twilio(twilio::Twilio),
    /// Exit with 0 if a server is ready, for a container's health check.
    Health(health::Health),
}

/// The flags of `dev` and `serve`.
#[derive(Args)]
struct ApiFlags {
    /// The address of the API. Port 0 selects a free port [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// sqlite://PATH, sqlite::memory: or postgres://…
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

impl ApiFlags {
    fn as_settings(&self) -> Vec<(&'static str, String)> {
        let listen = self.listen.map(|listen| ("server.listen", listen.to_string()));
        let database = self.database_url.clone().map(|url| ("database.url", url));
        listen.into_iter().chain(database).collect()
    }
}

/// Why a command failed.
pub enum Failure {
    /// The command line or the configuration is wrong.
    Usage(String),
    /// Something else went wrong.
    Failed(String),
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl Failure {
    fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Runs a command until it ends.
pub fn run(line: CommandLine) -> Result<(), Failure> {
    let sources = Sources { file: line.config, ..Sources::default() };
    let system = || actix_web::rt::System::new();
    match line.command {
        Command::Dev(dev) => system().block_on(dev.run(sources)),
        Command::Serve(serve) => system().block_on(serve.run(sources)),
        Command::Sandbox(sandbox) => system().block_on(sandbox.run(sources)),
        Command::Doctor(doctor) => system().block_on(doctor.run(sources)),
        Command::Migrate(migrate) => system().block_on(migrate.run(sources)),
        Command::Keys(keys) => system().block_on(keys.run(sources)),
        Command::Openapi(openapi) => openapi.run(),
        Command::Twilio(twilio) => system().block_on(twilio.run(sources)),
        Command::Health(health) => health.run(sources),
    }
}

/// Reads the configuration and starts the log with it.
fn load(sources: Sources) -> Result<Settings, Failure> {
    let settings = sources.load()?;
    countersign::telemetry::init(settings.log, None);
    settings.check()?;
    Ok(settings)
}

/// Reads the configuration of a server and starts its log and its traces. Traces are sent until the returned
/// value is dropped.
fn load_traced(sources: Sources) -> Result<(Settings, Option<Traces>), Failure> {
    let settings = sources.load()?;
    let traces = Traces::start(&settings.telemetry.otlp_endpoint);
    countersign::telemetry::init(settings.log, traces.as_ref().ok().and_then(Option::as_ref));
    settings.check()?;
    Ok((settings, traces.map_err(|error| Failure::Usage(format!("telemetry.otlp_endpoint: {error}")))?))
}

/// Prints a line for scripts. Nothing else goes to standard output. A reader that has gone away (`| head -1`)
/// is not an error.
fn print_line(line: &str) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    match writeln!(output, "{line}").and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints a text for people, if standard error is a terminal.
#[allow(clippy::print_stderr, reason = "text for people on a terminal")]
fn print_for_people(text: &str) {
    if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        eprintln!("{text}");
    }
}
