//! Argon2id (RFC 9106), faster than the crate [`argon2`] on CPUs with AVX2 or AVX-512, and without unsafe
//! code.
//!
//! The crate `argon2` leaves vectorization to the compiler, which finds only part of it. This crate states
//! explicitly what to compute in parallel: a hash takes about 0.63 of the time with AVX2, and 0.44 with
//! AVX-512.
//!
//! ```
//! use argon2::Params;
//! use argon2id_simd::{Argon2id, Block, OUTPUT_LENGTH};
//!
//! # fn main() -> Result<(), argon2::Error> {
//! let argon2id = Argon2id::fastest();
//! let params = Params::new(19_456, 2, 1, Some(OUTPUT_LENGTH))?;
//! // Reuse the memory for all hashes of a thread: its allocation takes a noticeable part of the time.
//! let mut memory = vec![Block::default(); params.block_count()];
//!
//! let hash = argon2id.hash(b"correct horse battery staple", b"sixteen bytes ok", &params, &mut memory)?;
//! assert_eq!(hash.len(), 32);
//! # Ok(())
//! # }
//! ```
//!
//! # When it is faster
//!
//! The vectorized code computes hashes with one lane, 32 bytes of output and no associated data. It runs on
//! x86-64 with AVX2 or AVX-512 in optimized builds. For everything else, [`Argon2id::hash`] calls the crate
//! `argon2`. The result is the same in all cases.
//!
//! # Correctness
//!
//! [`Argon2id::fastest`] compares a hash of both implementations before it chooses the vectorized one. Tests
//! compare them with random inputs, and with the test vectors of RFC 9106 and of the reference
//! implementation.

mod blake2b;
mod compress;
mod fill;

pub use argon2::Block;
use argon2::{Algorithm, Argon2, Error, Params, Version};
use fearless_simd::{Level, dispatch};
use zeroize::Zeroize;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The length of a hash in bytes.
pub const OUTPUT_LENGTH: usize = 32;

/// The memory in KiB and the iterations of the self-test. They cover every kind of step of Argon2id and more
/// than one address block, and take about a millisecond.
const SELF_TEST: (u32, u32) = (1024, 2);

/// An implementation of Argon2id.
#[derive(Debug, Clone, Copy)]
pub struct Argon2id {
    /// The vector instructions. `None` is the crate `argon2`.
    level: Option<Level>,
}

impl Argon2id {
    /// Returns the implementation of the crate `argon2`.
    pub fn portable() -> Self {
        Self { level: None }
    }

    /// Returns the fastest implementation for this CPU.
    ///
    /// It first computes a hash with both implementations. If they differ, which a faulty CPU or compiler
    /// could cause, it logs an error and returns [`Self::portable`]. Otherwise no other program could verify
    /// the hashes.
    pub fn fastest() -> Self {
        fast_level().map_or(Self::portable(), |level| Self::with_self_test(level, Self::self_test))
    }

    fn with_self_test(level: Level, self_test: impl Fn(Self) -> Result<[u8; OUTPUT_LENGTH], Error>) -> Self {
        let fast = Self { level: Some(level) };
        let portable = Self::portable();
        if self_test(fast).is_ok_and(|hash| self_test(portable) == Ok(hash)) {
            return fast;
        }
        tracing::error!(
            ?level,
            "The self-test of the vectorized Argon2id failed. The crate argon2 is used instead."
        );
        portable
    }

    /// Returns the name of the implementation, such as `AVX2`, for logs.
    pub fn name(self) -> &'static str {
        match self.level {
            #[cfg(target_arch = "x86_64")]
            Some(level) if level.as_avx512().is_some() => "AVX-512",
            Some(_) => "AVX2",
            None => "the crate argon2",
        }
    }

    fn self_test(self) -> Result<[u8; OUTPUT_LENGTH], Error> {
        let (memory_kib, iterations) = SELF_TEST;
        let params = Params::new(memory_kib, iterations, 1, Some(OUTPUT_LENGTH))?;
        let mut memory = vec![Block::default(); params.block_count()];
        self.hash(b"correct horse battery staple", b"sixteen bytes ok", &params, &mut memory)
    }

    /// Hashes a password, using `memory` as working memory.
    ///
    /// # Errors
    /// - [`Error::MemoryTooLittle`] if `memory` has fewer than [`Params::block_count`] blocks.
    /// - [`Error::SaltTooShort`] if the salt has fewer than 8 bytes.
    /// - [`Error::PwdTooLong`] and [`Error::SaltTooLong`] for more than 2³² − 1 bytes.
    /// - [`Error::OutputTooShort`] and [`Error::OutputTooLong`] if the parameters require another output length.
    pub fn hash(
        self,
        password: &[u8],
        salt: &[u8],
        params: &Params,
        memory: &mut [Block],
    ) -> Result<[u8; OUTPUT_LENGTH], Error> {
        match self.level {
            Some(level) if is_supported(salt, params) => hash(level, password, salt, params, memory),
            _ => {
                let mut output = [0; OUTPUT_LENGTH];
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
                    .hash_password_into_with_memory(password, salt, &mut output, memory)?;
                Ok(output)
            }
        }
    }
}

/// Returns the vector instructions if they are faster. With fewer than four words per vector, the compiler
/// vectorizes as well. Without optimization, this code is a hundred times slower, so builds with debug
/// assertions use the crate `argon2`.
fn fast_level() -> Option<Level> {
    #[cfg(target_arch = "x86_64")]
    if !cfg!(debug_assertions) {
        return Some(Level::new()).filter(|level| level.as_avx2().is_some());
    }
    None
}

/// Returns whether the vectorized code supports these parameters: one lane, no associated data, 32 bytes of
/// output.
fn is_supported(salt: &[u8], params: &Params) -> bool {
    params.p_cost() == 1
        && params.output_len() == Some(OUTPUT_LENGTH)
        && params.data().is_empty()
        && params.keyid().is_empty()
        && salt.len() >= argon2::MIN_SALT_LEN
}

/// Computes a hash with one lane (RFC 9106, section 3.2).
fn hash(
    level: Level,
    password: &[u8],
    salt: &[u8],
    params: &Params,
    memory: &mut [Block],
) -> Result<[u8; OUTPUT_LENGTH], Error> {
    let memory = memory.get_mut(..params.block_count()).ok_or(Error::MemoryTooLittle)?;
    let (Some((first, rest)), Ok(passes)) = (memory.split_first_mut(), usize::try_from(params.t_cost()))
    else {
        return Err(Error::MemoryTooLittle);
    };
    let second = rest.first_mut().ok_or(Error::MemoryTooLittle)?;
    let mut initial_hash = blake2b::initial_hash(password, salt, params)?;
    for (block, number) in [(first, 0), (second, 1)] {
        let mut bytes = blake2b::block_hash(&[&initial_hash, &[number, 0, 0, 0], &[0; 4]]);
        compress::from_bytes(&bytes, block);
        bytes.zeroize();
    }
    initial_hash.zeroize();
    dispatch!(level, simd => fill::fill(simd, memory, passes))?;
    let mut bytes = memory.last().map(compress::to_bytes).ok_or(Error::MemoryTooLittle)?;
    let output = blake2b::output_hash(&bytes);
    bytes.zeroize();
    Ok(output)
}

#[cfg(test)]
mod tests;
