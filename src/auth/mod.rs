//! The rules, one use case per file, each an `impl Auth`. They know neither HTTP nor SQL.

mod client;
pub(crate) mod codes;
mod confirm_password;
mod contact_change;
mod contact_verify;
mod dashboard;
mod deletion;
mod deployment;
mod error;
pub(crate) mod events;
mod housekeeping;
pub(crate) mod limits;
mod login;
mod logout;
mod password_change;
mod password_reset;
pub(crate) mod passwords;
mod profile;
pub mod proof;
mod reason;
mod refresh;
mod resend;
mod run_to_completion;
mod sessions;
mod signup;
mod takeover;
pub(crate) mod tokens;
pub(crate) mod values;
mod verify;

use std::sync::Arc;

use movable_clock::Clock;
use storage::Db;
use twilio_verify::VerifyClient;

use crate::metrics::Metrics;
use codes::line_type::LineKeys;
use limits::Limits;
use run_to_completion::run_to_completion;
use tokens::keyring::Keyring;
use tokens::refresh_token::RefreshTokens;
use tokens::reset_token::ResetTokens;

pub use client::Client;
pub use codes::challenge::{Policy, RESEND_WAITS};
pub use codes::challenge_view::ChallengeView;
pub use codes::line_type::LineTypes;
pub use codes::send_code::Delivery;
pub use contact_change::ContactChange;
pub use contact_verify::ContactKind;
pub use dashboard::Dashboard;
pub(crate) use error::DATABASE_RETRY_AFTER;
pub use error::Error;
pub use events::event::default_webhook_events;
pub use housekeeping::{Housekeeper, HousekeepingSettings};
pub use limits::limit_kind::LimitKind;
pub use limits::limit_report::{LimitReport, LimitStatus};
pub use limits::rate::{InvalidRate, Rate};
pub use limits::settings::LimitSettings;
pub use limits::throttle::{Balance, Limit};
pub use login::{Login, PasswordOkGrant};
pub use password_change::PasswordChange;
pub use password_reset::{NewPassword, ResetGrant};
pub use passwords::hashing::{Hasher, Settings as HashingSettings};
pub use passwords::password_hash::HashParameters;
pub use profile::ProfileChange;
pub use reason::Reason;
pub use signup::SignUp;
pub use storage::{ActivityKind, EventKind, Mode, SessionScope, UnknownEvent};
pub use tokens::Tokens;
pub use tokens::jwt::Settings as TokenSettings;
pub use tokens::key_rotation::{KeyState, ListedKey, list_keys, rotate_keys};
pub use tokens::keys::{PublicKey, count_usable_keys};
pub use tokens::refresh_token::RefreshToken;
pub use tokens::reset_token::ResetToken;
pub use tokens::secret::{DeploymentSecret, WeakSecret};
pub use tokens::session::SessionPolicy;
pub use values::app_hash::AppHash;
pub use values::code::Code;
pub use values::contact::NewContact;
pub use values::email::Email;
pub use values::invalid::{Invalid, InvalidKind};
pub use values::locale::Locale;
pub use values::name::Name;
pub use values::password::Password;
pub use values::phone_number::{PhoneNumber, Territory};
pub use values::region::{Region, Regions, UnknownRegion};
pub use values::username::Username;

/// The longest time for which resource servers may cache the public keys, in seconds. It bounds how long a
/// key that was created in an emergency (`keys rotate --now`) stays unknown to them.
const MAX_KEYS_AGE: i64 = 300;

/// The dependencies of the rules.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Hashes passwords on threads of its own.
    pub hasher: Hasher,
    /// The client of Twilio Verify or of the sandbox.
    pub twilio: VerifyClient,
    /// The policy for one-time codes.
    pub policy: Policy,
    /// Issuer, audience and lifetimes of tokens.
    pub tokens: TokenSettings,
    /// The lifetimes of sessions.
    pub sessions: SessionPolicy,
    /// The rate limits.
    pub limits: LimitSettings,
    /// The secret from which keys are derived.
    pub secret: DeploymentSecret,
    /// The events that webhooks report; empty without a webhook.
    pub webhooks: Vec<EventKind>,
    /// The metrics.
    pub metrics: Metrics,
    /// `dev` or `serve`.
    pub mode: Mode,
}

