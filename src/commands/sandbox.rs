//! `countersign sandbox`

use std::net::{SocketAddr, TcpListener};

use clap::Args;
use countersign::config::Sources;
use movable_clock::Clock;

use super::stop::{self, Stop};
use super::{Failure, listen, load, tell_people, tell_script};

/// What `dev` and `sandbox` share.
#[derive(Args)]
pub(super) struct SandboxFlags {
    /// Where the sandbox listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:3001")]
    sandbox_listen: SocketAddr,
    /// Listen on addresses that other machines can reach. Everybody there can read codes.
    #[arg(long)]
    pub(super) allow_remote: bool,
    /// A name, beside this machine's own, under which the sandbox may be asked; may be repeated
    #[arg(long, value_name = "NAME")]
    allowed_host: Vec<String>,
    /// End when standard input closes, so that a killed suite leaves nothing behind
    #[arg(long)]
    pub(super) exit_with_stdin: bool,
}

impl SandboxFlags {
    pub(super) fn bind(&self) -> Result<(TcpListener, SocketAddr), Failure> {
        listen::check_loopback(self.sandbox_listen, self.allow_remote)?;
        listen::bind(self.sandbox_listen, "--sandbox-listen")
    }

    pub(super) fn options(&self) -> twilio_verify_sandbox::Options {
        twilio_verify_sandbox::Options {
            allowed_hosts: self.allowed_host.clone(),
            ..twilio_verify_sandbox::Options::default()
        }
    }
}

/// The command's flags.
#[derive(Args)]
pub(super) struct Sandbox {
    #[command(flatten)]
    flags: SandboxFlags,
}

impl Sandbox {
    pub(super) async fn run(self, sources: Sources) -> Result<(), Failure> {
        load(Sources { dev: true, ..sources })?;
        let (listener, address) = self.flags.bind()?;
        let server = twilio_verify_sandbox::Embedded::new(Clock::system())
            .server(listener, self.flags.options())
            .map_err(Failure::failed)?;
        let mut requests = stop::Requests::listen(self.flags.exit_with_stdin)?;
        let handle = server.handle();
        let running = actix_web::rt::spawn(server);
        tell_script(&format!("ready sandbox=http://{address}"))?;
        tell_people(&format!(
            "\nA double of Twilio Verify v2. Point your program at http://{address} instead of {}:\n\n  \
             TWILIO_ACCOUNT_SID={} TWILIO_AUTH_TOKEN={} TWILIO_VERIFICATION_SID={}\n",
            twilio_verify::TWILIO_BASE_URL,
            twilio_verify_sandbox::ACCOUNT_SID,
            twilio_verify_sandbox::AUTH_TOKEN,
            twilio_verify_sandbox::SERVICE_SID,
        ));
        let stop = requests.next().await;
        if matches!(stop, Stop::InputClosed) {
            tracing::info!("{}", stop::INPUT_CLOSED);
        }
        handle.stop(matches!(stop, Stop::Signal)).await;
        running.await.map_err(Failure::failed)?.map_err(Failure::failed)
    }
}
