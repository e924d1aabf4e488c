//! A check of a code is counted before Twilio is asked, and taken back where it was certainly not made.

use chrono::{DateTime, Utc};
use futures_util::future::join3;

use super::challenge::{ended, is_exhausted, takes_checks, why_not_checked};
use crate::auth::Auth;
use crate::auth::client::Client;
use crate::auth::error::Error;
use crate::auth::limits::Share;
use crate::auth::limits::admission::{Counted, Counts};
use crate::auth::limits::standings::Standings;
use crate::auth::reason::Reason;
use storage::challenges;
use storage::challenges::Challenge;
use storage::{Error as StorageError, Id, Timestamp, users};
use twilio_verify::{Failure, FailureKind, VerificationSid};

/// Why a check was not counted.
enum NotCounted {
    /// The challenge takes none.
    Over,
    Failed(StorageError),
}

impl From<StorageError> for NotCounted {
    fn from(error: StorageError) -> Self {
        Self::Failed(error)
    }
}

impl Auth {
    /// Counts the check, for the challenge, for its user and against the limits. It will go by the verification's SID,
    /// never by a number. Where strangers have used up what the user has, clients that they are known from have more.
    pub(crate) async fn reserve(
        &self,
        seen: &Challenge,
        client: &Client,
    ) -> Result<(Challenge, VerificationSid, Counted), Error> {
        let reserved = match self.reserve_from(seen, Share::Everybodys, client).await {
            Err(Error::RateLimited { by_strangers: true, .. })
                if self.is_known(Some(seen.user_id), client).await? =>
            {
                self.reserve_from(seen, Share::Known, client).await
            }
            reserved => reserved,
        };
        let view = || Box::new(self.policy.view(seen, self.clock.now()));
        let (row, counted) = reserved.map_err(|error| error.about(Some(view())))?;
        let sid = row.verification_sid.as_deref().unwrap_or_default();
        let sid = VerificationSid::parse(sid).map_err(Error::internal)?;
        Ok((row, sid, counted))
    }

    async fn reserve_from(
        &self,
        seen: &Challenge,
        share: Share,
        client: &Client,
    ) -> Result<(Challenge, Counted), Error> {
        let (id, user_id, now) = (seen.id, seen.user_id, self.clock.now());
        let (counts, standings) = (self.limits.code_check(user_id, share), client.standings.clone());
        if is_exhausted(seen) {
            return Err(self.exhausted(id, counts, now, &standings).await?);
        }
        if !takes_checks(seen, now) {
            return Err(why_not_checked(&self.policy, seen, now));
        }
        let (asked, told) = (counts.clone(), standings.clone());
        let counted = self.db.write_at_once(async move |c| -> Result<_, NotCounted> {
            // The challenge first and alone: whoever is late waits for nobody, and locks nothing.
            let row = challenges::count_check(&mut c.again(), id, Timestamp(now)).await?;
            let row = row.ok_or(NotCounted::Over)?;
            let (in_a_row, charged, committed) = join3(
                users::count_check(&mut c.again(), user_id),
                counts.charge_each(&mut c.again(), now),
                c.commit(),
            )
            .await;
            Ok(((row, in_a_row?, charged?), committed?))
        });
        let (row, in_a_row, charged) = match counted.await {
            Ok(counted) => counted,
            Err(NotCounted::Over) => return Err(self.exhausted(id, asked, now, &told).await?),
            Err(NotCounted::Failed(error)) => return Err(error.into()),
        };
        let further = self.limits.code_check_in_a_row(user_id, in_a_row.unsigned_abs());
        let refusal = match charged.is_admitted() {
            true => match self.count(further, client).await {
                Ok(further) => return Ok((row, charged.admitted(now, &standings).with(further))),
                Err(refusal) => Some(refusal),
            },
            false => None,
        };
        // A limit refuses what stands already: it is taken back.
        let by_limits = self.db.write(async move |mut c| -> Result<_, StorageError> {
            challenges::uncount_check(&mut c, id).await?;
            users::uncount_check(&mut c, user_id).await?;
            charged.take_back(&mut c, now, &standings).await
        });
        let by_limits = by_limits.await?;
        Err(refusal.or(by_limits).unwrap_or_else(|| why_not_checked(&self.policy, &row, now)))
    }

    /// Why a challenge took no check. What others have counted may be about to be taken back, because the limits refuse
    /// them; and then they refuse this one too.
    async fn exhausted(
        &self,
        id: Id,
        counts: Counts,
        now: DateTime<Utc>,
        standings: &Standings,
    ) -> Result<Error, StorageError> {
        let standings = standings.clone();
        let (row, refusal) = self
            .db
            .read(async move |mut c| {
                let row = challenges::find(&mut c, id).await?;
                Ok((row, counts.clone().would_refuse(&mut c, now, &standings).await?))
            })
            .await?;
        Ok(refusal.unwrap_or_else(|| why_not_checked(&self.policy, &row, now)))
    }

    /// Twilio did not say whether the code is right. A check that was certainly not made is taken back; an
    /// answer that got lost stays counted, and is never taken for a yes.
    pub(crate) async fn not_checked(
        &self,
        reserved: &Challenge,
        counted: Counted,
        failure: &Failure,
        client: &Client,
    ) -> Result<Error, Error> {
        let gone = failure.kind() == FailureKind::VerificationGone;
        if gone && let Some(reason) = self.end_of(reserved.id).await? {
            // Gone because another request of the same challenge was right.
            return Ok(Error::InvalidToken(reason));
        }
        let (challenge, now) = (reserved.clone(), Timestamp(self.clock.now()));
        let standings = client.standings.clone();
        let taken_back = failure.certainly_not_processed();
        let row = self
            .db
            .write(async move |mut c| -> Result<_, StorageError> {
                // Challenges before users, as when a check is counted.
                if taken_back {
                    challenges::uncount_check(&mut c, challenge.id).await?;
                }
                if let Some(sid) = challenge.verification_sid.as_deref().filter(|_| gone) {
                    challenges::forget_verification(&mut c, sid, now).await?;
                }
                if taken_back {
                    users::uncount_check(&mut c, challenge.user_id).await?;
                }
                let row = challenges::find(&mut c, challenge.id).await?;
                if taken_back {
                    counted.give_back(&mut c, now.0, &standings).await?;
                }
                Ok(row)
            })
            .await?;
        if gone {
            return Ok(Error::ChallengeExpired(Some(Box::new(self.policy.view(&row, now.0)))));
        }
        self.told(failure, reserved).await
    }

    pub(crate) async fn end_of(&self, id: Id) -> Result<Option<Reason>, Error> {
        let row = self.db.read(async move |mut c| challenges::find(&mut c, id).await).await?;
        Ok(ended(&row))
    }
}
