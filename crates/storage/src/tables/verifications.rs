//! Twilio's verifications, as the challenges know them. Several challenges may have the same one.

use diesel::dsl::{max, min};
use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};

use crate::engine::prepared::prepared;
use crate::schema::challenges;
use crate::tables::challenges::{Challenge, find};
use crate::{Channel, Conn, Db, Error, Id, Timestamp};

impl Db {
    /// Returns a challenge, and when the verification that is pending for `destination` expires, if there is
    /// one.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such challenge.
    pub async fn challenge_with_pending(
        &self,
        id: Id,
        destination: String,
        now: Timestamp,
    ) -> Result<(Challenge, Option<Timestamp>), Error> {
        self.read(async move |mut c| {
            let pending = pending_until(&mut c, &destination, now).await?;
            Ok((find(&mut c, id).await?, pending))
        })
        .await
    }
}

/// A code that Twilio has sent.
pub struct SentCode {
    /// The challenge.
    pub challenge: Id,
    /// Twilio's verification.
    pub verification_sid: String,
    /// How the code was sent.
    pub channel: Channel,
    /// Where the code was sent.
    pub destination: String,
    /// When the code expires.
    pub expires_at: Timestamp,
}

/// Records a code that Twilio has sent.
///
/// # Errors
/// [`Error::NotFound`] if the challenge has another destination by now, or was deleted.
pub(crate) async fn record_send(conn: &mut Conn<'_>, sent: &SentCode) -> Result<Challenge, Error> {
    on!(conn, c => prepared(
        diesel::update(challenges::table.find(sent.challenge))
            // This code proves nothing about another destination.
            .filter(challenges::destination.eq(&sent.destination))
            .set((
                challenges::verification_sid.eq(&sent.verification_sid),
                challenges::channel.eq(sent.channel),
                challenges::expires_at.eq(sent.expires_at),
            ))
            .returning(Challenge::as_returning())
    ).get_result(c))
}

/// Returns when a verification expires, if an earlier challenge has it: Twilio answers a second start with
/// the same verification and does not extend it.
pub(crate) async fn expires_at(
    conn: &mut Conn<'_>,
    verification_sid: &str,
) -> Result<Option<Timestamp>, Error> {
    on!(conn, c => challenges::table
        .filter(challenges::verification_sid.eq(verification_sid))
        .select(min(challenges::expires_at))
        .get_result(c))
}

/// Returns when the verification that is pending for a destination expires, as far as its challenges tell.
pub(crate) async fn pending_until(
    conn: &mut Conn<'_>,
    destination: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    on!(conn, c => challenges::table
        .filter(challenges::destination.eq(destination))
        .filter(challenges::verification_sid.is_not_null())
        .filter(challenges::spent_at.is_null())
        .filter(challenges::expires_at.gt(now))
        .select(max(challenges::expires_at))
        .get_result(c))
}

/// Removes a verification that Twilio has deleted from its challenges. Its code can no longer be checked.
pub(crate) async fn forget(conn: &mut Conn<'_>, verification_sid: &str, now: Timestamp) -> Result<(), Error> {
    on!(conn, c => prepared(
        diesel::update(challenges::table)
            .filter(challenges::verification_sid.eq(verification_sid))
            .filter(challenges::spent_at.is_null())
            .filter(challenges::expires_at.gt(now))
            .set((challenges::verification_sid.eq(None::<String>), challenges::expires_at.eq(now)))
    ).execute(c))?;
    Ok(())
}
