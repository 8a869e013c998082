//! The handle that everything shares: one world behind one lock, held only while a call is being worked out.
//!
//! Delays that a fault asks for are slept outside the lock, so that slow calls run in parallel as they do on AWS.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::model::faults::Faults;
use crate::model::throttle::Throttle;
use crate::model::timing;
use crate::model::world::{Saved, World};
use crate::wire::connection::Scissors;
use crate::wire::signature::Keys;

/// How long the background tick sleeps at least and at most, in real time. Every call lets happen what is due before it
/// looks, so that the tick only keeps a world from falling behind that nobody looks at.
const SHORTEST_TICK: Duration = Duration::from_millis(10);
const LONGEST_TICK: Duration = Duration::from_secs(1);

/// How long a call hangs at most, in real time: longer than any client waits.
const LONGEST_HANG: Duration = Duration::from_secs(3600);

/// How a simulator behaves.
#[derive(Debug, Clone)]
pub struct Config {
    /// How many simulated seconds pass in one second.
    pub speed: f64,
    /// Whether the clock stands still until it is advanced by hand.
    pub step: bool,
    /// Whether reads lag behind writes.
    pub consistency: Consistency,
    /// Whether callers that are too fast are held back.
    pub throttle: Throttling,
    /// What decides about everything that happens by chance.
    pub seed: u64,
    /// Accounts that exist beside the default one.
    pub accounts: Vec<Account>,
    /// Whether signatures are looked at.
    pub signatures: Signatures,
}

/// An account and the access key of its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    id: String,
    access_key: String,
    secret: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            speed: 1.0,
            step: false,
            consistency: Consistency::Strict,
            throttle: Throttling::Off,
            seed: 0,
            accounts: Vec::new(),
            signatures: Signatures::Verify,
        }
    }
}

impl FromStr for Account {
    type Err = String;

    /// Reads `111122223333=KEY:SECRET`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = || "must be written as 111122223333=KEY:SECRET".to_owned();
        let (id, key) = text.split_once('=').ok_or_else(shape)?;
        let (access_key, secret) = key.split_once(':').ok_or_else(shape)?;
        if !is_account_id(id) {
            return Err("an account's id has twelve digits".to_owned());
        }
        if access_key.is_empty() || secret.is_empty() {
            return Err(shape());
        }
        Ok(Self { id: id.to_owned(), access_key: access_key.to_owned(), secret: secret.to_owned() })
    }
}

/// Whether a text can be an account's id.
pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a read sees what was written before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Consistency {
    /// At once.
    Strict,
    /// As on AWS: some reads of EC2, IAM, Auto Scaling and ECS answer what was true a moment ago.
    Aws,
}

/// Whether callers that are too fast are held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Throttling {
    /// Never.
    Off,
    /// By token buckets of AWS's sizes.
    Aws,
}

/// What becomes of a request whose signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Signatures {
    /// It is refused.
    Verify,
    /// It is answered: the access key alone tells who calls.
    Ignore,
}

/// One simulated AWS; clones share it.
#[derive(Clone)]
pub struct Sim {
    world: Arc<Mutex<World>>,
    snapshots: Arc<Mutex<BTreeMap<String, Saved>>>,
    keys: Arc<Keys>,
    closing: Arc<watch::Sender<bool>>,
    config: Config,
}

impl Sim {
    /// An AWS in which nothing exists but the default account.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            world: Arc::new(Mutex::new(fresh(&config))),
            snapshots: Arc::default(),
            keys: Arc::default(),
            closing: Arc::default(),
            config,
        }
    }

    /// Forgets everything: resources, calls, faults and the time that has passed.
    pub fn reset(&self) {
        *self.world() = fresh(&self.config);
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Snapshots by name; a reset leaves them.
    pub(crate) fn snapshots(&self) -> MutexGuard<'_, BTreeMap<String, Saved>> {
        self.snapshots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(crate) fn signatures(&self) -> Signatures {
        self.config.signatures
    }

    /// Answers one request without a socket, as [`crate::serve`] does on one; the control API is not answered here.
    pub async fn respond(&self, request: axum::extract::Request) -> axum::response::Response {
        crate::wire::respond(self, &Scissors::default(), request).await
    }

    /// Waits for as long as no caller has patience for, or until the simulator ends.
    pub(crate) async fn hang(&self) {
        let mut closing = self.closing.subscribe();
        tokio::time::timeout(LONGEST_HANG, closing.wait_for(|closing| *closing)).await.ok();
    }

    /// Ends the waiting of calls that hang, so that the simulator can end.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Lets what is due happen although nobody calls. An event that panics is lost, but time goes on.
    pub(crate) async fn tick_forever(self) {
        loop {
            if std::panic::catch_unwind(AssertUnwindSafe(|| self.world().settle())).is_err() {
                self.world().calls.record_panic("an event");
                tracing::error!("an event made the simulator panic");
            }
            let due = self.world().real_time_until_next_event();
            tokio::time::sleep(due.unwrap_or(LONGEST_TICK).clamp(SHORTEST_TICK, LONGEST_TICK)).await;
        }
    }
}

fn fresh(config: &Config) -> World {
    let mut world = World::new(config.speed, config.step);
    for account in &config.accounts {
        if !world.add_key(&account.id, &account.access_key, &account.secret) {
            tracing::warn!(account = account.id, "another account has its access key already");
        }
    }
    world.faults = Faults::seeded(config.seed);
    world.throttle = Throttle::new(config.throttle == Throttling::Aws);
    if config.consistency == Consistency::Aws {
        world.iam_propagation = timing::IAM_PROPAGATES;
        world.faults.add_lag_of_aws();
    }
    world
}
