//! The command line.

mod commands;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a wrong command line or configuration exits with, as clap does.
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    match commands::run(commands::CommandLine::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(commands::Failure::Usage(message)) => say(&message, ExitCode::from(EXIT_USAGE)),
        Err(commands::Failure::Failed(message)) => say(&message, ExitCode::FAILURE),
    }
}

#[allow(clippy::print_stderr, reason = "the last word of a program that could not do what it was asked")]
fn say(message: &str, code: ExitCode) -> ExitCode {
    eprintln!("countersign: {message}");
    code
}
