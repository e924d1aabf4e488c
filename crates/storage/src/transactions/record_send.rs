//! Twilio has sent the code: records its verification.

use futures_util::future::join;

use super::event_rows::EventRows;
use crate::tables::challenges::Challenge;
use crate::tables::verifications::{self, SentCode};
use crate::{Db, Error};

impl Db {
    /// Records a code that was sent. If an earlier challenge has the same verification and expires sooner,
    /// this one expires with it: Twilio answers a second start with the pending verification and does not
    /// extend it.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the challenge has another destination by now, or was deleted.
    pub async fn record_send(&self, sent: SentCode, event: Option<EventRows>) -> Result<Challenge, Error> {
        self.write(async move |mut c| -> Result<Challenge, Error> {
            let pending = verifications::expires_at(&mut c, &sent.verification_sid).await?;
            let sent = SentCode {
                expires_at: pending.map_or(sent.expires_at, |pending| pending.min(sent.expires_at)),
                ..sent
            };
            let record = async {
                match &event {
                    Some(event) => event.insert(c.again()).await,
                    None => Ok(()),
                }
            };
            // The challenge before the rows that reference its user: a deletion locks in this order too.
            let (challenge, recorded) = join(verifications::record_send(&mut c.again(), &sent), record).await;
            let challenge = challenge?;
            recorded?;
            Ok(challenge)
        })
        .await
    }
}
