//! Counting attempts against limits, before what they are counted for is done: all limits of a request allow it, or
//! nothing is counted.

use chrono::{DateTime, Utc};

use super::limit_kind::LimitKind;
use super::standings::{Standing, Standings};
use super::throttle::Limit;
use crate::auth::error::Error;
use storage::throttles;
use storage::throttles::{Charge, State};
use storage::{Conn, Error as StorageError};

/// One attempt against one limit.
#[derive(Clone)]
pub(crate) struct Count {
    pub(crate) kind: LimitKind,
    pub(crate) limit: Limit,
    pub(crate) key: Vec<u8>,
}

/// What a request is counted as.
#[derive(Clone, Default)]
pub(crate) struct Counts(Vec<Count>);

/// What each limit said for itself.
pub(crate) struct Charged {
    counted: Vec<(Count, State)>,
    refused: Vec<Count>,
}

/// What was counted, to be given back where it turns out to have been no failure.
#[derive(Clone)]
pub(crate) struct Counted(Vec<(Count, State)>);

impl Count {
    /// The order in which rows are locked.
    fn order(&self) -> (LimitKind, u32, &[u8]) {
        (self.kind, self.limit.rate.period, &self.key)
    }

    /// What the limit says, now that `arrival` stands against it.
    fn standing(&self, arrival: Option<i64>, refused: bool, now: DateTime<Utc>) -> Standing {
        let Limit { rate, .. } = self.limit;
        Standing {
            kind: self.kind,
            policy: format!("{}/{}", self.kind.as_str(), rate.period_text()),
            quota: rate.attempts,
            window: rate.period,
            balance: self.limit.balance(arrival, now),
            refused,
            is_told: refused || self.kind.is_of_the_client(),
        }
    }
}

impl Counts {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add(&mut self, count: Count) {
        self.0.push(count);
    }

    /// Counts against every limit, or none: the caller's transaction must end with the error. Rows of throttles are
    /// locked after those of other tables and in one order, so that nobody waits in a circle.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub(crate) async fn count(
        self,
        conn: &mut Conn<'_>,
        now: DateTime<Utc>,
        standings: &Standings,
    ) -> Result<Counted, Error> {
        let (counted, refused) = self.charge(conn, now).await?;
        match refused.is_empty() {
            true => Ok(Counted::told(counted, now, standings)),
            false => Err(refuse(conn, refused, now, standings).await?),
        }
    }

    /// Counts against every limit that allows it, in a transaction that is committed whatever the others say: see
    /// [`Charged::admitted`].
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn charge_each(
        self,
        conn: &mut Conn<'_>,
        now: DateTime<Utc>,
    ) -> Result<Charged, StorageError> {
        let (counted, refused) = self.charge(conn, now).await?;
        Ok(Charged { counted, refused })
    }

    /// Why the limits would refuse it now, where they would; nothing is counted.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn would_refuse(
        self,
        conn: &mut Conn<'_>,
        now: DateTime<Utc>,
        standings: &Standings,
    ) -> Result<Option<Error>, StorageError> {
        let keys = self.0.iter().map(|count| count.key.clone()).collect();
        let states = throttles::find(conn, keys).await?;
        let arrival = |count: &Count| states.iter().find(|s| s.key == count.key).map(|s| s.arrival);
        let used_up = |count: &Count| count.limit.balance(arrival(count), now).remaining == 0;
        let refused: Vec<Count> = self.0.into_iter().filter(used_up).collect();
        match refused.is_empty() {
            true => Ok(None),
            false => refuse(conn, refused, now, standings).await.map(Some),
        }
    }

    /// What was counted, and what stands against it now; and the limits that refuse.
    async fn charge(
        self,
        conn: &mut Conn<'_>,
        now: DateTime<Utc>,
    ) -> Result<(Vec<(Count, State)>, Vec<Count>), StorageError> {
        let mut counts = self.0;
        if counts.is_empty() {
            return Ok((vec![], vec![]));
        }
        counts.sort_unstable_by(|one, other| one.order().cmp(&other.order()));
        let charges: Vec<Charge> = counts.iter().map(|count| count.limit.charge(count.key.clone())).collect();
        let states = throttles::charge(conn, &charges, now).await?;
        let (mut counted, mut refused) = (vec![], vec![]);
        for count in counts {
            match states.iter().find(|state| state.key == count.key) {
                Some(state) => counted.push((count, state.clone())),
                None => refused.push(count),
            }
        }
        Ok((counted, refused))
    }
}

impl Charged {
    /// Whether every limit allowed it.
    pub(crate) fn is_admitted(&self) -> bool {
        self.refused.is_empty()
    }

    /// What was counted, where every limit allowed it.
    pub(crate) fn admitted(self, now: DateTime<Utc>, standings: &Standings) -> Counted {
        Counted::told(self.counted, now, standings)
    }

    /// Takes back what was counted, and tells why it was not admitted; `None` where it was.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn take_back(
        self,
        conn: &mut Conn<'_>,
        now: DateTime<Utc>,
        standings: &Standings,
    ) -> Result<Option<Error>, StorageError> {
        let added: Vec<State> =
            self.counted.iter().map(|(count, state)| count.limit.added(state, now)).collect();
        if !added.is_empty() {
            throttles::give_back(conn, &added).await?;
        }
        match self.refused.is_empty() {
            true => Ok(None),
            false => refuse(conn, self.refused, now, standings).await.map(Some),
        }
    }
}

/// What a client is told whom some limits refuse.
async fn refuse(
    conn: &mut Conn<'_>,
    refused: Vec<Count>,
    now: DateTime<Utc>,
    standings: &Standings,
) -> Result<Error, StorageError> {
    let keys = refused.iter().map(|count| count.key.clone()).collect();
    let states = throttles::find(conn, keys).await?;
    let mut retry_after = 1;
    for count in &refused {
        let arrival = states.iter().find(|state| state.key == count.key).map(|state| state.arrival);
        let standing = count.standing(arrival, true, now);
        retry_after = standing.balance.more_in.max(retry_after);
        standings.put(standing);
    }
    let by_strangers = refused.iter().all(|count| count.kind.can_be_used_up_by_strangers());
    Ok(Error::RateLimited { challenge: None, retry_after, by_strangers })
}

impl Counted {
    /// Nothing.
    pub(crate) fn none() -> Self {
        Self(vec![])
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells where the client stands with each limit. `counted`: what stands against it.
    fn told(counted: Vec<(Count, State)>, now: DateTime<Utc>, standings: &Standings) -> Self {
        let added = counted.into_iter().map(|(count, state)| {
            standings.put(count.standing(Some(state.arrival), false, now));
            let added = count.limit.added(&state, now);
            (count, added)
        });
        Self(added.collect())
    }

    /// The same, and what else was counted.
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// What was counted was no failure, or was not done.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn give_back(
        self,
        conn: &mut Conn<'_>,
        now: DateTime<Utc>,
        standings: &Standings,
    ) -> Result<(), StorageError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let (counts, added): (Vec<Count>, Vec<State>) = self.0.into_iter().unzip();
        let states = throttles::give_back(conn, &added).await?;
        for count in counts {
            let arrival = states.iter().find(|state| state.key == count.key).map(|state| state.arrival);
            standings.put(count.standing(arrival, false, now));
        }
        Ok(())
    }
}
