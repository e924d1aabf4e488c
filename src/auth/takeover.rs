//! Email addresses, phone numbers and usernames belong to one user each. The unique indexes decide who gets
//! them, with one exception: a user who signed up long ago and never proved their phone is deleted if another
//! user claims one of theirs. Nothing that such a user holds has any value: password, tokens and pending
//! codes go with the row.

use storage::unverified::Claim;
use storage::{Error as StorageError, EventKind, Takeover, Timestamp};

use super::Auth;
use super::client::Client;
use super::events::event::Event;

/// Attempts of a takeover. Each yields to requests of the other user that are in progress.
const ATTEMPTS: u32 = 10;

impl Auth {
    /// Runs a transaction that writes unique values. If a unique index rejects it, runs it again with the
    /// takeover of the unverified users who hold it.
    ///
    /// # Errors
    /// Those of the transaction: [`StorageError::Unique`] if a verified or recent user holds it.
    pub(super) async fn with_takeover<R>(
        &self,
        claim: Claim,
        client: &Client,
        transaction: impl AsyncFn(Option<Takeover>) -> Result<R, StorageError>,
    ) -> Result<R, StorageError> {
        let index = match transaction(None).await {
            Err(StorageError::Unique { index }) => index,
            outcome => return outcome,
        };
        let mut attempts = 1;
        loop {
            let now = self.clock.now();
            let before = self.stale_before();
            let users = self.db.unverified_holders(claim.clone(), before).await?;
            if users.is_empty() {
                return Err(StorageError::Unique { index });
            }
            let deleted = users.iter().map(|user_id| {
                Event::new(EventKind::UserDeleted, *user_id, client, now).with_reason("unverified")
            });
            let deleted: Vec<Event> = deleted.collect();
            let events = deleted.iter().map(|event| self.rows(event)).collect();
            let takeover = Takeover { users, signed_up_before: before, events };
            match transaction(Some(takeover)).await {
                Err(StorageError::Unavailable(_) | StorageError::Conflict) if attempts < ATTEMPTS => {
                    attempts += 1;
                }
                outcome => {
                    if outcome.is_ok() {
                        deleted.iter().for_each(|event| self.emit(event));
                    }
                    return outcome;
                }
            }
        }
    }

    /// Returns the time at or before which a user must have signed up to lose a claim, if they never proved
    /// their phone.
    pub(super) fn stale_before(&self) -> Timestamp {
        Timestamp(self.clock.now() - self.policy.unverified_kept)
    }
}
