//! `countersign doctor`: checks what `serve` needs, and prints one line per check.
//!
//! `probe` collects facts from files, the database, Twilio and this machine. The other files judge them. A
//! check is left out if an earlier one found that its precondition is missing.

mod database;
mod machine;
mod probe;
mod report;
mod settings;
mod twilio;

use clap::Args;
use countersign::config::Sources;
use movable_clock::Clock;

use self::report::{Check, Report};
use super::{Failure, print_line};

/// The command's flags.
#[derive(Args)]
pub(super) struct Doctor {
    /// Print one JSON object instead of lines: {"checks": [{"name", "status", "detail"}]}
    #[arg(long)]
    json: bool,
    /// sqlite://PATH or postgres://…
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Allow what `serve --i-am-testing` allows: a Twilio base URL other than Twilio's own, and the sandbox's
    /// credentials.
    #[arg(long)]
    i_am_testing: bool,
}

impl Doctor {
    /// Runs the checks. Does not start the log, because the report says everything.
    pub(super) async fn run(self, sources: Sources) -> Result<(), Failure> {
        let flags = self.database_url.into_iter().map(|url| ("database.url", url)).collect();
        let settings = Sources { honour_port: true, flags, ..sources }.load()?;
        let clock = Clock::system();

        let mut checks = settings::configuration(settings.production(self.i_am_testing).err().as_ref());
        checks.extend(settings::secret_files(&probe::secret_files()?));
        checks.push(settings::issuer(&settings.tokens.issuer));
        checks.extend(settings::regions(&settings.codes.regions));
        checks.extend(settings::limits(&settings.limit_settings()));
        if let Ok(database) = settings.database_alone() {
            let secret = probe::secret(&settings);
            let seen = probe::database(&database.url, &clock).await;
            checks.extend(database::judge(&database.url, seen, settings.database.migrate, secret.as_ref()));
        }
        if let Some(client) = probe::twilio_client(&settings, self.i_am_testing) {
            let seen = probe::service(&client, &clock).await;
            checks.extend(twilio::judge(&settings.twilio.base_url, seen, settings.codes.length));
        }
        checks.extend(probe::one_hash(settings.hashing()).await.map(machine::argon2));

        let report = Report::new(checks);
        print_line(&if self.json { report.to_json().map_err(Failure::failed)? } else { report.to_text() })?;
        match report.problems() {
            0 => Ok(()),
            1 => Err(Failure::Failed("1 problem".into())),
            several => Err(Failure::Failed(format!("{several} problems"))),
        }
    }
}
