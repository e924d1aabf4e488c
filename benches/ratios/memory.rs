//! Measures the server's memory while log-ins wait. The server runs in its own process.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::load::{self, Script};
use crate::{Failure, person, servers};

/// The variable that gives the child Twilio's address and the number of waiting log-ins.
pub const SERVER: &str = "RATIOS_SERVER";
/// The line with the peak memory of a process in `/proc/PID/status` (proc(5)).
const PEAK: &str = "VmHWM:";

/// Returns the peak memory of the server in MiB while `waiting` log-ins wait.
pub fn of_waiting_log_ins(
    folder: &Path,
    twilio: SocketAddr,
    waiting: u32,
    length: Duration,
) -> Result<f64, Failure> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("--bench")
        .env_clear()
        .env(SERVER, format!("{twilio} {waiting}"))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let measured = under_load(&mut child, waiting, length);
    child.kill()?;
    child.wait()?;
    measured
}

fn under_load(child: &mut Child, waiting: u32, length: Duration) -> Result<f64, Failure> {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().ok_or("the child has no output")?).read_line(&mut line)?;
    let address = line.trim().parse()?;
    let requests = (0..waiting).map(person::log_in_request).collect();
    // Four log-ins per user: Twilio sends at most five codes to a number.
    let script = Script::new(address, requests, 4);
    load::run(&script, usize::try_from(waiting)?, 1, length)?;
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    let peak = status.lines().find_map(|line| line.strip_prefix(PEAK));
    let kib: f64 = peak
        .and_then(|rest| rest.split_whitespace().next())
        .ok_or("the system does not report the peak memory")?
        .parse()?;
    Ok(kib / 1024.0)
}

/// Runs the child: the API, with a queue for all waiting log-ins, until the parent kills it.
pub fn serve(task: &str) -> Result<(), Failure> {
    let (twilio, waiting) = task.split_once(' ').ok_or("the task is invalid")?;
    let twilio: SocketAddr = twilio.parse()?;
    let settings = servers::settings("sqlite://memory.db", twilio, &[("passwords.queue", waiting)])?;
    let waiting = waiting.parse()?;
    let api = servers::api(&settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let person = runtime.block_on(person::log_in(&api, twilio))?;
    runtime.block_on(person.copies(&api.db, waiting))?;
    let mut output = std::io::stdout();
    writeln!(output, "{}", api.address)?;
    output.flush()?;
    // Returns when the parent ends, because that closes the pipe.
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}
