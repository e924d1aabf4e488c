//! The password was right: makes the challenge, with its code counted.

use futures_util::future::join4;

use super::send_limits::{SendLimits, SendRejection};
use super::{Rollback, attempts};
use crate::tables::challenges::{self, Challenge};
use crate::tables::throttles::State;
use crate::tables::users::{self, User};
use crate::{Db, Error, Timestamp};

/// A challenge to begin.
pub struct ChallengeBeginning {
    /// The challenge.
    pub challenge: Challenge,
    /// Its user, with the hash that the password was compared with.
    pub user: User,
    /// The attempt to log in, which was no failure.
    pub refunds: Vec<State>,
    /// What the code is counted as.
    pub limits: SendLimits,
    /// The current time.
    pub now: Timestamp,
}

/// What became of a challenge that was to begin.
pub enum ChallengeBegun {
    /// The challenge waits for its code.
    Begun {
        /// The states of the refunded limits.
        refunded: Vec<State>,
        /// The states of the limits that count the code.
        counted: Vec<State>,
    },
    /// The code must not be sent. Nothing was written.
    Rejected(SendRejection),
    /// The user has another password or another number by now. Nothing was written.
    UserChanged,
}

impl From<SendRejection> for ChallengeBegun {
    fn from(rejection: SendRejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl Db {
    /// Makes a challenge with its first code counted, and refunds the attempt to log in. Committed before the
    /// code is sent: a crash in between leaves a code counted that was not sent, never the other way round.
    pub async fn begin_challenge(&self, beginning: ChallengeBeginning) -> Result<ChallengeBegun, Error> {
        let begun = self.write(async move |c| -> Result<ChallengeBegun, Rollback<ChallengeBegun>> {
            let ChallengeBeginning { challenge, user, refunds, limits, now } = beginning;
            let (unchanged, inserted, refunded, counted) = join4(
                users::is_unchanged(&mut c.again(), &user),
                challenges::insert(&mut c.again(), &challenge),
                attempts::refund(&mut c.again(), &refunds),
                limits.reserve(&mut c.again(), now),
            )
            .await;
            if !unchanged? {
                // The request that changed the user has cancelled the challenges that existed then.
                return Err(Rollback::Decided(ChallengeBegun::UserChanged));
            }
            inserted?;
            let refunded = refunded?;
            Ok(ChallengeBegun::Begun { refunded, counted: counted? })
        });
        Rollback::settle(begun.await)
    }
}
