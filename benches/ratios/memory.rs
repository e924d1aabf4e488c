//! What the server holds in memory while log-ins wait, measured from outside: it runs in a process of its own.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::load::{self, Script};
use crate::{Failure, person, servers};

/// Tells the child where Twilio is, and how many will wait.
pub const SERVER: &str = "RATIOS_SERVER";
/// Where Linux tells what a process holds and has held at most (proc(5)).
const PEAK: &str = "VmHWM:";

/// Most MiB that the server held while that many log-ins waited.
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
    BufReader::new(child.stdout.as_mut().ok_or("no output")?).read_line(&mut line)?;
    let address = line.trim().parse()?;
    let requests = (0..waiting).map(person::log_in_request).collect();
    // Each user's requests follow one another, and a number gets five codes at most.
    let script = Script::new(address, requests, 4);
    load::run(&script, usize::try_from(waiting)?, 1, length)?;
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    let peak = status.lines().find_map(|line| line.strip_prefix(PEAK));
    let kib: f64 = peak.and_then(|rest| rest.split_whitespace().next()).ok_or("no peak")?.parse()?;
    Ok(kib / 1024.0)
}

/// The child: the API alone, with room for the log-ins that wait, until its parent kills it.
pub fn serve(task: &str) -> Result<(), Failure> {
    let (twilio, waiting) = task.split_once(' ').ok_or("no such task")?;
    let twilio: SocketAddr = twilio.parse()?;
    let settings = servers::settings("sqlite://memory.db", twilio, &[("passwords.queue", waiting)])?;
    let waiting = waiting.parse()?;
    let api = servers::api(&settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ada = runtime.block_on(person::log_in(&api, twilio))?;
    runtime.block_on(ada.copies(&api.db, waiting))?;
    let mut output = std::io::stdout();
    writeln!(output, "{}", api.address)?;
    output.flush()?;
    // The parent holds the other end for as long as it lives.
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}
