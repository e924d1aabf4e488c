//! Decides which key signs and until when a key is needed. Pure functions of the time.
//!
//! ```text
//! created ──lead time──▶ signs ──the next key signs──▶ verifies ──its last token expires──▶ forgotten
//! └──────────────── in the JWK Set ───────────────────────────────────────────────────────┘
//! ```

use chrono::{DateTime, TimeDelta, Utc};

/// The state of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, so that resource servers know it before it begins to sign.
    Waiting,
    /// Signs new tokens.
    Signing,
    /// Signs no new tokens; tokens that it signed have not expired.
    Checking,
    /// No unexpired token names it.
    Forgotten,
}

/// The times at which a deployment's keys begin to sign, the latest first.
pub(crate) struct Schedule {
    starts: Vec<DateTime<Utc>>,
    longest_token: TimeDelta,
}

impl Schedule {
    /// `longest_token`: the longest lifetime of a token.
    pub(crate) fn new(starts: Vec<DateTime<Utc>>, longest_token: TimeDelta) -> Self {
        Self { starts, longest_token }
    }

    /// Returns the index of the key that signs at a time. Before the first key begins, it is the first key.
    pub(crate) fn signing(&self, at: DateTime<Utc>) -> Option<usize> {
        self.starts.iter().position(|start| *start <= at).or(self.starts.len().checked_sub(1))
    }

    /// Returns the state of a key.
    pub(crate) fn state(&self, index: usize, now: DateTime<Utc>) -> KeyState {
        match self.signing(now) {
            Some(signing) if index < signing => KeyState::Waiting,
            Some(signing) if index == signing => KeyState::Signing,
            _ if self.successor(index).is_some_and(|start| now < start + self.longest_token) => {
                KeyState::Checking
            }
            _ => KeyState::Forgotten,
        }
    }

    /// Whether an unexpired token may name the key, now or soon.
    pub(crate) fn is_needed(&self, index: usize, now: DateTime<Utc>) -> bool {
        self.state(index, now) != KeyState::Forgotten
    }

    /// Returns when the next key begins to sign.
    fn successor(&self, index: usize) -> Option<DateTime<Utc>> {
        self.starts.get(index.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_key_waits_signs_verifies_and_is_forgotten() {
        use KeyState::*;
        let schedule = Schedule::new(vec![at(2000), at(1000), at(0)], TimeDelta::seconds(100));
        for (now, states) in [
            (-1, [Waiting, Waiting, Signing]),
            (999, [Waiting, Waiting, Signing]),
            (1000, [Waiting, Signing, Checking]),
            (1099, [Waiting, Signing, Checking]),
            (1100, [Waiting, Signing, Forgotten]),
            (2000, [Signing, Checking, Forgotten]),
            (9999, [Signing, Forgotten, Forgotten]),
        ] {
            assert_eq!([0, 1, 2].map(|index| schedule.state(index, at(now))), states, "at {now}");
        }
    }

    #[test]
    fn without_keys_nothing_signs() {
        assert_eq!(Schedule::new(vec![], TimeDelta::zero()).signing(at(0)), None);
    }
}
