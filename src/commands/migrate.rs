//! `countersign migrate`

use clap::Args;
use countersign::config::Sources;
use storage::Db;

use super::{Failure, load};

/// The command's flags.
#[derive(Args)]
pub(super) struct Migrate {
    /// sqlite://PATH or postgres://…
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

impl Migrate {
    pub(super) async fn run(self, sources: Sources) -> Result<(), Failure> {
        let flags = self.database_url.into_iter().map(|url| ("database.url", url)).collect();
        let settings = load(Sources { flags, ..sources })?;
        Db::open(&settings.database_alone()?).await.map(drop).map_err(Failure::failed)
    }
}
