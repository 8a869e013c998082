//! How long the engine pauses; configuration, so that tests need not wait.

use std::time::Duration;

/// The slowest poll of a wait, however slow the fastest is.
const SLOWEST_POLL: Duration = Duration::from_secs(10);
/// How many times slower than the fastest poll the slowest one is.
const SLOWEST_TO_FASTEST: u32 = 5;
/// Which part of the time waited so far passes until the next poll.
const PART_OF_WAITED: u32 = 5;

/// The engine's pauses.
#[derive(Clone, Copy, Debug)]
pub struct Timings {
    /// Pause between the first polls of a wait.
    pub poll_floor: Duration,
    /// How long reads may lag behind writes, and the longest that a call of a dead worker may still be under way.
    pub settle: Duration,
    /// First pause before another try.
    pub backoff: Duration,
    /// A shorter rest is not worth giving the operation back: it would cost more than it frees, and fill the journal.
    pub shortest_parked: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        Timings {
            poll_floor: Duration::from_secs(1),
            settle: Duration::from_secs(10),
            backoff: Duration::from_millis(500),
            shortest_parked: Duration::from_secs(3),
        }
    }
}

impl Timings {
    /// The pause before the next poll of a wait that has lasted for `waited`: it grows with the wait, so that a short wait
    /// is noticed at once and a long one costs few calls.
    pub(super) fn poll_after(&self, waited: Duration) -> Duration {
        let slowest = (self.poll_floor * SLOWEST_TO_FASTEST).min(SLOWEST_POLL).max(self.poll_floor);
        (waited / PART_OF_WAITED).clamp(self.poll_floor, slowest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_begin_at_the_floor_and_grow_to_a_cap() {
        let timings = Timings::default();
        let after = |seconds| timings.poll_after(Duration::from_secs(seconds)).as_secs_f32();
        assert_eq!([after(0), after(5), after(10), after(25), after(600)], [1.0, 1.0, 2.0, 5.0, 5.0]);
        let slow = Timings { poll_floor: Duration::from_secs(20), ..timings };
        assert_eq!(slow.poll_after(Duration::from_secs(600)), Duration::from_secs(20));
    }
}
