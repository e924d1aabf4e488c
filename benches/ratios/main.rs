//! Compares the server with its parts and prints ratios: log-ins with Argon2id alone, `GET /v1/users/me` with
//! a bare actix-web route, and others (`figures.rs`). Each comparison alternates short rounds of both sides
//! in one run, because separate runs on a busy machine are not comparable.
//!
//! ```text
//! cargo bench                                  about three minutes
//! cargo bench -- --quick                       about one, less precise
//! cargo bench -- me verify                     only these figures
//! BENCH_DATABASE_URL=postgres://… cargo bench  also on PostgreSQL; writes to the database
//! ```
//!
//! The measurement runs in a child process without environment variables, so none of them changes the
//! configuration. The server's log goes to a file, as it does in production.

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

/// Any error, with a message for the person who runs the benchmark.
type Failure = Box<dyn Error + Send + Sync>;

/// Marks the child process; its value is the folder to work in.
const CHILD: &str = "RATIOS_FOLDER";
/// Names the PostgreSQL database to measure on.
const DATABASE: &str = "BENCH_DATABASE_URL";
/// How many lines of the child's log are shown if it fails.
const LOG_TAIL: usize = 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo bench` passes `--bench`. `cargo test --all-targets` does not, and should not wait.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let outcome = match (std::env::var_os(CHILD), std::env::var(memory::SERVER)) {
        (_, Ok(task)) => memory::serve(&task),
        (Some(folder), _) => {
            let quick = arguments.iter().any(|argument| argument == "--quick");
            let selected = arguments.into_iter().filter(|argument| !argument.starts_with("--")).collect();
            figures::print(Path::new(&folder), std::env::var(DATABASE).ok(), quick, selected)
        }
        (None, _) => run_in_child(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report::print_error(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run_in_child(arguments: &[String]) -> Result<(), Failure> {
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
    let lines: Vec<String> = if status.success() {
        Vec::new()
    } else {
        BufReader::new(File::open(&log)?).lines().map_while(Result::ok).collect()
    };
    std::fs::remove_dir_all(&folder)?;
    if status.success() {
        return Ok(());
    }
    lines.iter().skip(lines.len().saturating_sub(LOG_TAIL)).for_each(|line| report::print_error(line));
    Err("the benchmark failed".into())
}
