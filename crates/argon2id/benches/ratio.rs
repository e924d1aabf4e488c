//! Compares this crate with the crate argon2 on one thread: `cargo bench -p argon2id-simd`.
//!
//! The two take turns, and the shortest time of each counts, so that other load on the machine disturbs the
//! ratio little.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};
use argon2id_simd::{Argon2id, Block, OUTPUT_LENGTH};

/// Memory in KiB and iterations: two recommendations of OWASP's Password Storage Cheat Sheet, and a larger
/// memory.
const PARAMETERS: [(u32, u32); 3] = [(19_456, 2), (47_104, 1), (65_536, 3)];
const ROUNDS: u32 = 15;

const PASSWORD: &[u8] = b"correct horse battery staple";
const SALT: &[u8] = b"sixteen bytes ok";

#[allow(clippy::print_stdout, reason = "a benchmark prints its results")]
fn main() -> Result<(), argon2::Error> {
    let fastest = Argon2id::fastest();
    println!("kernel: {}", fastest.name());
    println!(
        "{:>10} {:>10} {:>12} {:>12} {:>7}",
        "memory KiB", "iterations", "argon2", "this crate", "ratio"
    );
    for (memory_kib, iterations) in PARAMETERS {
        let params = Params::new(memory_kib, iterations, 1, Some(OUTPUT_LENGTH))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let mut memory = vec![Block::default(); params.block_count()];
        let mut output = [0; OUTPUT_LENGTH];
        let mut times = [Duration::MAX; 2];
        for _ in 0..ROUNDS {
            let start = Instant::now();
            argon2.hash_password_into_with_memory(PASSWORD, SALT, &mut output, &mut memory)?;
            times[0] = times[0].min(start.elapsed());

            let start = Instant::now();
            let hash = fastest.hash(PASSWORD, SALT, &params, &mut memory)?;
            times[1] = times[1].min(start.elapsed());
            assert_eq!(hash, output, "both must compute the same hash");
        }
        let [reference, ours] = times;
        let ratio = ours.as_secs_f64() / reference.as_secs_f64();
        println!("{memory_kib:>10} {iterations:>10} {reference:>12.2?} {ours:>12.2?} {ratio:>7.2}");
    }
    Ok(())
}
