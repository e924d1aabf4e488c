//! The time steps whose code a factor has accepted. No code is accepted twice (RFC 6238, section 5.2).

use std::collections::BTreeSet;

/// The maximum number of steps stored one by one: many more than the skew covers.
const CAPACITY: usize = 128;

/// A set of used time steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct UsedSteps {
    steps: BTreeSet<u64>,
    /// This step and all earlier ones are used, too.
    floor: Option<u64>,
}

impl UsedSteps {
    /// Returns whether the code of `step` is used.
    pub(crate) fn contains(&self, step: u64) -> bool {
        self.floor.is_some_and(|floor| step <= floor) || self.steps.contains(&step)
    }

    /// Marks a step as used. Beyond the capacity, the oldest step and all earlier ones count as used, since
    /// the clock of the sandbox can go back.
    pub(crate) fn insert(&mut self, step: u64) {
        self.steps.insert(step);
        while self.steps.len() > CAPACITY {
            self.floor = self.steps.pop_first().max(self.floor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_step_is_accepted_twice_beyond_the_capacity() {
        let mut used = UsedSteps::default();
        for step in (0..1_000).map(|n| 10_000 - 2 * n) {
            assert!(!used.contains(step) || step < 10_000 - 2 * CAPACITY as u64, "{step}");
            used.insert(step);
            assert!(used.contains(step));
        }
        assert!((8_002..=10_000).step_by(2).all(|step| used.contains(step)));
        assert!(used.steps.len() <= CAPACITY);
    }

    #[test]
    fn only_inserted_steps_are_used() {
        let mut used = UsedSteps::default();
        used.insert(7);
        assert!(used.contains(7) && !used.contains(6) && !used.contains(8));
        for step in 8..8 + CAPACITY as u64 {
            used.insert(step);
        }
        assert!(used.contains(0) && used.contains(7) && !used.contains(8 + CAPACITY as u64));
    }
}
