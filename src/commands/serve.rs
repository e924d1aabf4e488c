//! `countersign serve`

use clap::Args;
use countersign::auth::Mode;
use countersign::config::Sources;
use movable_clock::Clock;

use super::api::{Api, ApiOptions};
use super::{ApiFlags, Failure, listen, load_traced, print_line};

/// The command's flags.
#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    api: ApiFlags,
    /// Allow a Twilio base URL other than Twilio's own, and the sandbox's credentials. Codes then go to that
    /// URL.
    #[arg(long)]
    i_am_testing: bool,
}

impl Serve {
    pub(super) async fn run(self, sources: Sources) -> Result<(), Failure> {
        let sources = Sources { honour_port: true, flags: self.api.as_settings(), ..sources };
        let (settings, _traces) = load_traced(sources)?;
        let deployment = settings.production(self.i_am_testing)?;
        if self.i_am_testing {
            let base_url = &settings.twilio.base_url;
            tracing::warn!(%base_url, "--i-am-testing: codes may not go to Twilio");
        }
        if settings.server.listen.ip().is_loopback() && settings.server.trusted_proxies.is_empty() {
            tracing::warn!(
                "server.trusted_proxies is empty: all clients of a proxy on this machine count as one address"
            );
        }
        let (listener, address) = listen::bind(settings.server.listen, "--listen")?;
        let options = ApiOptions {
            database: deployment.database,
            secret: deployment.secret,
            twilio: deployment.twilio,
            clock: Clock::system(),
            mode: Mode::Production,
            limits: settings.limit_settings(),
        };
        let api = Api::build(&settings, options, listener).await?;
        let metrics = api.ready_metrics();
        api.run(vec![], false, async || print_line(&format!("ready api=http://{address}{metrics}"))).await
    }
}
