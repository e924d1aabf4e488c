//! The compression function G (RFC 9106, sections 3.5 and 3.6), eight words at a time.
//!
//! RFC 9106 arranges a block as eight rows of sixteen words. It permutes the rows, then the columns, which
//! are two words wide. Here, a vector holds a quarter of two consecutive rows: the first vector has words 0
//! to 3 of row 0 and words 0 to 3 of row 1, the second has words 4 to 7 of both. A row permutation takes the
//! four vectors of a pair of rows. A column permutation takes the four vectors of the same quarter. In both
//! cases, words move within their vector only.
//!
//! Blocks in memory have this order, too. [`from_bytes`] and [`to_bytes`] convert the first blocks and the
//! last.

use argon2::Block;
use fearless_simd::prelude::*;
use fearless_simd::{Simd, u64x8};

/// The number of words in a vector, and of vectors in a block.
const WORDS: usize = 8;
const VECTORS: usize = 16;

/// A block as vectors.
pub(super) type Vectors<S> = [u64x8<S>; VECTORS];

/// A left rotation of four words by one, two or three positions.
#[derive(Clone, Copy)]
enum Rotation {
    One,
    Two,
    Three,
}

/// Converts the RFC's number of a word (0 to 127) to its index in a block of this module's order.
pub(super) const fn index_of(word: usize) -> usize {
    let row = word / 16;
    let column = word % 16;
    let vector = row / 2 * 4 + column / 4;
    vector * WORDS + row % 2 * 4 + column % 4
}

/// Converts a block from the RFC's order.
pub(super) fn from_bytes(bytes: &[u8; Block::SIZE], block: &mut Block) {
    for (word, bytes) in bytes.as_chunks().0.iter().enumerate() {
        set_word(block, word, u64::from_le_bytes(*bytes));
    }
}

/// Converts a block to the RFC's order.
pub(super) fn to_bytes(block: &Block) -> [u8; Block::SIZE] {
    let mut bytes = [0; Block::SIZE];
    for (word, bytes) in bytes.as_chunks_mut().0.iter_mut().enumerate() {
        *bytes = word_of(block, word).to_le_bytes();
    }
    bytes
}

/// Returns the word with the RFC's number `word`.
#[inline(always)]
pub(super) fn word_of(block: &Block, word: usize) -> u64 {
    block.as_ref().get(index_of(word)).copied().unwrap_or_default()
}

/// Sets the word with the RFC's number `word`.
#[inline(always)]
pub(super) fn set_word(block: &mut Block, word: usize, value: u64) {
    if let Some(place) = block.as_mut().get_mut(index_of(word)) {
        *place = value;
    }
}

/// Returns the first word, which has index 0 in both orders.
#[inline(always)]
pub(super) fn first_word<S: Simd>([first, ..]: &Vectors<S>) -> u64 {
    let [word, ..]: [u64; WORDS] = (*first).into();
    word
}

/// Loads a block into vectors.
#[inline(always)]
pub(super) fn load<S: Simd>(simd: S, block: &Block) -> Vectors<S> {
    let mut vectors = [u64x8::splat(simd, 0); VECTORS];
    for (vector, words) in vectors.iter_mut().zip(block.as_ref().as_chunks::<WORDS>().0) {
        *vector = (*words).simd_into(simd);
    }
    vectors
}

/// Stores vectors into a block.
#[inline(always)]
pub(super) fn store<S: Simd>(vectors: &Vectors<S>, block: &mut Block) {
    for (vector, words) in vectors.iter().zip(block.as_mut().as_chunks_mut::<WORDS>().0) {
        *words = (*vector).into();
    }
}

/// The compression function G.
#[inline(always)]
pub(super) fn compress<S: Simd>(simd: S, x: &Vectors<S>, y: &Vectors<S>) -> Vectors<S> {
    let r = xor(x, y);
    let mut z = r;
    for [a, b, c, d] in z.as_chunks_mut().0 {
        permute(simd, [a, b, c, d], rotate_rows);
    }
    let [a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3] = &mut z;
    for column in [[a0, b0, c0, d0], [a1, b1, c1, d1], [a2, b2, c2, d2], [a3, b3, c3, d3]] {
        permute(simd, column, rotate_columns);
    }
    xor(&z, &r)
}

