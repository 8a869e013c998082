//! One run of an operation, as its steps see it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::ids::OperationId;
use shared::payload::Payload;
use shared::store::Store;
use shared::time::Timestamp;
use uuid::Uuid;

use super::{Failure, Step};

/// What every context of steps has: the run it belongs to.
pub trait Context: Send + Sync + 'static {
    /// The run.
    fn run(&self) -> &Run;
}

/// The run of an operation: outputs of earlier steps, intents, tokens. Cheap to clone.
#[derive(Clone)]
pub struct Run {}

impl Run {
    /// The operation.
    pub fn operation(&self) -> &OperationId {
        todo!()
    }

    /// Its attempt.
    pub fn attempt(&self) -> u32 {
        todo!()
    }

    /// Whether the lease was renewed so lately, by this worker's own monotonic clock, that another worker cannot have taken
    /// the operation: only then may a call be started that changes something outside.
    pub fn lease_is_fresh(&self) -> bool {
        todo!()
    }

    /// The operation store.
    pub fn store(&self) -> &Store {
        todo!()
    }

    /// The operation's patch.
    pub fn payload(&self) -> &Payload {
        todo!()
    }

    /// The target of this attempt: as recorded, or computed now and recorded before any step runs.
    pub async fn target<T: Serialize + DeserializeOwned>(
        &self,
        compute: impl AsyncFnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let _ = compute;
        todo!()
    }

    /// Redis' clock.
    pub fn now(&self) -> Timestamp {
        todo!()
    }

    /// When the operation was accepted; the same in every attempt.
    pub fn accepted_at(&self) -> Timestamp {
        todo!()
    }

    /// What an earlier step gave. Permanent when it has not succeeded: the plan lacks an arrow.
    pub fn output_of<S: Step>(&self, step: &S) -> Result<S::Output, Failure> {
        let _ = step;
        todo!()
    }

    /// What an earlier step gave, if it ran.
    pub fn output_if_done<S: Step>(&self, step: &S) -> Result<Option<S::Output>, Failure> {
        let _ = step;
        todo!()
    }

    /// The token under which AWS knows a call of this step again: UUIDv5 of operation, attempt and step, 36 characters.
    pub fn token<S: Step>(&self, step: &S) -> Uuid {
        let _ = step;
        todo!()
    }

    /// Writes the intent of a call before it is made, with what the undo will need. A note that stands is kept (a repeated
    /// step must not overwrite the value before with its own).
    pub async fn intent<S: Step>(&self, step: &S, note: impl Serialize + Send) -> Result<(), Failure> {
        let _ = (step, note);
        todo!()
    }

    /// What the intent noted; `None` when none was written: then the call was never made.
    pub fn note_of<S: Step, T: DeserializeOwned>(&self, step: &S) -> Result<Option<T>, Failure> {
        let _ = step;
        todo!()
    }

    /// Adds a warning to the operation.
    pub fn warn(&self, warning: impl Into<String>) {
        let _: String = warning.into();
        todo!()
    }
}
