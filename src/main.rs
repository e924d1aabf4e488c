//! The command line.

mod commands;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The exit code of an invalid command line or configuration, the same as that of clap.
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    match commands::run(commands::CommandLine::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(commands::Failure::Usage(message)) => fail(&message, ExitCode::from(EXIT_USAGE)),
        Err(commands::Failure::Failed(message)) => fail(&message, ExitCode::FAILURE),
    }
}

#[allow(clippy::print_stderr, reason = "a command reports its failure to the user")]
fn fail(message: &str, code: ExitCode) -> ExitCode {
    eprintln!("countersign: {message}");
    code
}
