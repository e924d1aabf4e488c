//! CPU time, where the system tells it (Linux): steadier than the clock on the wall when others use the
//! machine as well.

use std::fs::read_to_string;
use std::time::Duration;

/// Linux counts a process's time in hundredths of a second for user space (proc(5)).
const TICKS_PER_SECOND: u64 = 100;

/// What all threads of this process have used so far, those that have ended included.
pub fn of_process() -> Option<Duration> {
    let stat = read_to_string("/proc/self/stat").ok()?;
    // The program's name stands in parentheses and may hold spaces; `utime` and `stime` are 12th and 13th after it.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).map_while(|field| field.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * (1000 / TICKS_PER_SECOND)))
}

/// What this thread has used so far.
pub fn of_thread() -> Option<Duration> {
    let stat = read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
