//! Access to the virtual phones for code in the same process.

use std::sync::Arc;
use std::time::Duration;

use super::message::MessageFilter;
use crate::ACCOUNT_SID;
use crate::state::State;

/// How long [`Phones::next_code`] waits. The sandbox delivers within milliseconds.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The virtual phones of the default account, [`ACCOUNT_SID`].
#[derive(Clone)]
pub struct Phones(Arc<State>);

impl Phones {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self(state)
    }

    /// Returns the number of the newest message. Later messages have higher numbers.
    pub fn newest(&self) -> u64 {
        *self.0.arrivals().borrow()
    }

    /// Waits up to five seconds for a code to `to` in a message after number `newest`.
    pub async fn next_code(&self, newest: u64, to: &str) -> Option<String> {
        let mut arrivals = self.0.arrivals().clone();
        let arrival = async {
            loop {
                if let Some(code) = self.code_since(newest, to) {
                    return Some(code);
                }
                arrivals.changed().await.ok()?;
            }
        };
        tokio::time::timeout(TIMEOUT, arrival).await.ok().flatten()
    }

    /// Returns the newest code to `to` in a message after number `newest`.
    pub fn code_since(&self, newest: u64, to: &str) -> Option<String> {
        let filter = MessageFilter { to: Some(to.to_owned()), channel: None, after: newest };
        self.0.accounts().messages(Some(ACCOUNT_SID), &filter, 1).pop().map(|message| message.code)
    }
}
