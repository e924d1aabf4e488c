//! The code was right: spends the challenge and opens the session.

use futures_util::future::{join, join5};

use crate::tables::challenges::{self, Challenge};
use crate::tables::sessions::{self, Session};
use crate::tables::throttles::State;
use crate::tables::users::{self, User};
use crate::transactions::attempts;
use crate::transactions::event_rows::EventRows;
use crate::{Db, EndReason, Error, Timestamp};

/// A session to open.
pub struct SessionOpening {
    /// The challenge whose code was right.
    pub challenge: Challenge,
    /// The new session.
    pub session: Session,
    /// The events to record.
    pub events: Vec<EventRows>,
    /// Attempts that were no failures.
    pub refunds: Vec<State>,
    /// The current time.
    pub now: Timestamp,
}

/// What became of a session that was to be opened.
pub enum SessionOpened {
    /// The session is open.
    Opened {
        /// Its user, as of now.
        user: Box<User>,
        /// The states of the refunded limits.
        limits: Vec<State>,
    },
    /// The challenge was spent, cancelled or deleted by another request. Nothing was written.
    ChallengeEnded,
    /// The user has another phone number. The session was ended at once.
    NumberChanged,
}

impl Db {
    /// Spends a challenge and opens its session, in one round trip. A constraint ensures that a challenge
    /// opens one session only, and none after it was cancelled (`challenges.uses`).
    pub async fn open_session(&self, opening: SessionOpening) -> Result<SessionOpened, Error> {
        let session_id = opening.session.id;
        let now = opening.now;
        let opened = self.write_pipelined(async move |c| -> Result<_, Error> {
            let SessionOpening { challenge, session, events, refunds, now } = opening;
            let ((spent, user, inserted, recorded, limits), committed) = join(
                join5(
                    challenges::spend(&mut c.again(), challenge.id, now),
                    users::prove_phone_number(&mut c.again(), challenge.user_id, &challenge.destination, now),
                    sessions::insert(&mut c.again(), &session),
                    EventRows::insert_all(&events, c.again()),
                    attempts::refund(&mut c.again(), &refunds),
                ),
                c.commit(),
            )
            .await;
            let spent = spent?;
            let user = user?;
            inserted.and(recorded)?;
            let limits = limits?;
            Ok((user.filter(|_| spent).map(|user| (user, limits)), committed?))
        });
        match opened.await {
            Ok(Some((user, limits))) => Ok(SessionOpened::Opened { user: Box::new(user), limits }),
            Ok(None) => {
                // Unreachable as far as we know: a change of the number cancels the challenges of its user
                // first, and housekeeping deletes only challenges that expired long ago.
                self.write(async move |mut c| {
                    sessions::end(&mut c, session_id, EndReason::PhoneChanged, now).await
                })
                .await?;
                Ok(SessionOpened::NumberChanged)
            }
            Err(Error::AlreadyEnded | Error::NotFound) => Ok(SessionOpened::ChallengeEnded),
            Err(error) => Err(error),
        }
    }
}
