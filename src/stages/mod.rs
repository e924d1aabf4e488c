//! Creates users for tests at a given stage: `POST /sandbox/users` and `dev --fixtures`. Only `dev` offers
//! this.
//!
//! The users are created by the use cases of [`crate::auth`], step by step, with the codes that arrive at the
//! virtual phones. Nothing here writes to the database or bypasses a rule. Only this module knows both `auth`
//! and the sandbox.

mod fixtures;
mod handler;
mod invented;
mod make;
mod make_change;
mod person;
mod stage;

use twilio_verify_sandbox::Phones;

use crate::auth::Auth;

pub use fixtures::{Fixtures, InvalidFixtures};
pub use stage::Stage;

/// Creates users at a given stage.
#[derive(Clone)]
pub struct Stages {
    auth: Auth,
    phones: Phones,
}

impl Stages {
    /// Uses the virtual phones to which `auth` sends codes. Limits per client address do not apply to the
    /// created users.
    pub fn new(auth: &Auth, phones: Phones) -> Self {
        Self { auth: auth.without_address_limits(), phones }
    }
}
