//! Fills the memory of one lane (RFC 9106, section 3.4).

use argon2::{Algorithm, Block, Error};
use fearless_simd::Simd;

use super::compress::{Vectors, compress, first_word, load, set_word, store, word_of, xor};

/// The number of segments in a lane.
const SEGMENTS: usize = 4;
/// The number of pseudorandom values in an address block.
const ADDRESSES: usize = 128;

/// A segment of a pass.
struct Position {
    pass: usize,
    segment: usize,
    /// The number of blocks in a segment.
    segment_length: usize,
    /// The number of blocks in the lane.
    lane_length: usize,
}

/// Fills all blocks but the first two, `passes` times.
///
/// # Errors
/// [`Error::MemoryTooLittle`] if the memory has too few blocks.
#[inline(always)]
pub(super) fn fill<S: Simd>(simd: S, memory: &mut [Block], passes: usize) -> Result<(), Error> {
    let lane_length = memory.len();
    let segment_length = lane_length / SEGMENTS;
    for pass in 0..passes {
        for segment in 0..SEGMENTS {
            let position = Position { pass, segment, segment_length, lane_length };
            // Data-independent addressing (Argon2i) in the first half of the first pass, then data-dependent
            // (Argon2d).
            let is_independent = pass == 0 && segment < SEGMENTS / 2;
            let addresses = is_independent.then(|| Addresses::new(&position, passes));
            fill_segment(simd, memory, &position, addresses)?;
        }
    }
    Ok(())
}

/// Fills a segment, with `addresses` for data-independent addressing.
#[inline(always)]
fn fill_segment<S: Simd>(
    simd: S,
    memory: &mut [Block],
    position: &Position,
    mut addresses: Option<Addresses>,
) -> Result<(), Error> {
    let first = if position.pass == 0 && position.segment == 0 { 2 } else { 0 };
    let start = position.segment * position.segment_length;
    let before = (start + first).checked_sub(1).unwrap_or(position.lane_length - 1);
    let mut previous = load(simd, memory.get(before).ok_or(Error::MemoryTooLittle)?);
    for index in first..position.segment_length {
        let random = match &mut addresses {
            Some(addresses) => addresses.get(simd, index),
            None => first_word(&previous),
        };
        let pair = [position.reference(index, random), start + index];
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
    /// Returns the reference block for the block at `index` of this segment (RFC 9106, section 3.4.2). Recent
    /// blocks are more likely than old ones. The previous block is excluded.
    #[inline(always)]
    fn reference(&self, index: usize, random: u64) -> usize {
        // In the first pass all completed segments, later the three other segments.
        let completed = if self.pass == 0 {
            self.segment * self.segment_length
        } else {
            self.lane_length - self.segment_length
        };
        let area = (completed + index - 1) as u64;
        let random = random & u64::from(u32::MAX);
        let distance = (area * ((random * random) >> 32)) >> 32;
        let start = if self.pass == 0 { 0 } else { (self.segment + 1) * self.segment_length };
        let reference = start + (area - 1 - distance) as usize;
        // Faster than a remainder: the division would take a tenth of the time of a compression.
        if reference < self.lane_length { reference } else { reference - self.lane_length }
    }
}

/// The pseudorandom values of data-independent addressing (RFC 9106, section 3.4.1.2).
struct Addresses {
    input: Block,
    block: Block,
}

impl Addresses {
    fn new(position: &Position, passes: usize) -> Self {
        let mut input = Block::new();
        let lane = 0;
        let variant = Algorithm::Argon2id as usize;
        let inputs = [position.pass, lane, position.segment, position.lane_length, passes, variant];
        for (word, value) in inputs.into_iter().enumerate() {
            set_word(&mut input, word, value as u64);
        }
        Self { input, block: Block::new() }
    }

    /// Returns the value for the block at `index`. Indexes must increase.
    #[inline(always)]
    fn get<S: Simd>(&mut self, simd: S, index: usize) -> u64 {
        let counter = index / ADDRESSES + 1;
        if word_of(&self.input, 6) != counter as u64 {
            set_word(&mut self.input, 6, counter as u64);
            let zero = load(simd, &Block::new());
            let once: Vectors<S> = compress(simd, &zero, &load(simd, &self.input));
            store(&compress(simd, &zero, &once), &mut self.block);
        }
        word_of(&self.block, index % ADDRESSES)
    }
}
