//! The passes over the memory (RFC 9106, section 3.4), for one lane.

use argon2::{Algorithm, Block, Error};
use fearless_simd::Simd;

use super::compress::{Vectors, compress, first_word, get, load, set, store, xor};

/// Segments of a lane.
const SEGMENTS: usize = 4;
/// Addresses in a block of them.
const ADDRESSES: usize = 128;

/// Where in the memory something stands, and what of it may be referred to.
struct Position {
    pass: usize,
    segment: usize,
    /// Blocks of a segment, and of the lane.
    length: usize,
    blocks: usize,
}

/// Fills all blocks but the first two, `passes` times.
///
/// # Errors
/// [`Error::MemoryTooLittle`] where there are too few.
#[inline(always)]
pub(super) fn fill<S: Simd>(simd: S, memory: &mut [Block], passes: usize) -> Result<(), Error> {
    let blocks = memory.len();
    let length = blocks / SEGMENTS;
    for pass in 0..passes {
        for segment in 0..SEGMENTS {
            let position = Position { pass, segment, length, blocks };
            // Argon2i's way in the first half of the first pass, Argon2d's from then on.
            let is_independent = pass == 0 && segment < SEGMENTS / 2;
            let addresses = is_independent.then(|| Addresses::of(&position, passes));
            fill_segment(simd, memory, &position, addresses)?;
        }
    }
    Ok(())
}

/// `addresses`: where they do not depend on what the memory holds.
#[inline(always)]
fn fill_segment<S: Simd>(
    simd: S,
    memory: &mut [Block],
    position: &Position,
    mut addresses: Option<Addresses>,
) -> Result<(), Error> {
    let first = if position.pass == 0 && position.segment == 0 { 2 } else { 0 };
    let begin = position.segment * position.length;
    let before = (begin + first).checked_sub(1).unwrap_or(position.blocks - 1);
    let mut previous = load(simd, memory.get(before).ok_or(Error::MemoryTooLittle)?);
    for index in first..position.length {
        let random = match &mut addresses {
            Some(addresses) => addresses.at(simd, index),
            None => first_word(&previous),
        };
        let pair = [position.reference(index, random), begin + index];
        let [reference, block] = memory.get_disjoint_mut(pair).map_err(|_| Error::MemoryTooLittle)?;
        previous = if position.pass == 0 {
            compress(simd, &previous, &load(simd, reference))
        } else {
            xor(&compress(simd, &previous, &load(simd, reference)), &load(simd, block))
        };
        store(&previous, block);
    }
    Ok(())
}

impl Position {
    /// The block that the one at `index` of this segment refers to: any that is complete but the one before it, and those
    /// before it rather than those long ago.
    #[inline(always)]
    fn reference(&self, index: usize, random: u64) -> usize {
        // Of the first pass the segments so far, of the others the three before this one.
        let complete = if self.pass == 0 { self.segment * self.length } else { self.blocks - self.length };
        let area = (complete + index - 1) as u64;
        let random = random & u64::from(u32::MAX);
        let back = (area * ((random * random) >> 32)) >> 32;
        let start = if self.pass == 0 { 0 } else { (self.segment + 1) * self.length };
        let reference = start + (area - 1 - back) as usize;
        // A division would take as long as a tenth of the compression.
        if reference < self.blocks { reference } else { reference - self.blocks }
    }
}

/// Argon2i's addresses: what is compressed from a counter.
struct Addresses {
    input: Block,
    block: Block,
}

impl Addresses {
    fn of(position: &Position, passes: usize) -> Self {
        let mut input = Block::new();
        let lane = 0;
        let inputs =
            [position.pass, lane, position.segment, position.blocks, passes, Algorithm::Argon2id as usize];
        for (word, value) in inputs.into_iter().enumerate() {
            set(&mut input, word, value as u64);
        }
        Self { input, block: Block::new() }
    }

    /// The one for the block at `index`; to be asked for in order.
    #[inline(always)]
    fn at<S: Simd>(&mut self, simd: S, index: usize) -> u64 {
        let number = index / ADDRESSES + 1;
        if get(&self.input, 6) != number as u64 {
            set(&mut self.input, 6, number as u64);
            let zero = load(simd, &Block::new());
            let once: Vectors<S> = compress(simd, &zero, &load(simd, &self.input));
            store(&compress(simd, &zero, &once), &mut self.block);
        }
        get(&self.block, index % ADDRESSES)
    }
}
