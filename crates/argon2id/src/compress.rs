//! The compression function G (RFC 9106, sections 3.5 and 3.6), eight words at a time.
//!
//! RFC 9106 looks at a block as eight rows of sixteen words, and mixes along the rows, then along the columns, where a
//! column is two words wide. Here a vector holds a quarter of two rows that follow each other: words 0 to 3 of row 0 and
//! words 0 to 3 of row 1 are the first, words 4 to 7 of both the second. Along the rows, the vectors of a pair of rows are
//! what is mixed; along the columns, those of the same quarter. In both cases words move within their vector alone. The
//! blocks in memory are in this order too; what goes in and what comes out is brought into it and back.

use argon2::Block;
use fearless_simd::prelude::*;
use fearless_simd::{Simd, u64x8};

/// Words of a vector, and vectors of a block.
const WORDS: usize = 8;
const VECTORS: usize = 16;

/// A block in registers, or as many of them as there are.
pub(super) type Vectors<S> = [u64x8<S>; VECTORS];

/// How far each of four words moves to the front; those at the front go to the end.
#[derive(Clone, Copy)]
enum Turn {
    One,
    Two,
    Three,
}

/// Where a word of a block (0 to 127, as the RFC counts) stands.
pub(super) const fn place(word: usize) -> usize {
    let (row, column) = (word / 16, word % 16);
    let vector = row / 2 * 4 + column / 4;
    vector * WORDS + row % 2 * 4 + column % 4
}

/// Brings a block into the order of this module.
pub(super) fn from_bytes(bytes: &[u8; Block::SIZE], block: &mut Block) {
    for (word, bytes) in bytes.as_chunks().0.iter().enumerate() {
        set(block, word, u64::from_le_bytes(*bytes));
    }
}

/// And back.
pub(super) fn to_bytes(block: &Block) -> [u8; Block::SIZE] {
    let mut bytes = [0; Block::SIZE];
    for (word, bytes) in bytes.as_chunks_mut().0.iter_mut().enumerate() {
        *bytes = get(block, word).to_le_bytes();
    }
    bytes
}

/// A word of a block, as the RFC counts them.
#[inline(always)]
pub(super) fn get(block: &Block, word: usize) -> u64 {
    block.as_ref().get(place(word)).copied().unwrap_or_default()
}

/// Changes one.
#[inline(always)]
pub(super) fn set(block: &mut Block, word: usize, value: u64) {
    if let Some(place) = block.as_mut().get_mut(place(word)) {
        *place = value;
    }
}

/// The first word, which is the first in any order.
#[inline(always)]
pub(super) fn first_word<S: Simd>([first, ..]: &Vectors<S>) -> u64 {
    let [word, ..]: [u64; WORDS] = (*first).into();
    word
}

/// What a block holds.
#[inline(always)]
pub(super) fn load<S: Simd>(simd: S, block: &Block) -> Vectors<S> {
    let mut vectors = [u64x8::splat(simd, 0); VECTORS];
    for (vector, words) in vectors.iter_mut().zip(block.as_ref().as_chunks::<WORDS>().0) {
        *vector = (*words).simd_into(simd);
    }
    vectors
}

/// Puts it there.
#[inline(always)]
pub(super) fn store<S: Simd>(vectors: &Vectors<S>, block: &mut Block) {
    for (vector, words) in vectors.iter().zip(block.as_mut().as_chunks_mut::<WORDS>().0) {
        *words = (*vector).into();
    }
}

/// One block made of two.
#[inline(always)]
pub(super) fn compress<S: Simd>(simd: S, one: &Vectors<S>, other: &Vectors<S>) -> Vectors<S> {
    let both = xor(one, other);
    let mut mixed = both;
    for [a, b, c, d] in mixed.as_chunks_mut().0 {
        mix(simd, [a, b, c, d], along_rows);
    }
    let [a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3] = &mut mixed;
    for column in [[a0, b0, c0, d0], [a1, b1, c1, d1], [a2, b2, c2, d2], [a3, b3, c3, d3]] {
        mix(simd, column, along_columns);
    }
    xor(&mixed, &both)
}

/// Two blocks, word by word.
#[inline(always)]
pub(super) fn xor<S: Simd>(one: &Vectors<S>, other: &Vectors<S>) -> Vectors<S> {
    let mut result = *one;
    for (word, other) in result.iter_mut().zip(other) {
        *word ^= *other;
    }
    result
}

/// The permutation P of sixteen words, for two of them at a time: the first, second, third and last four are in one vector
/// each. First the four stand above each other as they are, then turned into diagonals.
#[inline(always)]
fn mix<S: Simd>(simd: S, [a, b, c, d]: [&mut u64x8<S>; 4], turn: impl Fn(S, u64x8<S>, Turn) -> u64x8<S>) {
    quarter(simd, [a, b, c, d]);
    (*b, *c, *d) = (turn(simd, *b, Turn::One), turn(simd, *c, Turn::Two), turn(simd, *d, Turn::Three));
    quarter(simd, [a, b, c, d]);
    (*b, *c, *d) = (turn(simd, *b, Turn::Three), turn(simd, *c, Turn::Two), turn(simd, *d, Turn::One));
}

/// The RFC's GB.
#[inline(always)]
fn quarter<S: Simd>(simd: S, [a, b, c, d]: [&mut u64x8<S>; 4]) {
    *a = add(simd, *a, *b);
    *d = rotate(*d ^ *a, 32);
    *c = add(simd, *c, *d);
    *b = rotate(*b ^ *c, 24);
    *a = add(simd, *a, *b);
    *d = rotate(*d ^ *a, 16);
    *c = add(simd, *c, *d);
    *b = rotate(*b ^ *c, 63);
}

/// The sum of two, and twice the product of their lower halves. The compiler sees that the upper halves are zero, and
/// multiplies 32 bits by 32.
#[inline(always)]
fn add<S: Simd>(simd: S, one: u64x8<S>, other: u64x8<S>) -> u64x8<S> {
    let lower = u64x8::splat(simd, u64::from(u32::MAX));
    let product = (one & lower) * (other & lower);
    one + other + (product + product)
}

#[inline(always)]
fn rotate<S: Simd>(word: u64x8<S>, bits: u32) -> u64x8<S> {
    (word >> bits) | (word << (u64::BITS - bits))
}

/// The words of a row stand beside each other.
#[inline(always)]
fn along_rows<S: Simd>(simd: S, words: u64x8<S>, by: Turn) -> u64x8<S> {
    let [a, b, c, d, e, f, g, h]: [u64; WORDS] = words.into();
    let turned = match by {
        Turn::One => [b, c, d, a, f, g, h, e],
        Turn::Two => [c, d, a, b, g, h, e, f],
        Turn::Three => [d, a, b, c, h, e, f, g],
    };
    turned.simd_into(simd)
}

/// Of a column's words two stand in the first half and two in the second.
#[inline(always)]
fn along_columns<S: Simd>(simd: S, words: u64x8<S>, by: Turn) -> u64x8<S> {
    let [a, b, c, d, e, f, g, h]: [u64; WORDS] = words.into();
    let turned = match by {
        Turn::One => [b, e, d, g, f, a, h, c],
        Turn::Two => [e, f, g, h, a, b, c, d],
        Turn::Three => [f, a, h, c, b, e, d, g],
    };
    turned.simd_into(simd)
}
