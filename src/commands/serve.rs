//! `countersign serve`

use clap::Args;
use countersign::auth::Mode;
use countersign::config::Sources;
use movable_clock::Clock;

use super::api::{Api, Chosen};
use super::{ApiFlags, Failure, listen, load_traced, tell_script};

/// The command's flags.
#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    api: ApiFlags,
    /// Take another Twilio base URL than Twilio's own, and the sandbox's credentials. Codes then go wherever
    /// that URL leads.
    #[arg(long)]
    i_am_testing: bool,
}

impl Serve {
    pub(super) async fn run(self, sources: Sources) -> Result<(), Failure> {
        let sources = Sources { honour_port: true, flags: self.api.as_settings(), ..sources };
        let (settings, _traces) = load_traced(sources)?;
        let deployment = settings.production(self.i_am_testing)?;
        if self.i_am_testing {
            tracing::warn!(base_url = %settings.twilio.base_url, "--i-am-testing: codes may not go to Twilio");
        }
        if settings.server.listen.ip().is_loopback() && settings.server.trusted_proxies.is_empty() {
            tracing::warn!(
                "server.trusted_proxies is empty: whoever comes through a proxy on this machine counts as one address"
            );
        }
        let (listener, address) = listen::bind(settings.server.listen, "--listen")?;
        let chosen = Chosen {
            database: deployment.database,
            secret: deployment.secret,
            twilio: deployment.twilio,
            clock: Clock::system(),
            mode: Mode::Production,
            limits: settings.limit_settings(),
        };
        let api = Api::build(&settings, chosen, listener).await?;
        let metrics = api.ready_metrics();
        api.run(vec![], false, async || tell_script(&format!("ready api=http://{address}{metrics}"))).await
    }
}
