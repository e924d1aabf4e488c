//! The code to a new phone number or email address was right: the user has it from now on.

use super::event_rows::EventRows;
use super::takeover::Takeover;
use crate::tables::challenges::{self, Challenge};
use crate::tables::conversions::{self, Conversion};
use crate::tables::users::{self, User};
use crate::tables::{contact_changes, password_resets, sessions};
use crate::{Db, EndReason, Error, Id, Timestamp};

/// Which contact changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactField {
    /// The phone number.
    PhoneNumber,
    /// The email address.
    Email,
}

/// A contact that a code has proved.
#[derive(Clone)]
pub struct ProvedContact {
    /// Which one.
    pub field: ContactField,
    /// The challenge whose code was right. Its destination is the new contact.
    pub challenge: Challenge,
    /// The session that made the change. All others end.
    pub kept_session: Id,
    /// Why the others end.
    pub reason: EndReason,
    /// The event to record.
    pub event: EventRows,
    /// The answered codes to add to the conversions.
    pub conversions: Vec<Conversion>,
    /// The current time.
    pub now: Timestamp,
}

impl Db {
    /// Changes a user's phone number or email address, and ends every other session and every pending
    /// challenge and password reset. Returns the user as of now, or `None` if the challenge was ended or has
    /// another destination by now.
    ///
    /// # Errors
    /// [`Error::Unique`] if another user has the contact, [`Error::NotFound`] if the user was deleted or
    /// `kept_session` was ended; those of a takeover.
    pub async fn change_contact(
        &self,
        proved: ProvedContact,
        takeover: Option<Takeover>,
    ) -> Result<Option<User>, Error> {
        self.write(async move |mut c| -> Result<Option<User>, Error> {
            let ProvedContact { field, challenge, kept_session, reason, event, conversions, now } = proved;
            if let Some(takeover) = takeover {
                takeover.run(&mut c).await?;
            }
            let user_id = challenge.user_id;
            challenges::lock_open(&mut c, user_id).await?;
            if !contact_changes::spend(&mut c, &challenge, now).await? {
                return Ok(None);
            }
            challenges::cancel_all(&mut c, user_id, reason, now).await?;
            password_resets::end_all(&mut c, user_id, now).await?;
            sessions::end_others(&mut c, user_id, kept_session, reason, now).await?;
            if !sessions::is_open(&mut c, kept_session).await? {
                return Err(Error::NotFound);
            }
            let user = match field {
                ContactField::PhoneNumber => {
                    users::change_phone_number(&mut c, user_id, &challenge.destination, now).await?
                }
                ContactField::Email => {
                    // The check was counted before it was made, and was no failure.
                    users::refund_check(&mut c, user_id).await?;
                    users::change_email(&mut c, user_id, &challenge.destination, now).await?
                }
            };
            event.insert(c.again()).await?;
            conversions::add(&mut c, conversions).await?;
            Ok(Some(user))
        })
        .await
    }
}
