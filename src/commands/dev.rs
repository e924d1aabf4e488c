//! `countersign dev`

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use countersign::auth::Mode;
use countersign::config::{Settings, Sources, read_fixtures};
use countersign::stages::{Fixtures, Stages};
use movable_clock::Clock;
use twilio_verify_sandbox::Embedded;

use super::api::{Api, ApiOptions};
use super::sandbox::SandboxFlags;
use super::secret_file::secret;
use super::{ApiFlags, Failure, listen, load_traced, print_for_people, print_line};

/// The command's flags.
#[derive(Args)]
pub(super) struct Dev {
    #[command(flatten)]
    api: ApiFlags,
    #[command(flatten)]
    sandbox: SandboxFlags,
    /// Apply the limits per client address and per range of phone numbers too. They are off by default,
    /// because a test suite has one address and one range. All other limits always apply.
    #[arg(long)]
    strict_limits: bool,
    /// A TOML or JSON file with users to create: [[users]] with username, email, phone_number, password and,
    /// optionally, name and verified = true
    #[arg(long, value_name = "FILE")]
    fixtures: Option<PathBuf>,
}

impl Dev {
    pub(super) async fn run(self, sources: Sources) -> Result<(), Failure> {
        let (settings, _traces) =
            load_traced(Sources { dev: true, flags: self.api.as_settings(), ..sources })?;
        listen::check_loopback(settings.server.listen, self.sandbox.allow_remote)?;
        let (api_listener, api_address) = listen::bind(settings.server.listen, "--listen")?;
        let (sandbox_listener, sandbox_address) = self.sandbox.bind()?;
        let database = settings.database_alone()?;
        let clock = Clock::system();
        let fixtures = self.fixtures.as_deref().map(|path| fixtures(path, &settings)).transpose()?;
        let sandbox = Embedded::new(clock.clone());
        let limits = settings.limit_settings();
        let options = ApiOptions {
            secret: secret(&settings, &database.url)?,
            database,
            twilio: sandbox_settings(sandbox_address, settings.twilio.max_calls),
            clock,
            mode: Mode::Dev,
            limits: if self.strict_limits { limits } else { limits.without_addresses() },
        };
        let api = Api::build(&settings, options, api_listener).await?;
        let stages = Stages::new(api.auth(), sandbox.phones());
        let options =
            self.sandbox.options().api(format!("http://{api_address}")).extension(stages.extension());
        let sandbox_server = sandbox.server(sandbox_listener, options).map_err(Failure::failed)?;
        let metrics = api.ready_metrics();
        api.run(vec![sandbox_server], self.sandbox.exit_with_stdin, async || {
            if let Some(fixtures) = fixtures {
                stages
                    .load(fixtures)
                    .await
                    .map_err(|error| Failure::Usage(format!("--fixtures: {error}")))?;
            }
            print_line(&format!("ready api=http://{api_address} sandbox=http://{sandbox_address}{metrics}"))?;
            print_for_people(&banner(api_address, sandbox_address));
            Ok(())
        })
        .await
    }
}

fn fixtures(path: &Path, settings: &Settings) -> Result<Fixtures, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::Usage(format!("{}:\n{error}", path.display()));
    Fixtures::parse(read_fixtures(path)?, &settings.policy()).map_err(|error| wrong(&error))
}

/// Returns the settings of Twilio for the own sandbox. `dev` ignores the configured base URL.
fn sandbox_settings(address: SocketAddr, max_calls: usize) -> twilio_verify::Settings {
    let reachable = if address.ip().is_unspecified() {
        SocketAddr::new(std::net::Ipv4Addr::LOCALHOST.into(), address.port())
    } else {
        address
    };
    twilio_verify::Settings {
        base_url: format!("http://{reachable}"),
        max_calls,
        ..twilio_verify::Settings::new(
            twilio_verify_sandbox::ACCOUNT_SID,
            twilio_verify_sandbox::AUTH_TOKEN.into(),
            twilio_verify_sandbox::SERVICE_SID,
        )
    }
}

fn banner(api: SocketAddr, sandbox: SocketAddr) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "
countersign {version} · dev mode: codes go to a virtual phone, nothing is sent

  API            http://{api}/v1
  docs           http://{api}/docs/
  virtual phone  http://{sandbox}/

  Paste this to sign up. The README has the next steps:

  curl -sS http://{api}/v1/users/signup --json '{{\"name\":\"Ada Lovelace\",\"username\":\"ada\",\"password\":\"correct horse battery staple\",\"phone_number\":\"+1 201 555 0123\",\"email\":\"ada@example.com\"}}'
"
    )
}
