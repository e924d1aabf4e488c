//! Measures our part of writing log lines: escaped fields, and lines of concurrent requests written together.
//! Standard error becomes a pipe, as under systemd or in a container. Run `cargo bench --bench log_lines`.

#[path = "ratios/cpu.rs"]
#[allow(dead_code, reason = "the other benchmark uses the rest")]
mod cpu;
#[path = "../src/telemetry/line.rs"]
#[allow(dead_code, reason = "its tests run in the library")]
mod line;
#[path = "../src/telemetry/stderr.rs"]
mod stderr;

use std::error::Error;
use std::time::Duration;

use tokio::task::{LocalSet, spawn_local};
use tracing::{Dispatch, Instrument};
use tracing_subscriber::layer::SubscriberExt;

const ROUNDS: usize = 15;
const THREADS: usize = 2;
/// Requests that one turn of a worker answers: at 32 connections it is 6 to 14.
const PER_TURN: usize = 8;
const TURNS: usize = 2500;

type Failure = Box<dyn Error + Send + Sync>;

/// The line of an answered request, in its span.
async fn answer(request_id: usize) {
    let span = tracing::error_span!("request", request_id = format!("{request_id:032x}"));
    async {
        tokio::task::yield_now().await;
        tracing::info!(method = %"GET", route = %"/v1/users/me", status = 200_u16, duration_ms = 0, "answered");
    }
    .instrument(span)
    .await;
}

/// Returns the CPU time of a thread that answers requests.
fn worker(dispatch: &Dispatch) -> Result<Duration, Failure> {
    let _guard = tracing::dispatcher::set_default(dispatch);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let before = cpu::of_thread();
    LocalSet::new().block_on(&runtime, async {
        for turn in 0..TURNS {
            let requests: Vec<_> =
                (0..PER_TURN).map(|number| spawn_local(answer(turn * PER_TURN + number))).collect();
            for request in requests {
                request.await?;
            }
        }
        Ok::<_, Failure>(())
    })?;
    let used = cpu::of_thread().zip(before).map(|(now, before)| now.saturating_sub(before));
    used.ok_or_else(|| "the system does not report a thread's CPU time".into())
}

/// Returns the CPU time per line, in microseconds.
fn measure(dispatch: &Dispatch) -> Result<f64, Failure> {
    let workers: Vec<_> = (0..THREADS).map(|_| dispatch.clone()).collect();
    let workers: Vec<_> =
        workers.into_iter().map(|dispatch| std::thread::spawn(move || worker(&dispatch))).collect();
    let mut used = Duration::ZERO;
    for worker in workers {
        used += worker.join().map_err(|_| "a worker panicked")??;
    }
    let lines = u32::try_from(THREADS * TURNS * PER_TURN)?;
    Ok(used.as_secs_f64() * 1e6 / f64::from(lines))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[allow(clippy::print_stdout, reason = "a benchmark prints its results")]
fn main() -> Result<(), Failure> {
    let (mut reader, writer) = std::io::pipe()?;
    rustix::stdio::dup2_stderr(&writer)?;
    std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));

    let layer = || tracing_subscriber::fmt::layer().with_ansi(false).with_target(false);
    let registry = tracing_subscriber::registry;
    let escaped = || layer().fmt_fields(line::escaped_fields());
    let contenders = [
        ("no log", Dispatch::new(registry())),
        ("tracing-subscriber", Dispatch::new(registry().with(layer().with_writer(std::io::stderr)))),
        ("fields escaped", Dispatch::new(registry().with(escaped().with_writer(std::io::stderr)))),
        ("written together", Dispatch::new(registry().with(escaped().with_writer(stderr::Stderr)))),
    ];
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(contenders.iter().map(|(_, dispatch)| measure(dispatch)).collect::<Result<Vec<_>, _>>()?);
    }
    println!("{:<20} {:>12} {:>30}", "", "CPU µs", "ratio to tracing-subscriber");
    for (index, (name, _)) in contenders.iter().enumerate() {
        let of = |index: usize| rounds.iter().filter_map(move |round| round.get(index).copied());
        let ratio = median(of(index).zip(of(1)).map(|(this, library)| this / library).collect());
        println!("{name:<20} {:>12.2} {ratio:>30.2}", median(of(index).collect()));
    }
    Ok(())
}
