//! A password's hash: Argon2id (RFC 9106) as a PHC string.

use std::fmt;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::{Algorithm, Params, Version};
use aws_lc_rs::rand;

use crate::auth::error::Error;
use crate::auth::values::password::Password;
use argon2id_simd::{Argon2id, Block, OUTPUT_LENGTH};

/// Bytes of a salt (RFC 9106, section 3.1, recommends 16).
const SALT_LENGTH: usize = 16;
/// Most memory that a stored hash may ask for, in KiB: a row that was tampered with must not exhaust the
/// machine.
const MAX_STORED_MEMORY_KIB: u32 = 262_144;
/// Most passes over the memory, and most lanes, that a stored hash may ask for.
const MAX_STORED_ROUNDS: u32 = 16;

/// How much work a hash is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashParameters {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes. They run one after another on one thread: under load the threads are busy anyway.
    pub parallelism: u32,
}

impl HashParameters {
    /// Whether Argon2 and this program take these parameters.
    ///
    /// # Errors
    /// A sentence that says why not.
    pub fn check(self) -> Result<(), String> {
        let most = "at most 262144 KiB of memory, 16 iterations and 16 lanes";
        if !self.is_bounded() {
            return Err(format!("argon2 takes {most} here"));
        }
        self.params().map(drop).map_err(|error| error.to_string())
    }

    fn is_bounded(self) -> bool {
        self.memory_kib <= MAX_STORED_MEMORY_KIB
            && self.iterations <= MAX_STORED_ROUNDS
            && self.parallelism <= MAX_STORED_ROUNDS
    }

    fn params(self) -> Result<Params, argon2::Error> {
        Params::new(self.memory_kib, self.iterations, self.parallelism, Some(OUTPUT_LENGTH))
    }
}

/// A stored hash. Not comparable, not shown.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// A hash that the database holds.
    pub fn stored(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, for the database alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([redacted])")
    }
}

/// Hashes a password with a new salt.
pub(crate) fn hash(
    argon2id: Argon2id,
    password: &Password,
    parameters: HashParameters,
    memory: &mut Vec<Block>,
) -> Result<PasswordHash, Error> {
    let params = parameters.params().map_err(Error::internal)?;
    let mut salt = [0; SALT_LENGTH];
    rand::fill(&mut salt).map_err(Error::internal)?;
    let output = compute(argon2id, password, &salt, &params, memory)?;
    let phc = Phc {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(Error::internal)?,
        salt: Some(Salt::new(&salt).map_err(Error::internal)?),
        hash: Some(output),
    };
    Ok(PasswordHash(phc.to_string()))
}

/// Whether a password is the one that was hashed, compared in constant time.
pub(crate) fn matches(
    argon2id: Argon2id,
    password: &Password,
    stored: &PasswordHash,
    memory: &mut Vec<Block>,
) -> Result<bool, Error> {
    let phc = Phc::new(&stored.0).map_err(Error::internal)?;
    let params = Params::try_from(&phc).map_err(Error::internal)?;
    let (Some(salt), Some(expected)) = (phc.salt, phc.hash) else {
        return Err(Error::internal("a stored hash has no salt or no output"));
    };
    if !parameters_of(&params).is_bounded() {
        return Err(Error::internal("a stored hash asks for more work than is allowed"));
    }
    // `Output` compares in constant time.
    Ok(compute(argon2id, password, salt.as_ref(), &params, memory)? == expected)
}

/// Whether a stored hash was made with these parameters.
pub(crate) fn is_current(stored: &PasswordHash, parameters: HashParameters) -> bool {
    Phc::new(&stored.0)
        .ok()
        .and_then(|phc| Params::try_from(&phc).ok())
        .is_some_and(|params| parameters_of(&params) == parameters)
}

fn parameters_of(params: &Params) -> HashParameters {
    HashParameters { memory_kib: params.m_cost(), iterations: params.t_cost(), parallelism: params.p_cost() }
}

fn compute(
    argon2id: Argon2id,
    password: &Password,
    salt: &[u8],
    params: &Params,
    memory: &mut Vec<Block>,
) -> Result<Output, Error> {
    // The tests count these: the same work for a known and an unknown email address.
    tracing::trace!(memory_kib = params.m_cost(), iterations = params.t_cost(), "argon2");
    let blocks = params.block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::default());
    }
    let output = argon2id.hash(password.expose(), salt, params, memory).map_err(Error::internal)?;
    Output::new(&output).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use argon2::Argon2;

    use super::*;

    const CHEAP: HashParameters = HashParameters { memory_kib: 64, iterations: 1, parallelism: 1 };

    #[test]
    fn a_hash_is_a_phc_string_that_any_argon2_verifies() {
        let (password, mut memory) = (Password::parse_attempt("correct horse").unwrap(), Vec::new());
        let hashed = hash(Argon2id::plain(), &password, CHEAP, &mut memory).unwrap();
        assert!(hashed.expose().starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{}", hashed.expose());
        use argon2::password_hash::PasswordVerifier;
        Argon2::default().verify_password(b"correct horse", hashed.expose()).unwrap();
        assert!(matches(Argon2id::plain(), &password, &hashed, &mut memory).unwrap());
        assert!(
            !matches(
                Argon2id::plain(),
                &Password::parse_attempt("correct horsf").unwrap(),
                &hashed,
                &mut memory
            )
            .unwrap()
        );
    }

    #[test]
    fn parameters_tell_whether_a_hash_is_current() {
        let hashed =
            hash(Argon2id::plain(), &Password::parse_attempt("x").unwrap(), CHEAP, &mut Vec::new()).unwrap();
        assert!(is_current(&hashed, CHEAP));
        assert!(!is_current(&hashed, HashParameters { iterations: 2, ..CHEAP }));
    }

    #[test]
    fn a43_a_stored_hash_cannot_ask_for_the_whole_machine() {
        let stored = PasswordHash::stored(
            "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE".into(),
        );
        assert!(
            matches(Argon2id::plain(), &Password::parse_attempt("x").unwrap(), &stored, &mut Vec::new())
                .is_err()
        );
    }
}
