//! Computes Argon2id hashes (RFC 9106) on one thread.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::{Algorithm, Params, Version};
use argon2id_simd::{Argon2id, Block};
use aws_lc_rs::rand;

use super::password_hash::{HashParameters, PasswordHash};
use crate::auth::error::Error;
use crate::auth::values::password::Password;

/// Bytes of a salt (RFC 9106, section 3.1, recommends 16).
const SALT_LENGTH: usize = 16;

/// Hashes and compares passwords, one at a time. Each hashing thread has one.
///
/// The memory is kept between hashes: allocating 19 MiB for each would cost up to half of the throughput.
pub(crate) struct HashEngine {
    kernel: Argon2id,
    memory: Vec<Block>,
}

impl HashEngine {
    /// Creates an engine that allocates its memory at the first hash.
    pub(crate) fn new(kernel: Argon2id) -> Self {
        Self { kernel, memory: Vec::new() }
    }

    /// Hashes a password with a new salt.
    pub(crate) fn hash(
        &mut self,
        password: &Password,
        parameters: HashParameters,
    ) -> Result<PasswordHash, Error> {
        let params = parameters.to_params().map_err(Error::internal)?;
        let mut salt = [0; SALT_LENGTH];
        rand::fill(&mut salt).map_err(Error::internal)?;
        let output = self.compute(password, &salt, &params)?;
        let phc = Phc {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).map_err(Error::internal)?,
            salt: Some(Salt::new(&salt).map_err(Error::internal)?),
            hash: Some(output),
        };
        Ok(PasswordHash::stored(phc.to_string()))
    }

    /// Compares a password with a stored hash, in constant time.
    pub(crate) fn matches(&mut self, password: &Password, stored: &PasswordHash) -> Result<bool, Error> {
        let phc = Phc::new(stored.expose()).map_err(Error::internal)?;
        let params = Params::try_from(&phc).map_err(Error::internal)?;
        let (Some(salt), Some(expected)) = (phc.salt, phc.hash) else {
            return Err(Error::internal("a stored hash has no salt or no output"));
        };
        if !HashParameters::of(&params).is_bounded() {
            return Err(Error::internal("a stored hash asks for more work than is allowed"));
        }
        // `Output` compares in constant time.
        Ok(self.compute(password, salt.as_ref(), &params)? == expected)
    }

    fn compute(&mut self, password: &Password, salt: &[u8], params: &Params) -> Result<Output, Error> {
        // Tests count these lines: a known and an unknown email address must cost the same work.
        tracing::trace!(memory_kib = params.m_cost(), iterations = params.t_cost(), "argon2");
        let blocks = params.block_count();
        if self.memory.len() < blocks {
            self.memory.resize(blocks, Block::default());
        }
        let output = self.kernel.hash(password.expose(), salt, params, &mut self.memory);
        Output::new(&output.map_err(Error::internal)?).map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use argon2::Argon2;
    use argon2::password_hash::PasswordVerifier;

    use super::*;

    const CHEAP: HashParameters = HashParameters { memory_kib: 64, iterations: 1, parallelism: 1 };

    fn password(text: &str) -> Password {
        Password::parse_attempt(text).unwrap()
    }

    #[test]
    fn a_hash_is_a_phc_string_that_any_argon2_verifies() {
        let mut engine = HashEngine::new(Argon2id::portable());
        let hashed = engine.hash(&password("correct horse"), CHEAP).unwrap();
        assert!(hashed.expose().starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{}", hashed.expose());
        Argon2::default().verify_password(b"correct horse", hashed.expose()).unwrap();
        assert!(engine.matches(&password("correct horse"), &hashed).unwrap());
        assert!(!engine.matches(&password("correct horsf"), &hashed).unwrap());
    }

    /// Threats: a43.
    #[test]
    fn a_stored_hash_cannot_ask_for_the_whole_machine() {
        let stored = PasswordHash::stored(
            "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE".into(),
        );
        assert!(HashEngine::new(Argon2id::portable()).matches(&password("x"), &stored).is_err());
    }
}
