//! Measures contenders in alternating rounds.

use std::sync::Arc;
use std::time::Duration;

use crate::Failure;
use crate::load::{self, Round, Script};

/// The length of the round that is not counted. It opens database connections, fills caches and raises the
/// CPU's clock rate.
const WARM_UP: Duration = Duration::from_millis(300);

/// The number and length of the rounds.
#[derive(Clone, Copy)]
pub struct Plan {
    /// The number of rounds of each contender.
    pub rounds: usize,
    /// The length of a round.
    pub length: Duration,
}

/// Something to measure.
pub struct Contender<'a> {
    name: &'static str,
    run: Box<dyn Fn(Duration) -> Result<Round, Failure> + 'a>,
}

impl<'a> Contender<'a> {
    /// Measures `run`, which takes the length of the round.
    pub fn new(name: &'static str, run: impl Fn(Duration) -> Result<Round, Failure> + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }

    /// Measures a server under load.
    pub fn under_load(
        name: &'static str,
        script: &'a Arc<Script>,
        connections: usize,
        threads: usize,
    ) -> Self {
        Self::new(name, move |length| load::run(script, connections, threads, length))
    }
}

/// Runs each contender once per round. Every other round runs in reverse order, so that a machine that gets
/// faster or slower favors no contender. Returns the rounds of each contender, in the given order.
pub fn take_turns(
    contenders: &[Contender<'_>],
    plan: Plan,
) -> Result<Vec<(&'static str, Vec<Round>)>, Failure> {
    let mut rounds = Vec::new();
    for contender in contenders {
        (contender.run)(WARM_UP)?;
        rounds.push((contender.name, Vec::new()));
    }
    for number in 0..plan.rounds {
        let mut turns: Vec<_> = contenders.iter().zip(&mut rounds).collect();
        if number % 2 == 1 {
            turns.reverse();
        }
        for (contender, (_, rounds)) in turns {
            rounds.push((contender.run)(plan.length)?);
        }
    }
    Ok(rounds)
}
