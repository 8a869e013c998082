//! How time passes in a world: what is due happens in order, each thing at the moment it was due.
//!
//! Nothing is looked at but the head of the agenda, so that a world in which nothing is due costs nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;

use super::clock::Moment;
use super::context::Context;
use super::world::World;

/// How long nothing new may happen before the world counts as idle: longer than any check takes to come again.
const QUIET: TimeDelta = TimeDelta::minutes(2);

impl World {
    /// Lets everything happen that is due, and tells the time.
    pub(crate) fn settle(&mut self) -> Moment {
        let now = self.clock.now();
        while self.happen_next(now) {}
        now
    }

    /// Moves the clock on and lets everything happen that became due on the way.
    pub(crate) fn advance(&mut self, by: TimeDelta) -> Moment {
        self.clock.advance(by);
        self.settle()
    }

    /// Moves the clock on to what is due next, which happens; not at all if nothing is scheduled.
    pub(crate) fn advance_to_next_event(&mut self) -> Moment {
        let now = self.settle();
        let by = self.agenda.next_at().map_or(TimeDelta::zero(), |next| (next - now).max(TimeDelta::zero()));
        self.advance(by)
    }

    /// Moves the clock on until nothing happens any more, but not further than asked. Answers whether that is so.
    ///
    /// Some things come again for ever, as an Auto Scaling group's look at its instances. So nothing happens when for
    /// [`QUIET`] everything that happened had happened before, and nothing else is due for as long.
    pub(crate) fn advance_until_idle(&mut self, at_most: TimeDelta) -> bool {
        let mut news = self.settle();
        let (mut seen, end) = (BTreeSet::new(), news + at_most);
        loop {
            let Some(next) = self.agenda.next_at().filter(|next| *next <= news + QUIET) else { return true };
            if next > end {
                self.advance((end - self.clock.now()).max(TimeDelta::zero()));
                return false;
            }
            if let Some(due) = self.agenda.peek()
                && seen.insert(serde_json::to_string(due).unwrap_or_default())
            {
                news = next;
            }
            self.clock.advance((next - self.clock.now()).max(TimeDelta::zero()));
            self.happen_next(next);
        }
    }

    /// How much is scheduled, and when the first of it is due.
    pub(crate) fn pending(&self) -> (usize, Option<Moment>) {
        (self.agenda.len(), self.agenda.next_at())
    }

    /// How many events have happened so far.
    pub(crate) fn happened(&self) -> u64 {
        self.happened
    }

    /// How much real time it takes until something is due, if time passes by itself.
    pub(crate) fn real_time_until_next_event(&self) -> Option<Duration> {
        self.clock.real_time_until(self.agenda.next_at()?)
    }

    /// Lets the first thing happen that is due, at the moment it was due; false if nothing is.
    fn happen_next(&mut self, now: Moment) -> bool {
        let Some((at, (place, event))) = self.agenda.pop_due(now) else { return false };
        self.happened += 1;
        event.happen(&mut Context { world: self, place, now: at, access_key: "".into() });
        true
    }
}
