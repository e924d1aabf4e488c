//! The commands, a file each.

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
    /// A TOML file with settings; config/default.toml in the source lists them all.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The API and the sandbox in one process: no account with Twilio, codes go to virtual phones.
    Dev(dev::Dev),
    /// The API, for production.
    Serve(serve::Serve),
    /// The double of Twilio Verify alone, for any program in any language.
    Sandbox(sandbox::Sandbox),
    /// Check the configuration against the world: database, keys, Twilio, clocks. Sends and changes nothing.
    Doctor(doctor::Doctor),
    /// Bring the database to the current schema.
    Migrate(migrate::Migrate),
    /// The keys that sign tokens.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Print the OpenAPI document.
    Openapi(openapi::Openapi),
    /// Set up Twilio.
    #[command(subcommand)]
    Twilio(twilio::Twilio),
    /// Exit with 0 where a server is ready: for a container's health check.
    Health(health::Health),
}

/// Where the API listens and what it stores in.
#[derive(Args)]
struct ApiFlags {
    /// Where the API listens; port 0 takes a free one [default: 127.0.0.1:3000]
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

/// Why a command could not do what it was asked.
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

/// Runs a command to its end.
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

/// The same for a server, whose traces go wherever the configuration says until what is returned is dropped.
fn load_traced(sources: Sources) -> Result<(Settings, Option<Traces>), Failure> {
    let settings = sources.load()?;
    let traces = Traces::start(&settings.telemetry.otlp_endpoint);
    countersign::telemetry::init(settings.log, traces.as_ref().ok().and_then(Option::as_ref));
    settings.check()?;
    Ok((settings, traces.map_err(|error| Failure::Usage(format!("telemetry.otlp_endpoint: {error}")))?))
}

/// The one kind of line that goes to standard output: what scripts read. Whoever has read enough (`| head -1`) and
/// went away is no failure.
fn tell_script(line: &str) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    match writeln!(output, "{line}").and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// What people read, on a terminal.
#[allow(clippy::print_stderr, reason = "for people")]
fn tell_people(text: &str) {
    if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        eprintln!("{text}");
    }
}
