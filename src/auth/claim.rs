//! What is one user's alone, and who gets it: the unique indexes decide, and whoever signed up long ago and never proved
//! their phone gives way. Nothing that such a user holds is worth anything then: password, tokens and pending codes go with
//! the row.

use super::Auth;
use super::client::Client;
use super::events::event::Event;
use super::events::transaction::Transaction;
use storage::EventKind;
use storage::unverified;
use storage::unverified::Claim;
use storage::{Error as StorageError, Timestamp};

/// How often a claim is tried that gives way to whatever the old user does at this moment.
const ATTEMPTS: u32 = 10;

impl Auth {
    /// Writes what claims an email address, a number or a username. Where an index refuses it, once more, with those out of
    /// the way that may be. `work` makes the transaction's work, which may be done several times.
    ///
    /// # Errors
    /// Those of the work: [`StorageError::Unique`] where somebody has it by right.
    pub(super) async fn write_claim<R, F>(
        &self,
        claim: Claim,
        client: &Client,
        work: impl Fn() -> F,
    ) -> Result<R, StorageError>
    where
        F: AsyncFnOnce(&mut Transaction<'_>) -> Result<R, StorageError> + Send + 'static,
        R: Send + 'static,
    {
        let first = work();
        let index = match self.write(async move |mut c| first(&mut c).await).await {
            Err(StorageError::Unique { index }) => index,
            written => return written,
        };
        let mut attempts = 1;
        loop {
            match self.write_over_unverified(&claim, &index, client, work()).await {
                Err(StorageError::Unavailable(_)) if attempts < ATTEMPTS => attempts += 1,
                written => return written,
            }
        }
    }

    async fn write_over_unverified<R, F>(
        &self,
        claim: &Claim,
        index: &str,
        client: &Client,
        work: F,
    ) -> Result<R, StorageError>
    where
        F: AsyncFnOnce(&mut Transaction<'_>) -> Result<R, StorageError> + Send + 'static,
        R: Send + 'static,
    {
        let (now, before) = (self.clock.now(), self.stale_before());
        let (claim, index, client) = (claim.clone(), index.to_owned(), client.clone());
        self.write(async move |mut c| -> Result<R, StorageError> {
            let gone = unverified::delete(&mut c, &claim, before).await?;
            if gone.is_empty() {
                return Err(StorageError::Unique { index });
            }
            for user_id in gone {
                c.record(Event::new(EventKind::UserDeleted, user_id, &client, now).with_reason("unverified"))
                    .await?;
            }
            work(&mut c).await
        })
        .await
    }

    /// Whoever signed up by then and has not proved their phone holds nothing that somebody else claims.
    pub(super) fn stale_before(&self) -> Timestamp {
        Timestamp(self.clock.now() - self.policy.unverified_kept)
    }
}
