//! `countersign twilio`

use clap::Subcommand;
use countersign::config::Sources;
use countersign::twilio::VerifyClient;

use super::{Failure, load, tell_script};

/// The command's subcommands.
#[derive(Subcommand)]
pub(super) enum Twilio {
    /// Create the Verify service, once, and print its SID
    CreateService {
        /// The name that messages show: up to 30 letters, digits, spaces, hyphens and underscores
        #[arg(long, value_name = "NAME")]
        friendly_name: String,
    },
}

impl Twilio {
    pub(super) async fn run(self, sources: Sources) -> Result<(), Failure> {
        let settings = load(sources)?;
        let client = VerifyClient::new(settings.twilio_alone()?).map_err(Failure::failed)?;
        match self {
            Self::CreateService { friendly_name } => {
                let sid = client.create_service(&friendly_name).await.map_err(Failure::failed)?;
                tell_script(sid.as_str());
                Ok(())
            }
        }
    }
}
