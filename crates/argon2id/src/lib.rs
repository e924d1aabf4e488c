//! Argon2id (RFC 9106): by the crate argon2, and where the CPU has AVX2 or AVX-512 by code of our own that says outright
//! what to do in parallel. That crate leaves it to the compiler, which finds half of it: the same hash takes 0.63 of the
//! time with AVX2, and 0.44 with AVX-512 (docs/performance.md).
//!
//! Whatever is not plain (several lanes, other lengths) goes to the crate, which also is what ours is compared with: by
//! tests, and once whenever a server starts.

mod blake2b;
mod compress;
mod fill;

pub use argon2::Block;
use argon2::{Algorithm, Argon2, Error, Params, Version};
use fearless_simd::{Level, dispatch};
use zeroize::Zeroize;

/// Bytes of a hash.
pub const OUTPUT_LENGTH: usize = 32;

/// What the two implementations are compared with when a server starts: every kind of step that Argon2id has, and more
/// than one block of addresses, in a millisecond.
const TRIAL: (u32, u32) = (1024, 2);

/// How Argon2id is computed.
#[derive(Debug, Clone, Copy)]
pub struct Argon2id {
    /// The CPU's vectors; `None`: the crate argon2 alone.
    level: Option<Level>,
}

impl Argon2id {
    /// The crate argon2.
    pub fn plain() -> Self {
        Self { level: None }
    }

    /// The fastest that this CPU can do and that comes to what the crate argon2 comes to. It always should; a CPU or a
    /// compiler for which it does not would make hashes that nothing else can check.
    pub fn fastest() -> Self {
        fast_level().map_or(Self::plain(), |level| Self::with_if(level, Self::trial))
    }

    fn with_if(level: Level, trial: impl Fn(Self) -> Result<[u8; OUTPUT_LENGTH], Error>) -> Self {
        let (fast, plain) = (Self { level: Some(level) }, Self::plain());
        if trial(fast).is_ok_and(|hash| trial(plain) == Ok(hash)) {
            return fast;
        }
        tracing::error!(
            ?level,
            "Argon2id came out wrong with this CPU's vectors; the crate argon2 is used instead"
        );
        plain
    }

    /// What it is computed with, for people.
    pub fn name(self) -> &'static str {
        match self.level {
            #[cfg(target_arch = "x86_64")]
            Some(level) if level.as_avx512().is_some() => "AVX-512",
            Some(_) => "AVX2",
            None => "the crate argon2",
        }
    }

    fn trial(self) -> Result<[u8; OUTPUT_LENGTH], Error> {
        let (memory_kib, iterations) = TRIAL;
        let params = Params::new(memory_kib, iterations, 1, Some(OUTPUT_LENGTH))?;
        let mut memory = vec![Block::default(); params.block_count()];
        self.hash(b"correct horse battery staple", b"sixteen bytes ok", &params, &mut memory)
    }

    /// Hashes, in memory of at least [`Params::block_count`] blocks.
    ///
    /// # Errors
    /// What the crate says of the lengths of what it is given.
    pub fn hash(
        self,
        password: &[u8],
        salt: &[u8],
        params: &Params,
        memory: &mut [Block],
    ) -> Result<[u8; OUTPUT_LENGTH], Error> {
        match self.level {
            Some(level) if is_plain(salt, params) => hash(level, password, salt, params, memory),
            _ => {
                let mut output = [0; OUTPUT_LENGTH];
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
                    .hash_password_into_with_memory(password, salt, &mut output, memory)?;
                Ok(output)
            }
        }
    }
}

/// The vectors with which it was measured to be faster. Four words at a time are the least: with two, the compiler finds as
/// much as we do. A build that is not optimised takes a hundred times as long by the code here, and has the crate, which is
/// optimised always (`Cargo.toml`).
fn fast_level() -> Option<Level> {
    #[cfg(target_arch = "x86_64")]
    if !cfg!(debug_assertions) {
        return Some(Level::new()).filter(|level| level.as_avx2().is_some());
    }
    None
}

/// Whether the code here can do it: one lane, no associated data, 32 bytes.
fn is_plain(salt: &[u8], params: &Params) -> bool {
    params.p_cost() == 1
        && params.output_len() == Some(OUTPUT_LENGTH)
        && params.data().is_empty()
        && params.keyid().is_empty()
        && salt.len() >= argon2::MIN_SALT_LEN
}

