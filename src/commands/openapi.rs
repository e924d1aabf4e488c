//! `countersign openapi`

use clap::{Args, ValueEnum};
use countersign::http::document::openapi;

use super::{Failure, print_line};

/// The command's flags.
#[derive(Args)]
pub(super) struct Openapi {
    /// The version of OpenAPI. Use 3.0 for generators without 3.1
    #[arg(long, value_enum, default_value = "3.1")]
    oas: Version,
}

#[derive(Clone, Copy, ValueEnum)]
enum Version {
    #[value(name = "3.1")]
    V3_1,
    #[value(name = "3.0")]
    V3_0,
}

impl Openapi {
    pub(super) fn run(self) -> Result<(), Failure> {
        let document = match self.oas {
            Version::V3_1 => openapi::document(),
            Version::V3_0 => openapi::document_3_0(),
        };
        print_line(&serde_json::to_string_pretty(&document).map_err(Failure::failed)?)
    }
}
