//! `countersign twilio`

use clap::Subcommand;
use countersign::config::Sources;
use twilio_verify::{FriendlyName, VerifyClient};

use super::{Failure, load, print_line};

/// The command's subcommands.
#[derive(Subcommand)]
pub(super) enum Twilio {
    /// Create the Verify service, once, and print its SID
    CreateService {
        /// The name in messages: 1 to 30 letters, digits (at most 4), spaces, hyphens and underscores
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
                let sid =
                    client.create_service(&friendly_name).await.map_err(|failure| to_failure(&failure))?;
                print_line(sid.as_str())
            }
        }
    }
}

/// Converts an error of Twilio: its code and message, and a hint for the operator.
fn to_failure(failure: &twilio_verify::Failure) -> Failure {
    let words = failure.message().map(|message| format!("\n  Twilio says: {message}"));
    let cause = failure.cause().map(|cause| format!("\n  {cause}"));
    let hint = failure.hint().map(|hint| format!("\n  {hint}"));
    let more: String = words.into_iter().chain(cause).chain(hint).collect();
    Failure::Failed(format!("{failure}{more}"))
}
