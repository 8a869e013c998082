//! Simulated time, and what is due when.
//!
//! Time runs at `speed` simulated seconds a second, or stands still until it is advanced by hand.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// A moment of simulated time.
pub(crate) type Moment = DateTime<Utc>;

/// Tells the simulated time.
#[derive(Debug)]
pub(crate) struct Clock {
    epoch: Moment,
    started: Instant,
    speed: f64,
    stopped: bool,
    advanced: TimeDelta,
    /// What [`Clock::pace`] was when the clock was last set, so that it never goes back.
    paced: f64,
}

impl Clock {
    pub(crate) fn new(speed: f64, stopped: bool) -> Self {
        let (epoch, started, advanced) = (Utc::now(), Instant::now(), TimeDelta::zero());
        Self { epoch, started, speed, stopped, advanced, paced: 0.0 }
    }

    pub(crate) fn now(&self) -> Moment {
        let ran = if self.stopped { 0.0 } else { self.started.elapsed().as_secs_f64() * self.speed };
        self.epoch + self.advanced + seconds(ran)
    }

    /// Seconds that only grow, by which callers are held back and reads are late: simulated ones while the clock stands
    /// still, else real ones, since callers wait in real time.
    pub(crate) fn pace(&self) -> f64 {
        let since = if self.stopped { self.advanced.as_seconds_f64() } else { self.started.elapsed().as_secs_f64() };
        self.paced + since
    }

    /// Runs at another speed from now on, or stands still, or no longer does.
    pub(crate) fn set_pace(&mut self, speed: f64, stopped: bool) {
        self.set(self.now());
        (self.speed, self.stopped) = (speed, stopped);
    }

    /// How much real time it takes until a moment, if the clock gets there by itself.
    pub(crate) fn real_time_until(&self, at: Moment) -> Option<Duration> {
        let simulated = (at - self.now()).as_seconds_f64().max(0.0);
        (!self.stopped).then(|| Duration::try_from_secs_f64(simulated / self.speed).unwrap_or(Duration::MAX))
    }

    /// Goes on from another moment, at the same pace.
    pub(crate) fn set(&mut self, now: Moment) {
        self.paced = self.pace();
        (self.epoch, self.started, self.advanced) = (now, Instant::now(), TimeDelta::zero());
    }

    /// Jumps forward.
    pub(crate) fn advance(&mut self, by: TimeDelta) {
        self.advanced += by;
    }

    pub(crate) fn speed(&self) -> f64 {
        self.speed
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }
}

/// A span of time; at most a few thousand years, so that no sum with a moment overflows.
pub(crate) fn seconds(count: f64) -> TimeDelta {
    let milliseconds = (count * 1000.0).clamp(0.0, 1e14);
    #[allow(clippy::cast_possible_truncation, reason = "clamped to what fits just above")]
    TimeDelta::milliseconds(milliseconds as i64)
}

/// A moment as the XML protocols write it.
pub(crate) fn iso(at: Moment) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A moment as the JSON protocols write it: seconds since 1970 with milliseconds.
pub(crate) fn epoch(at: Moment) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "milliseconds of this millennium are far below 2^52")]
    let milliseconds = at.timestamp_millis() as f64;
    milliseconds / 1000.0
}

/// What is due, in order of time; at the same moment in order of scheduling.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(bound(serialize = "E: serde::Serialize", deserialize = "E: serde::Deserialize<'de>"))]
pub(crate) struct Agenda<E> {
    heap: BinaryHeap<Reverse<Due<E>>>,
    scheduled: u64,
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Due<E> {
    at: Moment,
    order: u64,
    event: E,
}

impl<E> Default for Agenda<E> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), scheduled: 0 }
    }
}

impl<E> Agenda<E> {
    pub(crate) fn schedule(&mut self, at: Moment, event: E) {
        self.scheduled += 1;
        self.heap.push(Reverse(Due { at, order: self.scheduled, event }));
    }

    /// Takes the next event that is due at `now`, with the moment that it was due.
    pub(crate) fn pop_due(&mut self, now: Moment) -> Option<(Moment, E)> {
        self.heap.peek().filter(|Reverse(due)| due.at <= now)?;
        self.heap.pop().map(|Reverse(due)| (due.at, due.event))
    }

    /// What is due next.
    pub(crate) fn peek(&self) -> Option<&E> {
        self.heap.peek().map(|Reverse(due)| &due.event)
    }

    pub(crate) fn next_at(&self) -> Option<Moment> {
        self.heap.peek().map(|Reverse(due)| due.at)
    }

    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }
}

impl<E> Due<E> {
    fn key(&self) -> (Moment, u64) {
        (self.at, self.order)
    }
}

impl<E> PartialEq for Due<E> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<E> Eq for Due<E> {}

impl<E> PartialOrd for Due<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Due<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// A moment without fractions of a second, as events carry it.
pub(crate) fn iso_seconds(at: Moment) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