/// Section 3.2 of the RFC, for one lane.
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
    let mut seed = blake2b::seed(password, salt, params)?;
    for (block, number) in [(first, 0), (second, 1)] {
        let mut bytes = blake2b::long(&[&seed, &[number, 0, 0, 0], &[0; 4]]);
        compress::from_bytes(&bytes, block);
        bytes.zeroize();
    }
    seed.zeroize();
    dispatch!(level, simd => fill::fill(simd, memory, passes))?;
    let mut bytes = memory.last().map(compress::to_bytes).ok_or(Error::MemoryTooLittle)?;
    let output = blake2b::short(&bytes);
    bytes.zeroize();
    Ok(output)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every kind of vector that this CPU has, those included with which it is not done.
    fn levels() -> Vec<Level> {
        let mut levels = vec![Level::baseline(), Level::new()];
        #[cfg(target_arch = "x86_64")]
        levels.extend(Level::new().as_avx2().map(Level::Avx2));
        levels
    }

    fn by(level: Option<Level>, password: &[u8], salt: &[u8], params: &Params) -> [u8; OUTPUT_LENGTH] {
        let mut memory = vec![Block::default(); params.block_count()];
        let hash = || Argon2id { level }.hash(password, salt, params, &mut memory).unwrap();
        // Not optimised, what should be in registers is on the stack, many times.
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(64 << 20);
            thread.spawn_scoped(scope, hash).unwrap().join().unwrap()
        })
    }

    fn params(memory_kib: u32, iterations: u32, parallelism: u32) -> Params {
        Params::new(memory_kib, iterations, parallelism, Some(OUTPUT_LENGTH)).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Threats: a42.
        #[test]
        fn any_hash_equals_the_one_of_the_crate_argon2(
            password in prop::collection::vec(any::<u8>(), 0..200),
            salt in prop::collection::vec(any::<u8>(), 8..64),
            memory_kib in 8..300_u32,
            iterations in 1..4_u32,
            parallelism in prop_oneof![3 => Just(1), 1 => 2..4_u32],
        ) {
            let params = params(memory_kib.max(8 * parallelism), iterations, parallelism);
            let expected = by(None, &password, &salt, &params);
            for level in levels() {
                prop_assert_eq!(by(Some(level), &password, &salt, &params), expected, "{:?}", level);
            }
        }
    }

    /// From the tests of the reference implementation.
    /// Threats: a42.
    #[test]
    fn known_answers_are_reproduced() {
        for level in levels().into_iter().map(Some).chain([None]) {
            let hash = by(level, b"password", b"somesalt", &params(256, 2, 1));
            let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hash, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe");
        }
    }

    #[test]
    fn the_trial_has_a_second_block_of_addresses() {
        let (memory_kib, iterations) = TRIAL;
        assert!(memory_kib as usize / 4 > 128);
        let [mine, plain] = [Some(Level::new()), None].map(|level| {
            by(level, b"correct horse", b"sixteen bytes ok", &params(memory_kib, iterations, 1))
        });
        assert_eq!(mine, plain);
    }

    #[test]
    fn vectors_that_come_to_something_else_are_not_used() {
        let trial = |wrong: u8| {
            move |with: Argon2id| Ok([if with.level.is_some() { wrong } else { 0 }; OUTPUT_LENGTH])
        };
        assert!(Argon2id::with_if(Level::new(), trial(1)).level.is_none());
        assert!(Argon2id::with_if(Level::new(), trial(0)).level.is_some());
        let fails =
            |with: Argon2id| with.level.map_or(Ok([0; OUTPUT_LENGTH]), |_| Err(Error::MemoryTooLittle));
        assert!(Argon2id::with_if(Level::new(), fails).level.is_none());
    }

    #[test]
    fn too_little_memory_is_an_error() {
        for level in [None, Some(Level::new())] {
            let mut memory = vec![Block::default(); 10];
            let hash = Argon2id { level }.hash(b"password", b"somesalt", &params(256, 2, 1), &mut memory);
            assert_eq!(hash, Err(Error::MemoryTooLittle));
        }
    }
}
