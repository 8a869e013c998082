//! The handle that everything shares: one world behind one lock, held only while a call is being worked out.
//!
//! Delays that a fault asks for are slept outside the lock, so that slow calls run in parallel as they do on AWS.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::faults::Rule;
use crate::model::world::{Saved, World};

/// How long the background tick sleeps at most, in real time.
const TICK: Duration = Duration::from_millis(10);

/// How a simulator behaves.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// How many simulated seconds pass in one second.
    pub speed: f64,
    /// Whether the clock stands still until it is advanced by hand.
    pub step: bool,
    /// Whether reads lag behind writes.
    pub consistency: Consistency,
}

impl Default for Config {
    fn default() -> Self {
        Self { speed: 1.0, step: false, consistency: Consistency::Strict }
    }
}

/// Whether a read sees what was written before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Consistency {
    /// At once.
    Strict,
    /// As on AWS: some reads of EC2, IAM and Auto Scaling answer what was true a moment ago.
    Aws,
}

/// One simulated AWS; clones share it.
#[derive(Clone)]
pub struct Sim {
    world: Arc<Mutex<World>>,
    snapshots: Arc<Mutex<BTreeMap<String, Saved>>>,
    config: Config,
}

impl Sim {
    /// An AWS in which nothing exists but the default account.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { world: Arc::new(Mutex::new(fresh(config))), snapshots: Arc::default(), config }
    }

    /// Forgets everything: resources, calls, faults and the time that has passed.
    pub fn reset(&self) {
        *self.world() = fresh(self.config);
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Snapshots by name; a reset leaves them.
    pub(crate) fn snapshots(&self) -> MutexGuard<'_, BTreeMap<String, Saved>> {
        self.snapshots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets what is due happen although nobody calls.
    pub(crate) async fn tick_forever(self) {
        loop {
            self.world().settle();
            tokio::time::sleep(TICK).await;
        }
    }
}

fn fresh(config: Config) -> World {
    let mut world = World::new(config.speed, config.step);
    if config.consistency == Consistency::Aws {
        Rule::lag_of_aws().into_iter().for_each(|rule| {
            world.faults.add(rule);
        });
    }
    world
}
