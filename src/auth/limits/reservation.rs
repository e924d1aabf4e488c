//! Counts attempts, and refunds them, in transactions of their own.

use storage::{Id, activities};

use super::admission::{Counted, Counts};
use super::network::host;
use crate::auth::Auth;
use crate::auth::client::Client;
use crate::auth::error::Error;
use storage::ActivityKind;

/// Addresses of an account that are looked at.
const MOST_ADDRESSES: i64 = 100;
/// What an account has proved itself by: a code from the phone, or one from the mailbox.
const PROOFS: [ActivityKind; 2] = [ActivityKind::Verified, ActivityKind::PasswordReset];

impl Auth {
    /// Counts what a request is about to do, in a transaction of its own.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub(crate) async fn count(&self, counts: Counts, client: &Client) -> Result<Counted, Error> {
        if counts.is_empty() {
            return Ok(Counted::none());
        }
        let (now, standings) = (self.clock.now(), client.standings.clone());
        self.db.write(async move |mut c| counts.count(&mut c, now, &standings).await).await
    }

    /// Gives back what was counted, in a transaction of its own.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn give_back(&self, counted: Counted, client: &Client) -> Result<(), Error> {
        if counted.is_empty() {
            return Ok(());
        }
        let (now, standings) = (self.clock.now(), client.standings.clone());
        Ok(self.db.write(async move |mut c| counted.give_back(&mut c, now, &standings).await).await?)
    }

    /// Whether an account has proved itself from this client's address before. `None`: there is no such account, and the
    /// same is asked.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn is_known(&self, user_id: Option<Id>, client: &Client) -> Result<bool, Error> {
        if client.ip_address.is_none() {
            return Ok(false);
        }
        let user_id = user_id.unwrap_or(Id(uuid::Uuid::nil()));
        let addresses = self
            .db
            .read(async move |mut c| activities::addresses(&mut c, user_id, &PROOFS, MOST_ADDRESSES).await)
            .await?;
        let here = host(client.ip_address);
        Ok(addresses.iter().any(|address| address.parse().is_ok_and(|address| host(Some(address)) == here)))
    }
}
