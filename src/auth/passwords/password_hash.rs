//! A password hash as it is stored: an Argon2id PHC string.

use std::fmt;

use argon2::Params;
use argon2::password_hash::phc::PasswordHash as Phc;
use argon2id_simd::OUTPUT_LENGTH;

/// The most memory that a stored hash may ask for, in KiB. A manipulated row must not exhaust the machine.
const MAX_STORED_MEMORY_KIB: u32 = 262_144;
/// The most passes over the memory, and the most lanes, that a stored hash may ask for.
const MAX_STORED_ROUNDS: u32 = 16;

/// The cost of a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashParameters {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes. They run one after another on one thread, because under load every thread is busy.
    pub parallelism: u32,
}

impl HashParameters {
    /// Checks that Argon2 and this program accept these parameters.
    ///
    /// # Errors
    /// A sentence that says why not.
    pub fn check(self) -> Result<(), String> {
        let most = "at most 262144 KiB of memory, 16 iterations and 16 lanes";
        if !self.is_bounded() {
            return Err(format!("argon2 takes {most} here"));
        }
        self.to_params().map(drop).map_err(|error| error.to_string())
    }

    /// The parameters of a hash that exists.
    pub(super) fn of(params: &Params) -> Self {
        Self { memory_kib: params.m_cost(), iterations: params.t_cost(), parallelism: params.p_cost() }
    }

    pub(super) fn is_bounded(self) -> bool {
        self.memory_kib <= MAX_STORED_MEMORY_KIB
            && self.iterations <= MAX_STORED_ROUNDS
            && self.parallelism <= MAX_STORED_ROUNDS
    }

    pub(super) fn to_params(self) -> Result<Params, argon2::Error> {
        Params::new(self.memory_kib, self.iterations, self.parallelism, Some(OUTPUT_LENGTH))
    }
}

/// A stored hash. It cannot be compared with `==` and is never printed.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a hash from the database.
    pub fn stored(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, for the database only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the hash was made with these parameters.
    pub(super) fn is_current(&self, parameters: HashParameters) -> bool {
        Phc::new(&self.0)
            .ok()
            .and_then(|phc| Params::try_from(&phc).ok())
            .is_some_and(|params| HashParameters::of(&params) == parameters)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_current_if_its_parameters_are() {
        let hash = PasswordHash::stored(
            "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"
                .into(),
        );
        let parameters = HashParameters { memory_kib: 64, iterations: 1, parallelism: 1 };
        assert!(hash.is_current(parameters));
        assert!(!hash.is_current(HashParameters { iterations: 2, ..parameters }));
    }
}
