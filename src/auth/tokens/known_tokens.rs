//! Access tokens that have been verified before. Checking an Ed25519 signature costs more than all the rest of
//! a small request; a token that comes again, byte for byte, is as genuine as it was the first time.
//!
//! What can change is not kept here: the caller looks at the times of a token and whether its key is still good, and asks
//! the database about its session, each time. An instance belongs to one set of keys and ends with it.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use aws_lc_rs::digest::{SHA256, digest};

use super::claims::Access;

/// Parts with a lock each, so that workers seldom wait for one another.
const SHARDS: usize = 16;
/// Most tokens in one half of a part: 4096 in all, less than a megabyte.
const HALF: usize = 128;

/// A token's SHA-256: whoever reads this memory learns no token.
type Digest = [u8; 32];

/// The tokens that were used lately.
pub(crate) struct KnownTokens([RwLock<Shard>; SHARDS]);

/// Two halves: when the young one is full it becomes the old one, and the old one is forgotten. What is used
/// moves to the young one, so about the least recently used go.
#[derive(Default)]
struct Shard {
    young: HashMap<Digest, Access>,
    old: HashMap<Digest, Access>,
}

impl KnownTokens {
    pub(crate) fn new() -> Self {
        Self(std::array::from_fn(|_| RwLock::default()))
    }

    /// What a token says, if it was remembered and has not been pushed out since.
    pub(crate) fn get(&self, token: &str) -> Option<Access> {
        let key = digest_of(token);
        let shard = self.shard(&key)?;
        let young = shard.read().unwrap_or_else(PoisonError::into_inner).young.get(&key).copied();
        young.or_else(|| shard.write().unwrap_or_else(PoisonError::into_inner).rejuvenate(&key))
    }

    /// Remembers a token whose signature, issuer and audience hold. Others are not remembered: whoever sends
    /// garbage shall push out nobody.
    pub(crate) fn remember(&self, token: &str, access: Access) {
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
    /// An old one is used again.
    fn rejuvenate(&mut self, key: &Digest) -> Option<Access> {
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
    fn a_remembered_token_is_known_and_no_other() {
        let tokens = KnownTokens::new();
        assert_eq!(exp(&tokens, "a.b.c"), None);
        tokens.remember("a.b.c", access(7));
        assert_eq!(exp(&tokens, "a.b.c"), Some(7));
        assert_eq!(exp(&tokens, "a.b.d"), None);
    }

    /// Threats: c15.
    #[test]
    fn the_number_of_tokens_is_bounded_and_used_ones_stay() {
        let tokens = KnownTokens::new();
        for number in 0..20_000 {
            tokens.remember(&number.to_string(), access(number));
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
