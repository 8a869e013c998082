//! What a test does by hand with a simulator in its own process: what `/_sim` offers, without HTTP.

use serde_json::Value;

use crate::control::inventory;
use crate::model::faults::check;
use crate::model::inventory::Wanted;
use crate::model::world::Saved;
use crate::sim::Sim;

/// The whole world at a moment, to go back to. Cheap beside the calls that made it: a copy and no text.
#[derive(Clone)]
pub struct Snapshot(Saved);

impl Sim {
    /// Keeps what is now, once all that is due has happened.
    #[must_use]
    pub fn keep(&self) -> Snapshot {
        Snapshot(self.world().save())
    }

    /// Goes back to what was kept; the clock keeps its pace.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.world().restore(snapshot.0.clone());
    }

    /// Everything that exists, as `/_sim/inventory` shows it: service, kind, things.
    #[must_use]
    pub fn inventory(&self) -> Value {
        let inventory = inventory::of(&mut self.world(), &Wanted::default());
        serde_json::to_value(inventory).unwrap_or_default()
    }

    /// Moves the clock on to what is due next, which happens.
    pub fn advance_to_next_event(&self) {
        self.world().advance_to_next_event();
    }

    /// Moves the clock on until nothing happens any more, but not further than so many seconds.
    pub fn advance_until_idle(&self, at_most_seconds: u32) {
        self.world().advance_until_idle(chrono::TimeDelta::seconds(at_most_seconds.into()));
    }

    /// Asks for a fault, written as for `/_sim/faults`; its id.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn fault(&self, rule: Value) -> Result<u64, String> {
        let rule = serde_json::from_value(rule).map_err(|error| error.to_string())?;
        match check::fault(&rule) {
            Some(wrong) => Err(wrong),
            None => Ok(self.world().faults.add(rule)),
        }
    }

    /// Ends a fault; whether there was one.
    pub fn heal(&self, fault: u64) -> bool {
        self.world().faults.remove(fault)
    }
}
