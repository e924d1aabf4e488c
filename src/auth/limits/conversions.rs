//! Watches how many of the codes to a range of numbers come back, and stops those to a range of which too few do: toll
//! fraud. Codes to a number that its user has proved are not counted: whoever is a user already is never stopped by it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::conversion::{Extent, converts, hour_of, refused_for};
use super::rate::Rate;
use super::settings::LimitSettings;
use super::standings::{Standing, Standings};
use super::throttle::Balance;
use crate::auth::error::Error;
use crate::auth::values::phone_number::PhoneNumber;
use storage::conversions;
use storage::conversions::Conversion;
use storage::{Conn, Error as StorageError, Timestamp};

/// How far back codes are counted: the longest period of a rate, and the rest of the hour in which it began.
pub(crate) const COUNTED: TimeDelta = TimeDelta::hours(25);

/// What is allowed, and what has been said about it.
pub(crate) struct Conversions {
    rates: Vec<(Extent, Vec<Rate>)>,
    /// The ranges that were stopped, and in which hour that was logged last.
    logged: Mutex<BTreeMap<String, Timestamp>>,
}

/// A code to a number that nobody has proved yet.
#[derive(Clone)]
pub(crate) struct Watched {
    conversions: Arc<Conversions>,
    number: PhoneNumber,
}

/// A code that was counted, to be given back where it was not sent.
pub(crate) struct WatchedSend(Vec<Conversion>);

impl Conversions {
    pub(crate) fn new(settings: &LimitSettings) -> Arc<Self> {
        let rates = |extent: Extent| settings.rates.get(&extent.limit()).cloned().unwrap_or_default();
        let rates = Extent::ALL.map(|extent| (extent, rates(extent))).into();
        Arc::new(Self { rates, logged: Mutex::default() })
    }

    /// A number whose codes are counted; `None` where nothing is limited, and for an email address.
    pub(crate) fn watch(self: &Arc<Self>, destination: &str) -> Option<Watched> {
        let is_limited = self.rates.iter().any(|(_, rates)| !rates.is_empty());
        let number = is_limited.then(|| PhoneNumber::parse(destination).ok()).flatten()?;
        Some(Watched { conversions: self.clone(), number })
    }

    /// Whether it has not been said of these numbers in this hour.
    fn is_news(&self, numbers: &str, now: DateTime<Utc>) -> bool {
        let hour = hour_of(now);
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        logged.retain(|_, told| *told == hour);
        logged.insert(numbers.to_owned(), hour).is_none()
    }
}

impl Watched {
    fn rows(&self, extents: &[Extent], now: DateTime<Utc>, sends: i32, verified: i32) -> Vec<Conversion> {
        let hour = hour_of(now);
        let names = extents.iter().map(|extent| extent.of(&self.number));
        let mut rows: Vec<Conversion> =
            names.map(|numbers| Conversion { numbers, hour, sends, verified }).collect();
        // They sort alike for everybody, so that nobody waits in a circle; a country's name comes after all digits.
        rows.sort_unstable_by(|one, other| one.numbers.cmp(&other.numbers));
        rows
    }

    /// Counts a code that is about to be sent, or refuses it: then the caller's transaction must end with the error. These
    /// rows are the last that a transaction locks. The newcomers of a whole country share one, which a range that is stopped
    /// does not get to.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub(crate) async fn count(
        &self,
        conn: &mut Conn<'_>,
        now: DateTime<Utc>,
        standings: &Standings,
    ) -> Result<WatchedSend, Error> {
        let (mut sent, mut is_known) = (Vec::new(), false);
        for extents in [&[Extent::Block, Extent::Range][..], &[Extent::Country]] {
            let rows = self.rows(extents, now, 1, 0);
            conversions::add(conn, rows.clone()).await?;
            let names = rows.iter().map(|row| row.numbers.clone()).collect();
            let mut counted = conversions::since(conn, names, hour_of(now - COUNTED)).await?;
            // What stands there already, without this one.
            counted.iter_mut().filter(|row| row.hour == hour_of(now)).for_each(|row| row.sends -= 1);
            let mut longest = None;
            for extent in extents {
                let name = extent.of(&self.number);
                let of_extent: Vec<Conversion> =
                    counted.iter().filter(|row| row.numbers == name).cloned().collect();
                // What the country allows is for numbers of whose range nothing is known yet.
                if *extent == Extent::Country && is_known {
                    continue;
                }
                is_known = *extent == Extent::Range && converts(now, &of_extent);
                longest = longest.max(self.refused(*extent, &of_extent, now, standings));
            }
            if let Some(retry_after) = longest {
                return Err(Error::RateLimited { challenge: None, retry_after, by_strangers: false });
            }
            sent.extend(rows);
        }
        Ok(WatchedSend(sent))
    }

    /// Seconds for which the rates of an extent refuse another code, the longest of them.
    fn refused(
        &self,
        extent: Extent,
        counted: &[Conversion],
        now: DateTime<Utc>,
        standings: &Standings,
    ) -> Option<u32> {
        let rates = self.conversions.rates.iter().filter(|(other, _)| *other == extent);
        let waits = rates.flat_map(|(_, rates)| rates).map(|rate| {
            let wait = refused_for(*rate, now, counted);
            standings.put(standing(extent, *rate, wait));
            wait
        });
        let longest = waits.max().flatten();
        if let Some(wait) = longest {
            self.tell_refused(extent, wait, now);
        }
        longest
    }

    /// Said once an hour of a range.
    fn tell_refused(&self, extent: Extent, wait: u32, now: DateTime<Utc>) {
        let numbers = extent.of(&self.number);
        if self.conversions.is_news(&numbers, now) {
            tracing::warn!(
                limit = extent.limit().as_str(),
                country = %self.number.territory(),
                numbers,
                wait,
                "too few codes to these numbers are ever answered: no more are sent for now"
            );
        }
    }

    /// A code was right, of a challenge for which so many had been sent.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn count_verified(
        &self,
        conn: &mut Conn<'_>,
        sends: i32,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        conversions::add(conn, self.rows(&Extent::ALL, now, 0, sends)).await
    }
}

impl WatchedSend {
    /// The code was not sent after all.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn give_back(self, conn: &mut Conn<'_>) -> Result<(), StorageError> {
        let taken = self.0.into_iter().map(|row| Conversion { sends: -row.sends, ..row }).collect();
        conversions::add(conn, taken).await
    }
}

/// What the client is told, where it is refused: of what others do to a range it hears nothing before.
fn standing(extent: Extent, rate: Rate, wait: Option<u32>) -> Standing {
    let kind = extent.limit();
    Standing {
        kind,
        policy: format!("{}/{}", kind.as_str(), rate.period_text()),
        quota: rate.attempts,
        window: rate.period,
        balance: Balance { remaining: u32::from(wait.is_none()), more_in: wait.unwrap_or(0) },
        refused: wait.is_some(),
        is_told: wait.is_some(),
    }
}
