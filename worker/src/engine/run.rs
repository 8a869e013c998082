//! One run of an operation, as its steps see it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::ids::OperationId;
use shared::operation::Operation;
use shared::payload::Payload;
use shared::problem::{Code, Problem};
use shared::store::{Fence, Store};
use shared::time::Timestamp;
use tokio::time::Instant;
use uuid::Uuid;

use super::board::Board;
use super::erased::{Made, unreadable, unwritable};
use super::held::Held;
use super::lease::Lease;
use super::timings::Timings;
use super::{Class, Failure, Step};

/// Under which the tokens of calls are drawn: any fixed value, never changed.
const TOKENS: Uuid = Uuid::from_u128(0x5f0c_93a1_7c1e_4d0b_9f63_0c1d_2b7a_e4d8);

/// What every context of steps has: the run it belongs to.
pub trait Context: Send + Sync + 'static {
    /// The run.
    fn run(&self) -> &Run;
}

/// The run of an operation: outputs of earlier steps, intents, tokens. Cheap to clone.
#[derive(Clone)]
pub struct Run(Arc<Inner>);

struct Inner {
    store: Store,
    lease: Lease,
    timings: Timings,
    fence: Fence,
    operation: Operation,
    payload: Payload,
    after_crash: bool,
    begun: Instant,
    board: Mutex<Board>,
    sending: tokio::sync::Mutex<()>,
}

impl Run {
    pub(super) fn new(held: &Held) -> Self {
        let Held { claim, store, lease, timings } = held;
        Run(Arc::new(Inner {
            store: store.clone(),
            lease: lease.clone(),
            timings: *timings,
            fence: claim.fence.clone(),
            operation: claim.operation.clone(),
            payload: claim.payload.clone(),
            after_crash: claim.after_crash,
            begun: Instant::now(),
            board: Mutex::new(Board::new(claim)),
            sending: tokio::sync::Mutex::new(()),
        }))
    }

    /// The operation.
    pub fn operation(&self) -> &OperationId {
        &self.0.operation.id
    }

    /// The operation as of the claim.
    pub fn claimed(&self) -> &Operation {
        &self.0.operation
    }

    /// Its patch.
    pub fn payload(&self) -> &Payload {
        &self.0.payload
    }

    /// Who asked for it.
    pub fn actor(&self) -> &str {
        &self.0.operation.actor
    }

    /// Its attempt.
    pub fn attempt(&self) -> u32 {
        self.0.operation.attempt
    }

    /// Whether the worker before this one died.
    pub fn after_crash(&self) -> bool {
        self.0.after_crash
    }

    /// The store, to read records and to start other operations.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Redis' clock.
    pub fn now(&self) -> Timestamp {
        self.0.store.now()
    }

    /// When the operation was accepted; the same in every attempt.
    pub fn accepted_at(&self) -> Timestamp {
        self.0.operation.created_at
    }

    /// Whether a call that begins now ends before another worker may begin: no call may begin otherwise.
    pub fn lease_is_fresh(&self) -> bool {
        self.0.lease.is_fresh()
    }

    /// The target of the operation: computed at its first claim in an attempt and kept; written before any step begins.
    pub async fn target<T, F>(&self, compute: F) -> Result<T, Failure>
    where
        T: Serialize + DeserializeOwned,
        F: AsyncFnOnce() -> Result<T, Failure>,
    {
        let recorded = self.board().target().cloned();
        if let Some(value) = recorded {
            return serde_json::from_value(value).map_err(|error| unreadable("the target", &error));
        }
        let target = compute().await?;
        let value = serde_json::to_value(&target).map_err(|error| unwritable("the target", &error))?;
        self.board().set_target(value);
        Ok(target)
    }

    /// What an earlier step gave. Permanent when it has not succeeded: the plan lacks an arrow.
    pub fn output_of<S: Step>(&self, step: &S) -> Result<S::Output, Failure> {
        self.output_if_done(step)?.ok_or_else(|| {
            let detail = format!("{} was asked for before it was done: the plan lacks an arrow", step.label());
            Failure::permanent(Code::Internal, detail)
        })
    }

    /// What an earlier step gave, or came to know before it ended; `None` when there is nothing, or no longer.
    pub fn output_if_done<S: Step>(&self, step: &S) -> Result<Option<S::Output>, Failure> {
        let label = step.label();
        let output = self.board().record(&label).and_then(|record| record.output.clone());
        output.map(serde_json::from_value).transpose().map_err(|error| unreadable(&label, &error))
    }

