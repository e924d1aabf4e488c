//! Users for tests, made where a test wants to begin: `POST /sandbox/users`, and `dev --fixtures`.
//!
//! They are made by the use cases of [`crate::auth`], step by step, with the codes that came to the virtual phones:
//! no row is written here, and there is no way in that a person would not have. This is the one room that knows both
//! the rules and the sandbox, and `dev` alone opens it.

mod fixtures;
mod handler;
mod invented;
mod make;
mod make_change;
mod person;
mod stage;

use crate::auth::Auth;
use twilio_verify_sandbox::Phones;

pub use fixtures::{Fixtures, InvalidFixtures};
pub use stage::Stage;

/// Makes users.
#[derive(Clone)]
pub struct Stages {
    auth: Auth,
    phones: Phones,
}

impl Stages {
    /// `phones`: those that `auth` sends codes to. Whoever is made here comes from no address that could be counted.
    pub fn new(auth: &Auth, phones: Phones) -> Self {
        Self { auth: auth.without_address_limits(), phones }
    }
}
