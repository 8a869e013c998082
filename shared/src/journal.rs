//! The journal: the durable, ordered log of one operation. The same entries resume the run, stream to watchers and are
//! shown to people.
//!
//! Entries are append-only as a format too: a new field is optional, a new meaning is a new variant.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::ids::OperationId;
use crate::operation::{Kind, Progress, Reason, State, Target};
use crate::problem::Problem;
use crate::time::Timestamp;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// 1, 2, 3 … without a gap, over all attempts.
    pub seq: u64,
    /// When Redis wrote it.
    pub at: Timestamp,
    /// Whose journal this is.
    pub op: OperationId,
    /// In which attempt it happened.
    pub attempt: u32,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr)]
#[serde(tag = "type", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Event {
    /// The request was accepted; after a retry, once more.
    Accepted {
        /// What it does.
        kind: Kind,
        /// What it changes.
        target: Target,
        /// Who asked.
        actor: String,
    },
    /// A worker took it.
    Claimed {
        /// Which worker.
        worker: String,
    },
    /// A step began.
    StepStarted {
        /// Which.
        step: String,
    },
    /// A step is about to make or change something on AWS; written before the call.
    StepIntent {
        /// Which.
        step: String,
        /// What the undo needs to know: the value before, the token of the call.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        #[schema(value_type = Object)]
        note: Value,
    },
    /// A step waits for something to become ready.
    StepWaiting {
        /// Which.
        step: String,
        /// For what.
        reason: Reason,
        /// In words.
        headline: String,
    },
    /// A wait came further, or a step came to know what it made.
    StepProgress {
        /// Which.
        step: String,
        /// How far.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        progress: Option<Progress>,
        /// In words.
        headline: String,
        /// What it made, found or changed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        resources: Vec<String>,
    },
    /// A step failed in a way that passes, and will be tried again.
    StepRetry {
        /// Which.
        step: String,
        /// In how many milliseconds.
        after_ms: u64,
        /// Why.
        error: Problem,
    },
    /// A step is done.
    StepSucceeded {
        /// Which.
        step: String,
        /// What it made, found or changed.
        #[serde(default)]
        resources: Vec<String>,
        /// Milliseconds since it began.
        took_ms: u64,
    },
    /// A step was not needed.
    StepSkipped {
        /// Which.
        step: String,
        /// Why not.
        why: String,
    },
    /// A step failed for good.
    StepFailed {
        /// Which.
        step: String,
        /// Why.
        error: Problem,
    },
    /// Nothing can go on now: the operation left its worker.
    Parked {
        /// What it waits for.
        reason: Reason,
        /// When it is looked at again at the latest.
        until: Timestamp,
    },
    /// It goes on.
    Resumed {
        /// With which worker.
        worker: String,
        /// Whether the worker before it died.
        after_crash: bool,
    },
    /// Somebody asked to cancel it.
    CancelRequested {
        /// Who.
        actor: String,
    },
    /// What was done is being taken back.
    UndoStarted {
        /// `failure` or `cancel`.
        why: String,
    },
    /// A step was taken back.
    StepUndone {
        /// Which.
        step: String,
        /// What was removed or set back.
        #[serde(default)]
        resources: Vec<String>,
    },
    /// A step could not be taken back.
    UndoFailed {
        /// Which.
        step: String,
        /// Why.
        error: Problem,
    },
    /// A newer operation took this one's place.
    Superseded {
        /// Which.
        by: OperationId,
    },
    /// The attempt came to its end.
    Finished {
        /// How.
        state: State,
        /// Why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Problem>,
    },
}

impl Event {
    /// The event's type as it stands in the journal: `step_started`.
    pub fn name(&self) -> &'static str {
        self.into()
    }
}
