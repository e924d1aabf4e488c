//! The SQL statement of the rate limits against a model of it: a leaky bucket.

use chrono::{DateTime, TimeDelta, Utc};
use countersign::auth::{Limit, Rate};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use storage::throttles::State;
use storage::{Admission, DatabaseUrl, Db, Settings, Timestamp};

use crate::harness::{Database, TempDir};

/// A day in microseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// The model. The bucket leaks one attempt per pace and remembers how often it was full.
struct Bucket {
    limit: Limit,
    pace: i64,
    level: i64,
    seen: i64,
    strikes: u32,
}

impl Bucket {
    fn new(limit: Limit, now: i64) -> Self {
        let pace = i64::from(limit.rate.period) * 1_000_000 / i64::from(limit.rate.attempts);
        Self { limit, pace, level: 0, seen: now, strikes: 0 }
    }

    fn size(&self) -> i64 {
        self.pace * i64::from(self.limit.rate.attempts)
    }

    /// Whether an attempt fits.
    fn takes(&mut self, now: i64) -> bool {
        // A negative level tells for how long the bucket has been empty.
        let sunk = self.level - (now - self.seen);
        if sunk > self.size() - self.pace {
            return false;
        }
        if sunk <= -self.size() {
            self.strikes = 0;
        }
        self.seen = now;
        self.level = sunk.max(0);
        let is_full = self.level + 2 * self.pace > self.size();
        self.level += match (is_full, self.limit.grows) {
            (true, true) => (self.pace << self.strikes.min(24)).min(DAY.max(self.pace)),
            _ => self.pace,
        };
        self.strikes += u32::from(is_full);
        true
    }
}

/// An event in the life of a limit.
#[derive(Debug, Clone)]
enum Event {
    /// This many microseconds pass.
    Wait(i64),
    /// An attempt, which is refunded or not.
    Attempt { given_back: bool },
}

fn events(limit: Limit) -> impl Strategy<Value = Vec<Event>> {
    let period = i64::from(limit.rate.period) * 1_000_000;
    let waits = prop_oneof![0..period / 50, 0..period, 0..period * 3, Just(period), Just(2 * DAY)];
    let event = prop_oneof![
        1 => waits.prop_map(Event::Wait),
        3 => prop::bool::weighted(0.2).prop_map(|given_back| Event::Attempt { given_back }),
    ];
    prop::collection::vec(event, 1..60)
}

fn limits() -> impl Strategy<Value = Limit> {
    let rate = (1u32..12, prop::sample::select(vec![1u32, 7, 60, 900, 3600, 86_400]));
    (rate, any::<bool>())
        .prop_map(|((attempts, period), grows)| Limit { rate: Rate { attempts, period }, grows })
}

async fn open(database: &Database) -> Db {
    let url = DatabaseUrl::parse(&database.url()).unwrap();
    Db::open(&Settings { url, max_connections: 8, migrate: true }).await.unwrap()
}

async fn charge(db: &Db, limit: Limit, key: Vec<u8>, now: DateTime<Utc>) -> Option<State> {
    match db.reserve_attempt(vec![limit.charge(key)], Timestamp(now)).await.unwrap() {
        Admission::Admitted(mut states) => states.pop(),
        Admission::Rejected(_) => None,
    }
}

#[tokio::test]
async fn statement_decides_like_the_model() {
    let directory = TempDir::new();
    let database = Database::fresh(directory.path()).await;
    let db = open(&database).await;
    let seed = rand_seed();
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let cases = limits().prop_flat_map(|limit| events(limit).prop_map(move |events| (limit, events)));
    for case in 0..60u32 {
        let (limit, events) = cases.new_tree(&mut runner).unwrap().current();
        follow(&db, limit, &events, case).await.unwrap_or_else(|at| {
            panic!("seed {seed:?}, {limit:?}, event {at} of {events:?}");
        });
    }
}

/// Returns a new seed each time. A failing test prints it.
fn rand_seed() -> [u8; 32] {
    let one = uuid::Uuid::new_v4();
    let two = uuid::Uuid::new_v4();
    [one.into_bytes(), two.into_bytes()].concat().try_into().unwrap()
}

