//! What services looked like a moment ago, for reads that lag behind writes.
//!
//! Before a write, and only while a lag is asked for, a copy of the one service's state is kept, but none while there is
//! one that is less than half of the lag old: however many writes come, three copies at most exist, and a copy is made
//! twice in a lag. What was true at a moment is the first copy that was made after it. Time is that of
//! [`crate::model::clock::Clock::pace`], so that a test that stops the clock decides what is late.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::model::context::Place;
use crate::model::part::Part;
use crate::model::service::Service;

/// Copies by place and service, oldest first.
#[derive(Default)]
pub(crate) struct Past {
    copies: BTreeMap<(Place, Service), VecDeque<(f64, Part)>>,
}

impl Past {
    /// Keeps a copy that `make` makes, if one is due, and forgets those that are older than anybody asks for.
    pub(crate) fn keep(
        &mut self,
        place: &Place,
        service: Service,
        now: f64,
        for_how_long: Duration,
        make: impl FnOnce() -> Part,
    ) {
        let copies = self.copies.entry((place.clone(), service)).or_default();
        let lag = for_how_long.as_secs_f64();
        while copies.front().is_some_and(|(at, _)| now - at > lag) {
            copies.pop_front();
        }
        if copies.back().is_none_or(|(at, _)| now - at >= lag / 2.0) {
            copies.push_back((now, make()));
        }
    }

    /// Takes out the service as it was `ago`, if it has changed since; it must be put back.
    pub(crate) fn borrow(&mut self, place: &Place, service: Service, now: f64, ago: Duration) -> Option<(usize, Part)> {
        let copies = self.copies.get_mut(&(place.clone(), service))?;
        let index = copies.iter().position(|(at, _)| now - at < ago.as_secs_f64())?;
        Some((index, std::mem::replace(&mut copies[index].1, Part::None)))
    }

    pub(crate) fn put_back(&mut self, place: &Place, service: Service, (index, part): (usize, Part)) {
        let copies = self.copies.get_mut(&(place.clone(), service));
        if let Some((_, empty)) = copies.and_then(|copies| copies.get_mut(index)) {
            *empty = part;
        }
    }
}
