//! Counts the code to a new phone number or email address before it is sent.

use super::Rollback;
use super::reserve_resend::ReservedSend;
use super::send_limits::SendLimits;
use crate::tables::challenges::{self, Challenge};
use crate::tables::contact_changes;
use crate::tables::users::{self, User};
use crate::{Db, Error, Timestamp};

/// A code for a change of a contact.
pub struct ContactChangeSend {
    /// The user, with the hash that the password was compared with.
    pub user: User,
    /// The open challenge of the same change, if there is one.
    pub open: Option<Challenge>,
    /// The challenge including this code. It has the id of `open` if that one's code can still be checked,
    /// and replaces it otherwise.
    pub next: Challenge,
    /// What the code is counted as.
    pub limits: SendLimits,
}

impl Db {
    /// Counts a code for a change of a contact, in the challenge of the last one or in a new one.
    pub async fn begin_contact_change(&self, send: ContactChangeSend) -> Result<ReservedSend, Error> {
        let reserved = self.write(async move |mut c| -> Result<ReservedSend, Rollback<ReservedSend>> {
            let ContactChangeSend { user, open, next, limits } = send;
            match open {
                Some(seen) if seen.id == next.id => {
                    if !contact_changes::reserve_send(&mut c, &seen, &next).await? {
                        return Err(Rollback::Decided(ReservedSend::ChallengeChanged));
                    }
                }
                stale => {
                    if let Some(stale) = stale {
                        challenges::cancel(&mut c, stale.id, next.created_at).await?;
                    }
                    challenges::insert(&mut c, &next).await?;
                }
            }
            if !users::is_unchanged(&mut c, &user).await? {
                return Err(Rollback::Decided(ReservedSend::UserChanged));
            }
            limits.reserve(&mut c, next.last_sent_at).await.map(ReservedSend::Reserved)
        });
        match Rollback::settle(reserved.await) {
            // Another request of the same user has just inserted its challenge.
            Err(Error::Unique { index }) if index == contact_changes::OPEN_KEY => {
                Ok(ReservedSend::ChallengeChanged)
            }
            settled => settled,
        }
    }

    /// Refunds a code that was counted and certainly not sent. `before`: the challenge before it; without one
    /// the new challenge is cancelled.
    pub async fn refund_contact_change(
        &self,
        counted: Challenge,
        before: Option<Challenge>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.write(async move |mut c| -> Result<(), Error> {
            match before {
                Some(before) => contact_changes::reserve_send(&mut c, &counted, &before).await?,
                None => challenges::cancel(&mut c, counted.id, now).await?,
            };
            Ok(())
        })
        .await
    }
}
