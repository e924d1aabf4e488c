//! `countersign twilio`

use clap::Subcommand;
use countersign::config::Sources;
use twilio_verify::{FriendlyName, VerifyClient};

use super::{Failure, load, tell_script};

/// The command's subcommands.
#[derive(Subcommand)]
pub(super) enum Twilio {
    /// Create the Verify service, once, and print its SID
    CreateService {
        /// The name that messages show: 1 to 30 characters, which are letters, digits (at most 4), spaces, hyphens
        /// and underscores
        #[arg(long, value_name = "NAME", value_parser = FriendlyName::parse)]
        friendly_name: FriendlyName,
    },
}

impl Twilio {
    pub(super) async fn run(self, sources: Sources) -> Result<(), Failure> {
        let settings = load(sources)?;
        let client = VerifyClient::new(settings.twilio_alone()?).map_err(Failure::failed)?;
        match self {
            Self::CreateService { friendly_name } => {
                let sid = client.create_service(&friendly_name).await.map_err(|failure| told(&failure))?;
                tell_script(sid.as_str())
            }
        }
    }
}

/// What an operator can do with a refusal: Twilio's code and words, and what we make of them.
fn told(failure: &twilio_verify::Failure) -> Failure {
    let words = failure.message().map(|message| format!("\n  Twilio says: {message}"));
    let cause = failure.cause().map(|cause| format!("\n  {cause}"));
    let hint = failure.hint().map(|hint| format!("\n  {hint}"));
    let more: String = words.into_iter().chain(cause).chain(hint).collect();
    Failure::Failed(format!("{failure}{more}"))
}
