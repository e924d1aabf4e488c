//! The virtual phones, for whoever runs in one process with the sandbox.

use std::sync::Arc;
use std::time::Duration;

use super::inbox::Filter;
use crate::ACCOUNT_SID;
use crate::state::State;

/// How long a code is waited for that is on its way. The sandbox answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// The virtual phones of the well-known account.
#[derive(Clone)]
pub struct Phones(Arc<State>);

impl Phones {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self(state)
    }

    /// Names the newest message of all: those to come are later.
    pub fn newest(&self) -> u64 {
        *self.0.arrivals().borrow()
    }

    /// The next code that comes to a number or an address; `None` where none does for a while.
    pub async fn next_code(&self, newest: u64, to: &str) -> Option<String> {
        let mut arrivals = self.0.arrivals().clone();
        let come = async {
            loop {
                if let Some(code) = self.code_since(newest, to) {
                    return Some(code);
                }
                arrivals.changed().await.ok()?;
            }
        };
        tokio::time::timeout(PATIENCE, come).await.ok().flatten()
    }

    /// The newest code that came to a number since.
    pub fn code_since(&self, newest: u64, to: &str) -> Option<String> {
        let filter = Filter { to: Some(to.to_owned()), channel: None, after: newest };
        self.0.accounts().messages(Some(ACCOUNT_SID), &filter, 1).pop().map(|message| message.code)
    }
}
