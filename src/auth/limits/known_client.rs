//! Strangers can use up some limits of an account. Clients that the account knows have a quota of their own.

use storage::{ActivityKind, Id};

use super::network::host;
use super::quota::Quota;
use crate::auth::Auth;
use crate::auth::client::Client;
use crate::auth::error::Error;
use crate::auth::values::email::Email;

/// The most addresses of an account that are compared.
const MAX_ADDRESSES: i64 = 100;
/// The activities by which an account has proved itself: a code from the phone, or one from the mailbox.
const PROOFS: &[ActivityKind] = &[ActivityKind::Verified, ActivityKind::PasswordReset];

/// The account that an attempt is about.
#[derive(Clone, Copy)]
pub(crate) enum Account<'a> {
    /// The user.
    User(Id),
    /// The user with this email address, if there is one.
    Email(&'a Email),
}

impl Auth {
    /// Makes an attempt against the public quota. If strangers have used that up and the account knows the
    /// client, makes it against the known one.
    pub(crate) async fn with_quota<R>(
        &self,
        account: Account<'_>,
        client: &Client,
        attempt: impl AsyncFn(Quota) -> Result<R, Error>,
    ) -> Result<R, Error> {
        match attempt(Quota::Public).await {
            Err(Error::RateLimited { by_strangers: true, .. }) if self.is_known(account, client).await? => {
                attempt(Quota::Known).await
            }
            outcome => outcome,
        }
    }

    /// Whether the account has proved itself from this client's address before. If there is no account, the
    /// same statements run.
    async fn is_known(&self, account: Account<'_>, client: &Client) -> Result<bool, Error> {
        let user_id = match account {
            Account::User(id) => Some(id),
            Account::Email(email) => self.db.user_by_email(email.as_str()).await?.map(|user| user.id),
        };
        if client.ip_address.is_none() {
            return Ok(false);
        }
        let user_id = user_id.unwrap_or(Id(uuid::Uuid::nil()));
        let addresses = self.db.activity_addresses(user_id, PROOFS, MAX_ADDRESSES).await?;
        let own = host(client.ip_address);
        Ok(addresses.iter().any(|address| address.parse().is_ok_and(|address| host(Some(address)) == own)))
    }
}
