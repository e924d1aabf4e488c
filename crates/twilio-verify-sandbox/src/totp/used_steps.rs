//! The steps of which a factor has taken the code: none is taken twice (RFC 6238, section 5.2).

use std::collections::BTreeSet;

/// How many are remembered one by one; many more than a skew spans.
const CAPACITY: usize = 128;

/// The steps that are used up.
#[derive(Clone, Debug, Default)]
pub(crate) struct UsedSteps {
    steps: BTreeSet<u64>,
    /// This one and all before it are used up, too.
    floor: Option<u64>,
}

impl UsedSteps {
    /// Whether the code of that step may not be taken.
    pub(crate) fn contains(&self, step: u64) -> bool {
        self.floor.is_some_and(|floor| step <= floor) || self.steps.contains(&step)
    }

    /// The code of that step is taken. Beyond the capacity the oldest steps are forgotten by using up all before them:
    /// the clock of the sandbox can go back, and what was taken stays taken.
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
    fn nothing_is_taken_twice_however_much_is_taken() {
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
    fn only_what_was_taken_is_used_up() {
        let mut used = UsedSteps::default();
        used.insert(7);
        assert!(used.contains(7) && !used.contains(6) && !used.contains(8));
        for step in 8..8 + CAPACITY as u64 {
            used.insert(step);
        }
        assert!(used.contains(0) && used.contains(7) && !used.contains(8 + CAPACITY as u64));
    }
}