/// The application. Clones share everything.
#[derive(Clone)]
pub struct Auth {
    db: Db,
    clock: Clock,
    hasher: Hasher,
    twilio: VerifyClient,
    policy: Arc<Policy>,
    keyring: Arc<Keyring>,
    refresh_tokens: Arc<RefreshTokens>,
    reset_tokens: Arc<ResetTokens>,
    limits: Arc<Limits>,
    line_keys: Arc<LineKeys>,
    sessions: SessionPolicy,
    webhooks: Arc<[EventKind]>,
    metrics: Metrics,
    mode: Mode,
}

impl Auth {
    /// Claims the database for the mode, and loads or creates the signing keys.
    ///
    /// # Errors
    /// [`Error::OtherMode`] if the database belongs to the other mode, [`Error::OtherSecret`] if its keys
    /// were sealed with another secret.
    pub async fn new(parts: Parts) -> Result<Self, Error> {
        let Parts {
            db,
            clock,
            hasher,
            twilio,
            policy,
            tokens,
            sessions,
            limits,
            secret,
            webhooks,
            metrics,
            mode,
        } = parts;
        let now = clock.now();
        deployment::claim(&db, mode, now).await?;
        let keys = tokens::keys::load_or_create(&db, &secret, mode, now).await?;
        Ok(Self {
            refresh_tokens: Arc::new(RefreshTokens::new(&secret)?),
            reset_tokens: Arc::new(ResetTokens::new(&secret)?),
            limits: Arc::new(Limits::new(&secret, limits)?),
            line_keys: Arc::new(LineKeys::new(&secret)?),
            keyring: Arc::new(Keyring::new(tokens, &keys, secret, mode, now)?),
            policy: Arc::new(policy),
            sessions,
            webhooks: webhooks.into(),
            metrics,
            db,
            clock,
            hasher,
            twilio,
            mode,
        })
    }

    /// Returns the same application with another clock.
    pub fn at(&self, clock: Clock) -> Self {
        Self { clock, ..self.clone() }
    }

    /// Returns the same application without the limits per client address.
    pub fn without_address_limits(&self) -> Self {
        Self { limits: Arc::new(self.limits.without_addresses()), ..self.clone() }
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The policy for one-time codes.
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// The metrics.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Renders the metrics in Prometheus' text format, with the current state of the database pool.
    pub fn render_metrics(&self) -> String {
        if let Some(pool) = self.db.pool() {
            self.metrics.pool(pool.used, pool.idle, pool.waiting);
        }
        self.metrics.render()
    }

    /// `dev` or `serve`.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the public keys that an unexpired token may name.
    pub async fn public_keys(&self) -> Vec<PublicKey> {
        let now = self.clock.now();
        self.keyring.current(&self.db, now).await.public_keys(now).cloned().collect()
    }

    /// Returns how long a resource server may cache the public keys, in seconds. When a new key begins to
    /// sign, every cache holds it.
    pub fn public_keys_max_age(&self) -> i64 {
        (self.keyring.settings().key_lead.num_seconds() / 2).min(MAX_KEYS_AGE)
    }

    /// The issuer of the tokens.
    pub fn issuer(&self) -> &str {
        &self.keyring.settings().issuer
    }

    /// Runs work that would block other requests, on one of the hashing threads.
    ///
    /// # Errors
    /// [`Error::Overloaded`].
    pub async fn run_blocking<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, Error> {
        self.hasher.run(work).await
    }

    /// Checks that the database answers.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        Ok(self.db.ping().await?)
    }
}
