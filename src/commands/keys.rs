//! `countersign keys`

use chrono::{SecondsFormat, TimeDelta};
use clap::{Args, Subcommand};
use countersign::auth::{self, KeyState};
use countersign::config::{Settings, Sources};
use movable_clock::Clock;
use storage::Db;

use super::secret_file::secret;
use super::{Failure, load, tell_script};

/// The commands below `keys`.
#[derive(Subcommand)]
pub(super) enum Keys {
    /// The keys that sign tokens: a line each, the one that signs last first.
    List(Common),
    /// Make a new key. It is published at once and signs after tokens.key_lead_seconds; the old one is kept until
    /// its last token has expired. Servers learn of it by themselves.
    Rotate {
        #[command(flatten)]
        common: Common,
        /// Sign with it at once. Resource servers that keep the JWK Set refuse its tokens until they fetch it again.
        #[arg(long)]
        now: bool,
    },
}

/// What both take.
#[derive(Args)]
pub(super) struct Common {
    /// sqlite://PATH or postgres://…
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// The settings of `dev`, its database and its secret file
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

struct Opened {
    settings: Settings,
    db: Db,
    dev: bool,
}

impl Common {
    async fn open(self, sources: Sources) -> Result<Opened, Failure> {
        let flags = self.database_url.into_iter().map(|url| ("database.url", url)).collect();
        let settings = load(Sources { flags, dev: self.dev, ..sources })?;
        let database = storage::Settings { migrate: false, ..settings.database_alone()? };
        // Whoever mistypes a path shall not be shown the keys of a new, empty database.
        if let Some(path) = database.url.file().filter(|path| !path.exists()) {
            return Err(Failure::failed(format!("{}: there is no such database", path.display())));
        }
        let db = Db::open(&database).await.map_err(Failure::failed)?;
        Ok(Opened { settings, db, dev: self.dev })
    }
}

async fn list(Opened { settings, db, .. }: Opened) -> Result<(), Failure> {
    let keys = auth::list_keys(&db, &settings.token_settings(), Clock::system().now()).await;
    for key in keys.map_err(Failure::failed)? {
        let state = match key.state {
            KeyState::Waiting => "waiting",
            KeyState::Signing => "signing",
            KeyState::Checking => "checking",
            KeyState::Forgotten => "forgotten",
        };
        let time = |time: chrono::DateTime<_>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        let (created_at, signs_from) = (time(key.created_at), time(key.signs_from));
        tell_script(&format!("{} {state} created_at={created_at} signs_from={signs_from}", key.kid))?;
    }
    Ok(())
}

async fn rotate(Opened { settings, db, dev }: Opened, at_once: bool) -> Result<(), Failure> {
    let lead = if at_once { 0 } else { settings.tokens.key_lead_seconds };
    let secret = match dev {
        true => secret(&settings, &settings.database_alone()?.url)?,
        false => settings.secret_alone()?,
    };
    let lead = TimeDelta::seconds(lead.into());
    let kid = auth::rotate_keys(&db, &secret, &settings.token_settings(), lead, Clock::system().now()).await;
    tell_script(&kid.map_err(Failure::failed)?)
}
