//! CPU time, on Linux only. It varies less than elapsed time when other programs use the machine.

use std::fs::read_to_string;
use std::time::Duration;

/// Linux reports the time of a process in hundredths of a second (proc(5)).
const TICKS_PER_SECOND: u64 = 100;

/// Returns the CPU time of this process, including threads that have ended.
pub fn of_process() -> Option<Duration> {
    let stat = read_to_string("/proc/self/stat").ok()?;
    // The program's name is in parentheses and may contain spaces. `utime` and `stime` are fields 12 and 13
    // after it.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).map_while(|field| field.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * (1000 / TICKS_PER_SECOND)))
}

/// Returns the CPU time of this thread.
pub fn of_thread() -> Option<Duration> {
    let stat = read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
