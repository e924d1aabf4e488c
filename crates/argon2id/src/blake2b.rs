//! The uses of BLAKE2b in Argon2 (RFC 9106, sections 3.2 and 3.3).

use argon2::{Algorithm, Block, Error, Params, Version};
use blake2::{Blake2b256, Blake2b512, Digest};
use zeroize::Zeroize;

use super::OUTPUT_LENGTH;

/// The length of BLAKE2b's longest hash in bytes.
const HASH_LENGTH: usize = 64;
/// The bytes of each hash but the last that H' outputs.
const HALF: usize = HASH_LENGTH / 2;

/// Computes H0, the hash of all inputs. There is no secret and no associated data.
pub(super) fn initial_hash(
    password: &[u8],
    salt: &[u8],
    params: &Params,
) -> Result<[u8; HASH_LENGTH], Error> {
    let mut digest = Blake2b512::new();
    let number = |number: u32| number.to_le_bytes();
    let length = |bytes: usize, error| u32::try_from(bytes).map(u32::to_le_bytes).map_err(|_| error);
    digest.update(number(params.p_cost()));
    digest.update(length(OUTPUT_LENGTH, Error::OutputTooLong)?);
    digest.update(number(params.m_cost()));
    digest.update(number(params.t_cost()));
    digest.update(number(Version::V0x13.into()));
    digest.update(number(Algorithm::Argon2id as u32));
    digest.update(length(password.len(), Error::PwdTooLong)?);
    digest.update(password);
    digest.update(length(salt.len(), Error::SaltTooLong)?);
    digest.update(salt);
    digest.update(number(0));
    digest.update(number(0));
    Ok(digest.finalize().into())
}

/// Computes H' with the length of a block: the first halves of a chain of hashes, then the whole last hash.
pub(super) fn block_hash(parts: &[&[u8]]) -> [u8; Block::SIZE] {
    let mut digest = Blake2b512::new();
    digest.update((Block::SIZE as u32).to_le_bytes());
    parts.iter().for_each(|part| digest.update(part));
    let mut hash: [u8; HASH_LENGTH] = digest.finalize().into();
    let mut output = [0; Block::SIZE];
    let (chain, last) = output.split_at_mut(Block::SIZE - HASH_LENGTH);
    for half in chain.chunks_exact_mut(HALF) {
        half.copy_from_slice(hash.first_chunk::<HALF>().unwrap_or(&[0; HALF]));
        hash = Blake2b512::digest(hash).into();
    }
    last.copy_from_slice(&hash);
    hash.zeroize();
    output
}

/// Computes H' with the length of the output.
pub(super) fn output_hash(block: &[u8; Block::SIZE]) -> [u8; OUTPUT_LENGTH] {
    let mut digest = Blake2b256::new();
    digest.update((OUTPUT_LENGTH as u32).to_le_bytes());
    digest.update(block);
    digest.finalize().into()
}