    /// The token under which AWS knows a call of this step again: UUIDv5 of operation, attempt and step, 36 characters.
    pub fn token<S: Step>(&self, step: &S) -> Uuid {
        let name = format!("{}/{}/{}", self.operation(), self.attempt(), step.label());
        Uuid::new_v5(&TOKENS, name.as_bytes())
    }

    /// Writes the intent of a call before it is made, with what the undo will need. A note that stands is kept (a repeated
    /// step must not overwrite the value before with its own).
    pub async fn intent<S: Step>(&self, step: &S, note: impl Serialize + Send) -> Result<(), Failure> {
        let label = step.label();
        let note = serde_json::to_value(note).map_err(|error| unwritable(&label, &error))?;
        if !self.board().noted(&label, note) {
            return Ok(());
        }
        self.flush().await.map_err(|_| {
            let detail = "the operation is no longer held: its intent is not written, and its call not made";
            Failure::new(Class::Transient, Problem::new(Code::StoreUnavailable, detail))
        })
    }

    /// What the intent noted; `None` when none was written: then the call was never made.
    pub fn note_of<S: Step, T: DeserializeOwned>(&self, step: &S) -> Result<Option<T>, Failure> {
        let label = step.label();
        let note = self.board().note_of(&label).cloned();
        note.map(serde_json::from_value).transpose().map_err(|error| unreadable(&label, &error))
    }

    /// Adds a warning to the operation.
    pub fn warn(&self, warning: impl Into<String>) {
        self.board().warn(warning.into());
    }

    /// Remembers what a step makes before it is ready, so that it is not looked for again.
    pub(super) fn knows<S: Step>(&self, step: &S, output: &S::Output) -> Result<(), Failure> {
        let value = serde_json::to_value(output).map_err(|error| unwritable(&step.label(), &error))?;
        self.board().knows(&step.label(), Made { output: value, resources: S::resources(output) });
        Ok(())
    }

    /// From now on, for the settle time, reads may not show what this step made.
    pub(super) fn doubt(&self, label: &str) {
        self.doubt_for(label, self.0.timings.settle);
    }

    /// For so long reads may not show what this step made.
    pub(super) fn doubt_for(&self, label: &str, time: Duration) {
        self.board().memory(label).doubt_until = Some(Instant::now() + time);
    }

    /// Whether reads may not show what this step made.
    pub(super) fn in_doubt(&self, label: &str) -> bool {
        self.board().in_doubt(label)
    }

    /// Whether an earlier thing in the place of this step's has been seen for so long that it stands and has not just gone.
    pub(super) fn has_stood(&self, label: &str) -> bool {
        let mut board = self.board();
        let since = board.memory(label).earlier_since.get_or_insert_with(Instant::now);
        since.elapsed() >= self.0.timings.settle
    }

    /// Whether a step has seen this for so long that reads are not older than what was done before it began.
    pub fn has_seen_long_enough<S: Step>(&self, step: &S) -> bool {
        self.has_stood(&step.label())
    }

    /// A call of a step was answered.
    pub fn answered(&self, label: &str, call: &str) {
        self.board().answered(label, call);
    }

    /// How long this worker has the operation.
    pub(super) fn held_for(&self) -> Duration {
        self.0.begun.elapsed()
    }

    /// Remembers what the undo of a step has removed.
    pub(super) fn removed<S: Step>(&self, step: &S, ids: Vec<String>) {
        let mut board = self.board();
        let removed = &mut board.memory(&step.label()).removed;
        for id in ids {
            if !removed.contains(&id) {
                removed.push(id);
            }
        }
    }

    /// What the undo of a step has removed.
    pub(super) fn removed_by<S: Step>(&self, step: &S) -> Vec<String> {
        self.board().memory(&step.label()).removed.clone()
    }

    pub(super) fn board(&self) -> MutexGuard<'_, Board> {
        self.0.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn lease(&self) -> &Lease {
        &self.0.lease
    }

    pub(super) fn timings(&self) -> &Timings {
        &self.0.timings
    }

    pub(super) fn fence(&self) -> &Fence {
        &self.0.fence
    }

    /// One checkpoint is under way at a time, in the order of what happened.
    pub(super) async fn my_turn_to_send(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.sending.lock().await
    }
}
