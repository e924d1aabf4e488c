//! Measures the server against what it is made of, and prints ratios: log-ins against argon2id alone,
//! `GET /v1/users/me` against a bare actix-web route, and others (`figures.rs`). What is compared is measured in one
//! run, in rounds that take turns, because two runs on a busy machine cannot be compared.
//!
//! ```text
//! cargo bench                                  about three minutes
//! cargo bench -- --quick                       about one, rough
//! cargo bench -- me verify                     these figures alone
//! BENCH_DATABASE_URL=postgres://… cargo bench  on PostgreSQL too, in a database that may be written to
//! ```
//!
//! The measuring is done in a child process, so that the server's log can go to a file, as it does in
//! production, and no variable of the environment changes the configuration.

mod alone;
mod cpu;
mod figures;
mod load;
mod many_users;
mod measure;
mod memory;
mod person;
mod proxy;
mod report;
mod response;
mod round_trips;
mod servers;
mod stand_in;

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// The server's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What every function here may fail with: a sentence for whoever runs the benchmark.
type Failure = Box<dyn Error + Send + Sync>;

/// Marks the child process; its value is the folder to work in.
const CHILD: &str = "RATIOS_FOLDER";
/// Names the PostgreSQL database to measure on.
const DATABASE: &str = "BENCH_DATABASE_URL";
/// Last lines of the child's log to show when it fails.
const LOG_TAIL: usize = 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo bench` says so; whatever else runs this (`cargo test --all-targets`) does not want to wait.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let outcome = match (std::env::var_os(CHILD), std::env::var(memory::SERVER)) {
        (_, Ok(task)) => memory::serve(&task),
        (Some(folder), _) => {
            let quick = arguments.iter().any(|argument| argument == "--quick");
            let wanted = arguments.into_iter().filter(|argument| !argument.starts_with("--")).collect();
            figures::print(Path::new(&folder), std::env::var(DATABASE).ok(), quick, wanted)
        }
        (None, _) => in_a_child(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report::complain(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

fn in_a_child(arguments: &[String]) -> Result<(), Failure> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ratios-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let log = folder.join("log");
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).env_clear().env(CHILD, &folder).current_dir(&folder);
    command.stdin(Stdio::null()).stderr(File::create(&log)?);
    if let Some(url) = std::env::var_os(DATABASE) {
        command.env(DATABASE, url);
    }
    let status = command.status()?;
    let lines: Vec<String> = match status.success() {
        true => Vec::new(),
        false => BufReader::new(File::open(&log)?).lines().map_while(Result::ok).collect(),
    };
    std::fs::remove_dir_all(&folder)?;
    if status.success() {
        return Ok(());
    }
    lines.iter().skip(lines.len().saturating_sub(LOG_TAIL)).for_each(|line| report::complain(line));
    Err("the benchmark failed".into())
}
