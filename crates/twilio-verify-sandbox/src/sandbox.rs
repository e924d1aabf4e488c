//! A sandbox that runs on a thread of its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fmt, io};

use actix_web::dev::ServerHandle;
use movable_clock::Clock;
use tokio::sync::oneshot;

use super::faults::journal::RequestFilter;
use super::faults::recorded_request::RecordedRequest;
use super::handles::authenticator;
use super::handles::clock::SandboxClock;
use super::handles::faults::Faults;
use super::handles::journal::Journal;
use super::handles::phones::{NoMessage, Phones};
use super::options::Options;
use super::phone::message::{Message, MessageFilter};
use super::server::Embedded;
use super::state::State;
use super::{ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID};

/// A running sandbox. It serves Twilio's API on a thread of its own until it is dropped.
///
/// It can be started from any async runtime and from several tests at once: each sandbox has its own port and its own
/// memory. The methods below need no HTTP. The `wait_for_…` methods need a tokio runtime with a timer, such as that of
/// `#[tokio::test]`.
///
/// ```
/// use std::time::Duration;
/// use twilio_verify_sandbox::{Effect, NewFault, OperationKind, Sandbox};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::start().await?;
/// let base_url = sandbox.url(); // instead of https://verify.twilio.com
///
/// // The next start fails with 503.
/// sandbox.faults().make(NewFault::new(OperationKind::Start, Effect::status(503)))?;
///
/// // Point the program at `base_url`, let it send a code, then read the code:
/// let code = sandbox.wait_for_code("+12015550123", Duration::from_millis(10)).await;
/// # assert!(code.is_err() && base_url.starts_with("http://127.0.0.1:"));
/// # Ok(())
/// # }
/// ```
pub struct Sandbox {
    state: Arc<State>,
    address: SocketAddr,
    running: Option<Running>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// No port or no thread is available.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Returns a builder, to set the address, the clock or more host names.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            clock: Clock::system(),
            options: Options::default(),
        }
    }

    /// Returns the base URL that replaces `https://verify.twilio.com` and `https://lookups.twilio.com`, without a slash
    /// at the end.
    pub fn url(&self) -> String {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        format!("http://{}", SocketAddr::new(ip, self.address.port()))
    }

    /// Returns the address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the SID of the [well-known account](ACCOUNT_SID).
    pub fn account_sid(&self) -> &'static str {
        ACCOUNT_SID
    }

    /// Returns the [auth token](AUTH_TOKEN) that it accepts.
    pub fn auth_token(&self) -> &'static str {
        AUTH_TOKEN
    }

    /// Returns the SID of the [well-known service](SERVICE_SID).
    pub fn service_sid(&self) -> &'static str {
        SERVICE_SID
    }

    /// Returns every message, newest first.
    pub fn messages(&self) -> Vec<Message> {
        self.phones().messages(&MessageFilter::new())
    }

    /// Returns the messages to a phone number or email address, newest first.
    pub fn messages_to(&self, to: &str) -> Vec<Message> {
        self.phones().messages(&MessageFilter::new().to(to))
    }

    /// Returns the code in the newest message to a phone number or email address.
    pub fn code_to(&self, to: &str) -> Option<String> {
        self.phones().code_to(to)
    }

    /// Returns the code in the newest message to a phone number or email address. If there is none, it waits for one.
    /// See [`Phones::wait_for_code`].
    ///
    /// # Errors
    /// No message arrives in time.
    pub async fn wait_for_code(&self, to: &str, timeout: Duration) -> Result<String, NoMessage> {
        self.phones().wait_for_code(to, timeout).await
    }

    /// Returns every recorded request, newest first.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.journal().requests(&RequestFilter::new())
    }

    /// Returns the code that an authenticator shows now for a TOTP factor, `YF…`.
    pub fn totp_code(&self, factor_sid: &str) -> Option<String> {
        authenticator::code(&self.state, None, factor_sid)
    }

    /// Returns the virtual phones and mailboxes.
    pub fn phones(&self) -> Phones {
        Phones::new(self.state.clone())
    }

    /// Returns the faults.
    pub fn faults(&self) -> Faults {
        Faults::new(self.state.clone())
    }

    /// Returns the journal of requests.
    pub fn journal(&self) -> Journal {
        Journal::new(self.state.clone())
    }

    /// Returns the clock.
    pub fn clock(&self) -> SandboxClock {
        SandboxClock::new(self.state.clone())
    }

    /// Forgets everything: messages, verifications, created services, the journal and all faults. The clock goes back to
    /// real time.
    pub fn reset(&self) {
        self.state.reset();
        self.state.changed();
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sandbox").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been reported there.
            let _ = thread.join();
        }
    }
}

/// A server. It stops at once when this is dropped.
struct Running(ServerHandle);

impl Drop for Running {
    fn drop(&mut self) {
        // The command is sent by the call; awaiting the future would only wait for its execution.
        drop(self.0.stop(false));
    }
}

/// Settings of a [`Sandbox`].
///
/// ```
/// use movable_clock::Clock;
/// use twilio_verify_sandbox::Sandbox;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// // The program under test and the sandbox share a clock.
/// let clock = Clock::system();
/// let sandbox = Sandbox::builder().clock(clock.clone()).start().await?;
/// clock.advance(600);
/// assert_eq!(sandbox.clock().offset().as_secs(), 600);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder starts nothing until `start`"]
pub struct SandboxBuilder {
    listen: SocketAddr,
    clock: Clock,
    options: Options,
}

impl SandboxBuilder {
    /// Sets the address to listen on. The default is a free port of 127.0.0.1.
    ///
    /// The sandbox has no secrets. If other machines can reach the address, they can read the codes.
    pub fn listen(self, address: SocketAddr) -> Self {
        Self { listen: address, ..self }
    }

    /// Sets the clock. The default is a new one that shows real time.
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Accepts a host name, without a port, besides those of loopback. A container needs the name of its service.
    pub fn allow_host(self, name: impl Into<String>) -> Self {
        Self { options: self.options.allow_hosts([name.into()]), ..self }
    }

    /// Starts the sandbox.
    ///
    /// # Errors
    /// The address cannot be bound, or no thread is available.
    pub async fn start(self) -> io::Result<Sandbox> {
        let listener = TcpListener::bind(self.listen)?;
        let address = listener.local_addr()?;
        let embedded = Embedded::new(self.clock);
        let state = embedded.state();
        let options = self.options;
        let (sender, started) = oneshot::channel();
        let thread = thread::Builder::new().name("twilio-sandbox".into()).spawn(move || {
            actix_web::rt::System::new().block_on(serve(embedded, listener, options, sender));
        })?;
        let running = started.await.map_err(|_| io::Error::other("the sandbox's thread ended"))??;
        Ok(Sandbox { state, address, running: Some(running), thread: Some(thread) })
    }
}

async fn serve(
    embedded: Embedded,
    listener: TcpListener,
    options: Options,
    started: oneshot::Sender<io::Result<Running>>,
) {
    // If the receiver is gone, `Running` is dropped here and stops the server.
    match embedded.server(listener, options) {
        Ok(server) => {
            let _ = started.send(Ok(Running(server.handle())));
            if let Err(error) = server.await {
                tracing::error!(%error, "sandbox failed");
            }
        }
        Err(error) => drop(started.send(Err(error))),
    }
}
