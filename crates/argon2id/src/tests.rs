//! Compares the vectorized code with the crate argon2 and with known test vectors.

use proptest::prelude::*;

use super::*;

/// Returns all vector instructions of this CPU, including those that are not faster.
fn levels() -> Vec<Level> {
    let mut levels = vec![Level::baseline(), Level::new()];
    #[cfg(target_arch = "x86_64")]
    levels.extend(Level::new().as_avx2().map(Level::Avx2));
    levels
}

fn hash_with(level: Option<Level>, password: &[u8], salt: &[u8], params: &Params) -> [u8; OUTPUT_LENGTH] {
    let mut memory = vec![Block::default(); params.block_count()];
    let hash = || Argon2id { level }.hash(password, salt, params, &mut memory).unwrap();
    // Without optimization, all vectors are on the stack.
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
    fn any_hash_equals_that_of_the_crate_argon2(
        password in prop::collection::vec(any::<u8>(), 0..200),
        salt in prop::collection::vec(any::<u8>(), 8..64),
        memory_kib in 8..300_u32,
        iterations in 1..4_u32,
        parallelism in prop_oneof![3 => Just(1), 1 => 2..4_u32],
    ) {
        let params = params(memory_kib.max(8 * parallelism), iterations, parallelism);
        let expected = hash_with(None, &password, &salt, &params);
        for level in levels() {
            prop_assert_eq!(hash_with(Some(level), &password, &salt, &params), expected, "{:?}", level);
        }
    }
}

/// Test vectors of the reference implementation, <https://github.com/P-H-C/phc-winner-argon2> (`src/test.c`).
/// Threats: a42.
#[test]
fn the_vectors_of_the_reference_implementation() {
    for (password, salt, memory_kib, iterations, parallelism, expected) in [
        (
            "password",
            "somesalt",
            256,
            2,
            1,
            "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe",
        ),
        (
            "password",
            "somesalt",
            256,
            2,
            2,
            "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037",
        ),
        (
            "password",
            "somesalt",
            65_536,
            1,
            1,
            "f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98",
        ),
        (
            "password",
            "somesalt",
            65_536,
            2,
            1,
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7",
        ),
        (
            "differentpassword",
            "somesalt",
            65_536,
            2,
            1,
            "0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde",
        ),
        (
            "password",
            "diffsalt",
            65_536,
            2,
            1,
            "bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c",
        ),
    ] {
        for level in levels().into_iter().map(Some).chain([None]) {
            let params = params(memory_kib, iterations, parallelism);
            let hash = hash_with(level, password.as_bytes(), salt.as_bytes(), &params);
            let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hash, expected, "{password} {salt} {memory_kib} {iterations} {parallelism} {level:?}");
        }
    }
}

#[test]
fn the_self_test_needs_a_second_address_block() {
    let (memory_kib, iterations) = SELF_TEST;
    assert!(memory_kib as usize / 4 > 128);
    let [fast, portable] = [Some(Level::new()), None].map(|level| {
        hash_with(level, b"correct horse", b"sixteen bytes ok", &params(memory_kib, iterations, 1))
    });
    assert_eq!(fast, portable);
}

#[test]
fn vectors_that_fail_the_self_test_are_not_used() {
    let self_test =
        |byte: u8| move |with: Argon2id| Ok([if with.level.is_some() { byte } else { 0 }; OUTPUT_LENGTH]);
    assert!(Argon2id::with_self_test(Level::new(), self_test(1)).level.is_none());
    assert!(Argon2id::with_self_test(Level::new(), self_test(0)).level.is_some());
    let failing = |with: Argon2id| with.level.map_or(Ok([0; OUTPUT_LENGTH]), |_| Err(Error::MemoryTooLittle));
    assert!(Argon2id::with_self_test(Level::new(), failing).level.is_none());
}

#[test]
fn too_little_memory_is_an_error() {
    for level in [None, Some(Level::new())] {
        let mut memory = vec![Block::default(); 10];
        let hash = Argon2id { level }.hash(b"password", b"somesalt", &params(256, 2, 1), &mut memory);
        assert_eq!(hash, Err(Error::MemoryTooLittle));
    }
}
