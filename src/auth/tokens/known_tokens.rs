//! A cache of verified access tokens. Verifying an Ed25519 signature costs more than the rest of a small
//! request, and a token that comes again byte for byte is as genuine as the first time.
//!
//! The cache holds nothing that can change. For each request the caller checks the token's times and its key,
//! and asks the database about its session. An instance belongs to one set of keys and ends with it.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use aws_lc_rs::digest::{SHA256, digest};

use super::claims::Access;

/// The number of shards. Each has its own lock, so workers seldom wait for each other.
const SHARDS: usize = 16;
/// The most tokens in one half of a shard: 4096 in all, less than a megabyte.
const HALF: usize = 128;

/// The SHA-256 of a token, so that this memory reveals no token.
type Digest = [u8; 32];

/// Recently used tokens.
pub(crate) struct KnownTokens([RwLock<Shard>; SHARDS]);

/// Two generations. If the young one is full, it becomes the old one, and the previous old one is dropped. A
/// token that is used moves to the young one, so approximately the least recently used tokens are evicted.
#[derive(Default)]
struct Shard {
    young: HashMap<Digest, Access>,
    old: HashMap<Digest, Access>,
}

impl KnownTokens {
    pub(crate) fn new() -> Self {
        Self(std::array::from_fn(|_| RwLock::default()))
    }

    /// Returns what a token says, if the cache holds it.
    pub(crate) fn get(&self, token: &str) -> Option<Access> {
        let key = digest_of(token);
        let shard = self.shard(&key)?;
        let young = shard.read().unwrap_or_else(PoisonError::into_inner).young.get(&key).copied();
        young.or_else(|| shard.write().unwrap_or_else(PoisonError::into_inner).promote(&key))
    }

    /// Caches a token with a valid signature, issuer and audience. Other tokens must not be cached: they
    /// could evict genuine ones.
    pub(crate) fn insert(&self, token: &str, access: Access) {
        let key = digest_of(token);
        if let Some(shard) = self.shard(&key) {
            shard.write().unwrap_or_else(PoisonError::into_inner).insert(key, access);
        }
    }

    fn shard(&self, key: &Digest) -> Option<&RwLock<Shard>> {
        let number = key.first().map_or(0, |byte| usize::from(*byte)) % SHARDS;
        self.0.get(number)
    }
}

fn digest_of(token: &str) -> Digest {
    let mut key = Digest::default();
    key.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    key
}

impl Shard {
    /// Moves a token of the old generation to the young one.
    fn promote(&mut self, key: &Digest) -> Option<Access> {
        let access = self.old.remove(key)?;
        self.insert(*key, access);
        Some(access)
    }

    fn insert(&mut self, key: Digest, access: Access) {
        if self.young.len() >= HALF {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, access);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn access(exp: i64) -> Access {
        Access { user_id: Uuid::nil(), session_id: Uuid::nil(), valid_from: 0, exp, key: 0 }
    }

    fn exp(tokens: &KnownTokens, token: &str) -> Option<i64> {
        tokens.get(token).map(|access| access.exp)
    }

    #[test]
    fn only_cached_tokens_are_found() {
        let tokens = KnownTokens::new();
        assert_eq!(exp(&tokens, "a.b.c"), None);
        tokens.insert("a.b.c", access(7));
        assert_eq!(exp(&tokens, "a.b.c"), Some(7));
        assert_eq!(exp(&tokens, "a.b.d"), None);
    }

    /// Threats: c15.
    #[test]
    fn the_size_is_bounded_and_used_tokens_stay() {
        let tokens = KnownTokens::new();
        for number in 0..20_000 {
            tokens.insert(&number.to_string(), access(number));
            assert_eq!(exp(&tokens, "0"), Some(0), "after {number}");
        }
        let kept = |shard: &RwLock<Shard>| {
            let shard = shard.read().unwrap();
            shard.young.len() + shard.old.len()
        };
        assert!(tokens.0.iter().map(kept).sum::<usize>() <= SHARDS * HALF * 2);
        assert_eq!(exp(&tokens, "1"), None);
    }
}
