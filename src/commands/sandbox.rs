//! `countersign sandbox`

use std::net::{SocketAddr, TcpListener};

use clap::Args;
use countersign::config::Sources;
use movable_clock::Clock;

use super::stop::{self, StopListener, StopReason};
use super::{Failure, listen, load, print_for_people, print_line};

/// The flags that `dev` and `sandbox` share.
#[derive(Args)]
pub(super) struct SandboxFlags {
    /// The address of the sandbox. Port 0 selects a free port
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:3001")]
    sandbox_listen: SocketAddr,
    /// Allow addresses that other machines can reach. Anyone there can read codes.
    #[arg(long)]
    pub(super) allow_remote: bool,
    /// An additional host name that requests to the sandbox may use. Can be repeated
    #[arg(long, value_name = "NAME")]
    allowed_host: Vec<String>,
    /// Exit when standard input closes, so that a killed test suite leaves no process behind
    #[arg(long)]
    pub(super) exit_with_stdin: bool,
}

impl SandboxFlags {
    pub(super) fn bind(&self) -> Result<(TcpListener, SocketAddr), Failure> {
        listen::check_loopback(self.sandbox_listen, self.allow_remote)?;
        listen::bind(self.sandbox_listen, "--sandbox-listen")
    }

    pub(super) fn options(&self) -> twilio_verify_sandbox::Options {
        twilio_verify_sandbox::Options::new().allow_hosts(self.allowed_host.clone())
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
        let mut stop_listener = StopListener::start(self.flags.exit_with_stdin)?;
        let handle = server.handle();
        let running = actix_web::rt::spawn(server);
        print_line(&format!("ready sandbox=http://{address}"))?;
        print_for_people(&format!(
            "\nA test double of Twilio Verify v2. Use http://{address} instead of {} in your program:\n\n  \
             TWILIO_ACCOUNT_SID={} TWILIO_AUTH_TOKEN={} TWILIO_VERIFICATION_SID={}\n",
            twilio_verify::TWILIO_BASE_URL,
            twilio_verify_sandbox::ACCOUNT_SID,
            twilio_verify_sandbox::AUTH_TOKEN,
            twilio_verify_sandbox::SERVICE_SID,
        ));
        let stop = stop_listener.next().await;
        if matches!(stop, StopReason::InputClosed) {
            tracing::info!("{}", stop::INPUT_CLOSED);
        }
        handle.stop(matches!(stop, StopReason::Signal)).await;
        running.await.map_err(Failure::failed)?.map_err(Failure::failed)
    }
}