/// XORs two blocks.
#[inline(always)]
pub(super) fn xor<S: Simd>(x: &Vectors<S>, y: &Vectors<S>) -> Vectors<S> {
    let mut result = *x;
    for (x, y) in result.iter_mut().zip(y) {
        *x ^= *y;
    }
    result
}

/// The permutation P, for two groups of sixteen words at a time. Each vector holds four words of both groups.
/// The first GB works on the columns of the RFC's four-by-four matrix; the rotations turn its diagonals into
/// columns and back.
#[inline(always)]
fn permute<S: Simd>(
    simd: S,
    [a, b, c, d]: [&mut u64x8<S>; 4],
    rotate_words: impl Fn(S, u64x8<S>, Rotation) -> u64x8<S>,
) {
    gb(simd, [a, b, c, d]);
    *b = rotate_words(simd, *b, Rotation::One);
    *c = rotate_words(simd, *c, Rotation::Two);
    *d = rotate_words(simd, *d, Rotation::Three);
    gb(simd, [a, b, c, d]);
    *b = rotate_words(simd, *b, Rotation::Three);
    *c = rotate_words(simd, *c, Rotation::Two);
    *d = rotate_words(simd, *d, Rotation::One);
}

/// The function GB.
#[inline(always)]
fn gb<S: Simd>(simd: S, [a, b, c, d]: [&mut u64x8<S>; 4]) {
    *a = multiply_add(simd, *a, *b);
    *d = rotate_right(*d ^ *a, 32);
    *c = multiply_add(simd, *c, *d);
    *b = rotate_right(*b ^ *c, 24);
    *a = multiply_add(simd, *a, *b);
    *d = rotate_right(*d ^ *a, 16);
    *c = multiply_add(simd, *c, *d);
    *b = rotate_right(*b ^ *c, 63);
}

/// Computes `x + y + 2 * lower(x) * lower(y)`, where `lower` is the lower 32 bits. The mask tells the
/// compiler that a multiplication of 32-bit numbers suffices.
#[inline(always)]
fn multiply_add<S: Simd>(simd: S, x: u64x8<S>, y: u64x8<S>) -> u64x8<S> {
    let lower = u64x8::splat(simd, u64::from(u32::MAX));
    let product = (x & lower) * (y & lower);
    x + y + (product + product)
}

#[inline(always)]
fn rotate_right<S: Simd>(words: u64x8<S>, bits: u32) -> u64x8<S> {
    (words >> bits) | (words << (u64::BITS - bits))
}

/// Rotates the words of each group in a row permutation, where a group occupies one half of the vector.
#[inline(always)]
fn rotate_rows<S: Simd>(simd: S, words: u64x8<S>, rotation: Rotation) -> u64x8<S> {
    let [a, b, c, d, e, f, g, h]: [u64; WORDS] = words.into();
    let rotated = match rotation {
        Rotation::One => [b, c, d, a, f, g, h, e],
        Rotation::Two => [c, d, a, b, g, h, e, f],
        Rotation::Three => [d, a, b, c, h, e, f, g],
    };
    rotated.simd_into(simd)
}

/// Rotates the words of each group in a column permutation, where each half of the vector has two words of
/// both groups.
#[inline(always)]
fn rotate_columns<S: Simd>(simd: S, words: u64x8<S>, rotation: Rotation) -> u64x8<S> {
    let [a, b, c, d, e, f, g, h]: [u64; WORDS] = words.into();
    let rotated = match rotation {
        Rotation::One => [b, e, d, g, f, a, h, c],
        Rotation::Two => [e, f, g, h, a, b, c, d],
        Rotation::Three => [f, a, h, c, b, e, d, g],
    };
    rotated.simd_into(simd)
}
