//! What Argon2 hashes with BLAKE2b (RFC 9106, sections 3.2 and 3.3): its inputs, its first blocks, its last.

use argon2::{Algorithm, Block, Error, Params, Version};
use blake2::{Blake2b256, Blake2b512, Digest};
use zeroize::Zeroize;

use super::OUTPUT_LENGTH;

/// Bytes of BLAKE2b's longest output, and how many of each but the last the long hash takes.
const WHOLE: usize = 64;
const HALF: usize = WHOLE / 2;

/// H0: of everything that goes in. One lane, no secret, no associated data.
pub(super) fn seed(password: &[u8], salt: &[u8], params: &Params) -> Result<[u8; WHOLE], Error> {
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

/// H' for a block: the halves of a chain of hashes, and the whole of the last.
pub(super) fn long(parts: &[&[u8]]) -> [u8; Block::SIZE] {
    let mut digest = Blake2b512::new();
    digest.update((Block::SIZE as u32).to_le_bytes());
    parts.iter().for_each(|part| digest.update(part));
    let mut link: [u8; WHOLE] = digest.finalize().into();
    let mut output = [0; Block::SIZE];
    let (chain, last) = output.split_at_mut(Block::SIZE - WHOLE);
    for half in chain.chunks_exact_mut(HALF) {
        half.copy_from_slice(link.first_chunk::<HALF>().unwrap_or(&[0; HALF]));
        link = Blake2b512::digest(link).into();
    }
    last.copy_from_slice(&link);
    link.zeroize();
    output
}

/// H' for what comes out.
pub(super) fn short(block: &[u8; Block::SIZE]) -> [u8; OUTPUT_LENGTH] {
    let mut digest = Blake2b256::new();
    digest.update((OUTPUT_LENGTH as u32).to_le_bytes());
    digest.update(block);
    digest.finalize().into()
}
