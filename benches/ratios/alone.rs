//! Argon2id alone: the rate of log-ins if a log-in were only a hash.

use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use argon2::Params;
use argon2id_simd::{Argon2id, Block, OUTPUT_LENGTH};
use countersign::auth::HashParameters;

use crate::load::Round;
use crate::{Failure, cpu};

/// The salt. Argon2id's time does not depend on it.
const SALT: [u8; 16] = *b"sixteen bytes ok";

/// Runs one round of hashes on `threads` threads. Each thread reuses its memory.
pub fn run(
    argon2id: Argon2id,
    parameters: HashParameters,
    threads: usize,
    length: Duration,
) -> Result<Round, Failure> {
    let start = Arc::new(Barrier::new(threads + 1));
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            let start = start.clone();
            std::thread::spawn(move || hash(argon2id, parameters, &start, length))
        })
        .collect();
    start.wait();
    let before = cpu::of_process();
    let mut hashes = 0;
    let mut per_second = 0.0;
    for worker in workers {
        let (count, elapsed) = worker.join().map_err(|_| "a hashing thread panicked")??;
        hashes += count;
        per_second += f64::from(count) / elapsed.as_secs_f64();
    }
    let cpu = cpu::of_process().zip(before).map(|(now, before)| now.saturating_sub(before));
    Ok(Round { per_second, cpu: cpu.map(|cpu| cpu / hashes.max(1)), p99: None })
}

fn hash(
    argon2id: Argon2id,
    parameters: HashParameters,
    start: &Barrier,
    length: Duration,
) -> Result<(u32, Duration), Failure> {
    let params = Params::new(
        parameters.memory_kib,
        parameters.iterations,
        parameters.parallelism,
        Some(OUTPUT_LENGTH),
    );
    let params = params.map_err(|error| error.to_string());
    let mut memory = vec![Block::default(); params.as_ref().map_or(0, Params::block_count)];
    start.wait();
    let params = params?;
    let mut hashes = 0;
    let began = Instant::now();
    while began.elapsed() < length {
        let output = argon2id.hash(b"correct horse battery staple", &SALT, &params, &mut memory);
        std::hint::black_box(output.map_err(|error| error.to_string())?);
        hashes += 1;
    }
    Ok((hashes, began.elapsed()))
}
