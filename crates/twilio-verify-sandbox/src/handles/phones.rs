//! The virtual phones and mailboxes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::wait::wait_for;
use crate::ACCOUNT_SID;
use crate::phone::message::{Message, MessageFilter};
use crate::state::State;

/// How long [`Phones::next_code`] waits. The sandbox answers in milliseconds.
const NEXT_CODE_TIMEOUT: Duration = Duration::from_secs(5);

/// The virtual phones and mailboxes of a sandbox. Clones share them.
///
/// ```
/// use std::time::Duration;
/// use twilio_verify_sandbox::{Channel, MessageFilter, Sandbox};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let sandbox = Sandbox::start().await?;
/// let phones = sandbox.phones();
/// let calls = MessageFilter::new().to("+12015550123").channel(Channel::Call);
/// assert!(phones.messages(&calls).is_empty());
/// assert!(phones.wait_for_message(&calls, Duration::from_millis(10)).await.is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Phones(Arc<State>);

impl Phones {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self(state)
    }

    /// Returns the selected messages, newest first.
    pub fn messages(&self, filter: &MessageFilter) -> Vec<Message> {
        self.newest_messages(filter, usize::MAX)
    }

    /// Returns at most `limit` of the selected messages, newest first.
    pub(crate) fn newest_messages(&self, filter: &MessageFilter, limit: usize) -> Vec<Message> {
        self.0.accounts().messages(filter, limit)
    }

    /// Returns the code in the newest message to a phone number or email address.
    pub fn code_to(&self, to: &str) -> Option<String> {
        self.newest_messages(&MessageFilter::new().to(to), 1).pop().map(|message| message.code)
    }

    /// Returns the newest selected message. If there is none, it waits for one.
    ///
    /// # Errors
    /// No such message arrives in time.
    pub async fn wait_for_message(
        &self,
        filter: &MessageFilter,
        timeout: Duration,
    ) -> Result<Message, NoMessage> {
        let found = self.wait_for_messages(filter, 1, Instant::now() + timeout).await.pop();
        found.ok_or_else(|| NoMessage { to: filter.recipient().map(str::to_owned), waited: timeout })
    }

    /// Returns the code in the newest message to a phone number or email address. If there is none, it waits for one.
    ///
    /// If the same number gets several codes in one test, use [`Self::wait_for_message`] with
    /// [`MessageFilter::after`].
    ///
    /// # Errors
    /// No message arrives in time.
    pub async fn wait_for_code(&self, to: &str, timeout: Duration) -> Result<String, NoMessage> {
        let message = self.wait_for_message(&MessageFilter::new().to(to), timeout).await?;
        Ok(message.code)
    }

    pub(crate) async fn wait_for_messages(
        &self,
        filter: &MessageFilter,
        limit: usize,
        deadline: Instant,
    ) -> Vec<Message> {
        let find = |after| self.newest_messages(&filter.clone().after(after), limit);
        wait_for(self.0.arrivals(), deadline, filter.after, find).await
    }

    /// Forgets the messages to one recipient, or all. The verifications that they belong to remain.
    pub fn forget(&self, to: Option<&str>) {
        self.forget_of(None, to);
    }

    pub(crate) fn forget_of(&self, account_sid: Option<&str>, to: Option<&str>) {
        self.0.forget_messages(account_sid, to);
    }

    /// Returns the identifier of the newest message of all. Messages to come have higher ones.
    pub fn newest(&self) -> u64 {
        *self.0.arrivals().borrow()
    }

    /// Waits up to 5 seconds for a code of the [well-known account](ACCOUNT_SID) in a message later than `newest`.
    pub async fn next_code(&self, newest: u64, to: &str) -> Option<String> {
        let filter = MessageFilter::new().account(ACCOUNT_SID).to(to).after(newest);
        self.wait_for_message(&filter, NEXT_CODE_TIMEOUT).await.ok().map(|message| message.code)
    }

    /// Returns the newest code of the [well-known account](ACCOUNT_SID) in a message later than `newest`.
    pub fn code_since(&self, newest: u64, to: &str) -> Option<String> {
        let filter = MessageFilter::new().account(ACCOUNT_SID).to(to).after(newest);
        self.newest_messages(&filter, 1).pop().map(|message| message.code)
    }
}

impl fmt::Debug for Phones {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Phones").finish_non_exhaustive()
    }
}

/// No message arrived in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoMessage {
    to: Option<String>,
    waited: Duration,
}

impl fmt::Display for NoMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no message")?;
        if let Some(to) = &self.to {
            write!(formatter, " to {to}")?;
        }
        write!(formatter, " arrived within {:?}", self.waited)
    }
}

impl std::error::Error for NoMessage {}
