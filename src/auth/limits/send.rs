//! The limits of sending a code. A code is sent against a [`SendPermit`], which [`SendCounts::count`] alone makes.

use chrono::{DateTime, Utc};
use storage::Conn;

use super::admission::{Counted, Counts};
use super::conversions::{Watched, WatchedSend};
use super::standings::Standings;
use crate::auth::error::Error;

/// What a code that shall be sent is counted as.
#[derive(Clone)]
pub(crate) struct SendCounts {
    counts: Counts,
    watched: Option<Watched>,
    is_proved: bool,
}

/// A code that the limits let through: without one, none is sent.
pub(crate) struct SendPermit {
    pub(crate) counted: Counted,
    pub(crate) watched: Option<WatchedSend>,
    pub(crate) is_proved: bool,
}

impl SendCounts {
    /// `watched`: where the code goes to a number that nobody has proved yet. `is_proved`: it goes to one that its user has.
    pub(crate) fn new(counts: Counts, watched: Option<Watched>, is_proved: bool) -> Self {
        Self { counts, watched, is_proved }
    }

    /// Counts the code, in the transaction that writes down that it will be sent.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub(crate) async fn count(
        self,
        conn: &mut Conn<'_>,
        now: DateTime<Utc>,
        standings: &Standings,
    ) -> Result<SendPermit, Error> {
        let counted = self.counts.count(conn, now, standings).await?;
        let watched = match self.watched {
            Some(watched) => Some(watched.count(conn, now, standings).await?),
            None => None,
        };
        Ok(SendPermit { counted, watched, is_proved: self.is_proved })
    }
}