/// Applies events. Returns the index of the first event on which the two disagree.
async fn follow(db: &Db, limit: Limit, events: &[Event], case: u32) -> Result<(), usize> {
    let mut now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let mut bucket = Bucket::new(limit, now.timestamp_micros());
    let key = case.to_be_bytes().to_vec();
    let mut allowed: Vec<i64> = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let given_back = match event {
            Event::Wait(micros) => {
                now += TimeDelta::microseconds(*micros);
                continue;
            }
            Event::Attempt { given_back } => *given_back,
        };
        let micros = now.timestamp_micros();
        let level = bucket.level;
        let seen = bucket.seen;
        let strikes = bucket.strikes;
        let state = charge(db, limit, key.clone(), now).await;
        let takes = bucket.takes(micros);
        if state.is_some() != takes {
            return Err(at);
        }
        let Some(state) = state else { continue };
        // The remaining attempts are those that are possible at once.
        let left = limit.balance(Some(state.arrival), now);
        let fits = (bucket.size() - bucket.level).max(0) / bucket.pace;
        if i64::from(left.remaining) != fits || state.arrival - micros != bucket.level {
            return Err(at);
        }
        if given_back {
            let added = limit.added(&state, now);
            db.refund_attempt(vec![added]).await.unwrap();
            // The attempt never happened, except that expired strikes stay forgotten.
            let sunk = level - (micros - seen);
            bucket.level = sunk.max(0);
            bucket.strikes = if sunk <= -bucket.size() { 0 } else { strikes };
        } else {
            allowed.push(micros);
        }
        // The allowed attempts never exceed the rate, over any period that ends now.
        for (index, from) in allowed.iter().enumerate() {
            let most = i64::from(limit.rate.attempts) + (micros - from) / bucket.pace;
            if i64::try_from(allowed.len() - index).unwrap() > most {
                return Err(at);
            }
        }
    }
    Ok(())
}

const TEN_AN_HOUR: Limit = Limit { rate: Rate { attempts: 10, period: 3600 }, grows: true };

#[tokio::test]
async fn limits_are_counted_together_or_not_at_all() {
    let directory = TempDir::new();
    let database = Database::fresh(directory.path()).await;
    let db = open(&database).await;
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let once = Limit { rate: Rate { attempts: 1, period: 3600 }, grows: false };
    assert!(charge(&db, once, b"once".to_vec(), now).await.is_some());
    let both = vec![TEN_AN_HOUR.charge(b"ten".to_vec()), once.charge(b"once".to_vec())];
    let Admission::Rejected(states) = db.reserve_attempt(both, Timestamp(now)).await.unwrap() else {
        panic!("the limit of one attempt allows a second one");
    };
    assert_eq!(states.iter().map(|state| state.key.as_slice()).collect::<Vec<_>>(), [b"once"]);
    assert_eq!(database.number("SELECT count(*) FROM throttles").await, 1);
}

/// Threats: c8.
#[tokio::test]
async fn clock_set_back_does_not_lock_out_and_lag_does_not_let_in() {
    let directory = TempDir::new();
    let database = Database::fresh(directory.path()).await;
    let db = open(&database).await;
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    for limit in [TEN_AN_HOUR, Limit { grows: false, ..TEN_AN_HOUR }] {
        let key = vec![u8::from(limit.grows)];
        let later = now + TimeDelta::days(30);
        for _ in 0..10 {
            assert!(charge(&db, limit, key.clone(), later).await.is_some());
        }
        assert!(charge(&db, limit, key.clone(), later).await.is_none());
        // The clock of another replica is a little behind.
        assert!(charge(&db, limit, key.clone(), later - TimeDelta::seconds(30)).await.is_none());
        let state = charge(&db, limit, key, now).await.unwrap();
        assert_eq!((limit.balance(Some(state.arrival), now).remaining, state.strikes), (9, 0));
    }
}

#[tokio::test]
async fn refund_after_expiry_does_no_harm() {
    let directory = TempDir::new();
    let database = Database::fresh(directory.path()).await;
    let db = open(&database).await;
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let state = charge(&db, TEN_AN_HOUR, b"gone".to_vec(), now).await.unwrap();
    database.execute("DELETE FROM throttles").await;
    db.refund_attempt(vec![TEN_AN_HOUR.added(&state, now)]).await.unwrap();
    for _ in 0..10 {
        assert!(charge(&db, TEN_AN_HOUR, b"gone".to_vec(), now).await.is_some());
    }
    assert!(charge(&db, TEN_AN_HOUR, b"gone".to_vec(), now).await.is_none());
}
