//! `countersign keys`

use chrono::{SecondsFormat, TimeDelta};
use clap::{Args, Subcommand};
use countersign::auth::{self, KeyState};
use countersign::config::{Settings, Sources};
use movable_clock::Clock;
use storage::Db;

use super::secret_file::secret;
use super::{Failure, load, print_line};

/// The subcommands of `keys`.
#[derive(Subcommand)]
pub(super) enum Keys {
    /// List the keys that sign tokens, one per line. The key that signs last comes first.
    List(Common),
    /// Create a new key. It is published at once and signs after tokens.key_lead_seconds. The old key is kept
    /// until its last token has expired. Running servers pick up the new key.
    Rotate {
        #[command(flatten)]
        common: Common,
        /// Sign with the new key at once. Use this if a key may have leaked. Resource servers that cache the
        /// JWK Set reject new tokens until they fetch it again.
        #[arg(long)]
        now: bool,
    },
}

/// The flags of all subcommands.
#[derive(Args)]
pub(super) struct Common {
    /// sqlite://PATH or postgres://…
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Use the settings, database and secret file of `dev`
    #[arg(long)]
    dev: bool,
}

impl Keys {
    pub(super) async fn run(self, sources: Sources) -> Result<(), Failure> {
        match self {
            Self::List(common) => list(common.open(sources).await?).await,
            Self::Rotate { common, now } => rotate(common.open(sources).await?, now).await,
        }
    }
}

/// A database with keys, and its settings.
struct KeyDatabase {
    settings: Settings,
    db: Db,
    dev: bool,
}

impl Common {
    async fn open(self, sources: Sources) -> Result<KeyDatabase, Failure> {
        let flags = self.database_url.into_iter().map(|url| ("database.url", url)).collect();
        let settings = load(Sources { flags, dev: self.dev, ..sources })?;
        let database = storage::Settings { migrate: false, ..settings.database_alone()? };
        // A mistyped path must not create an empty database.
        if let Some(path) = database.url.file().filter(|path| !path.exists()) {
            return Err(Failure::failed(format!("{}: this database does not exist", path.display())));
        }
        let db = Db::open(&database).await.map_err(Failure::failed)?;
        Ok(KeyDatabase { settings, db, dev: self.dev })
    }
}

async fn list(KeyDatabase { settings, db, .. }: KeyDatabase) -> Result<(), Failure> {
    let keys = auth::list_keys(&db, &settings.token_settings(), Clock::system().now()).await;
    for key in keys.map_err(Failure::failed)? {
        let state = match key.state {
            KeyState::Waiting => "waiting",
            KeyState::Signing => "signing",
            KeyState::Checking => "checking",
            KeyState::Forgotten => "forgotten",
        };
        let time = |time: chrono::DateTime<_>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        let created_at = time(key.created_at);
        let signs_from = time(key.signs_from);
        print_line(&format!("{} {state} created_at={created_at} signs_from={signs_from}", key.kid))?;
    }
    Ok(())
}

async fn rotate(KeyDatabase { settings, db, dev }: KeyDatabase, at_once: bool) -> Result<(), Failure> {
    let lead = if at_once { 0 } else { settings.tokens.key_lead_seconds };
    let secret =
        if dev { secret(&settings, &settings.database_alone()?.url)? } else { settings.secret_alone()? };
    let lead = TimeDelta::seconds(lead.into());
    let kid = auth::rotate_keys(&db, &secret, &settings.token_settings(), lead, Clock::system().now()).await;
    print_line(&kid.map_err(Failure::failed)?)
}
