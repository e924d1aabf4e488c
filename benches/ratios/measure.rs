//! Rounds that take turns.

use std::sync::Arc;
use std::time::Duration;

use crate::Failure;
use crate::load::{self, Round, Script};

/// Before the rounds that count: connections to the databases, caches, the processor's clock.
const WARM_UP: Duration = Duration::from_millis(300);

/// Rounds, and how long one is.
#[derive(Clone, Copy)]
pub struct Plan {
    /// How many.
    pub rounds: usize,
    /// How long each.
    pub length: Duration,
}

/// Something that is measured.
pub struct Contender<'a> {
    name: &'static str,
    run: Box<dyn Fn(Duration) -> Result<Round, Failure> + 'a>,
}

impl<'a> Contender<'a> {
    /// Whatever can be run for a while.
    pub fn new(name: &'static str, run: impl Fn(Duration) -> Result<Round, Failure> + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }

    /// A server under a load.
    pub fn under_load(
        name: &'static str,
        script: &'a Arc<Script>,
        connections: usize,
        threads: usize,
    ) -> Self {
        Self::new(name, move |length| load::run(script, connections, threads, length))
    }
}

/// Runs each contender once a round; every other round backwards, so that a machine that gets faster or
/// slower favours nobody. The rounds of each, the first of which is what the others are compared with.
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
