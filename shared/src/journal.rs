//! The journal: the durable, ordered log of one operation. The same entries resume the run, stream to watchers and are
//! shown to people.
//!
//! Entries are append-only as a format too: a new field is optional, a new meaning is a new variant.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::ids::OperationId;
use crate::operation::{Kind, Progress, Reason, Residue, State, Target};
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr, strum::VariantNames)]
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
    /// Somebody gave it up for good.
    Abandoned {
        /// Who.
        actor: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What it left on AWS.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        residue: Vec<Residue>,
    },
    /// Something that this version cannot read: a newer one wrote it, or it is not as it was written.
    Unreadable {
        /// Why not.
        why: String,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// One of each, as it stands in journals that were written: formats of entries are only ever added to.
    fn written() -> Vec<Value> {
        let target = json!({"district": "dev", "heritage": "web", "service": null});
        let error = json!(Problem::new(crate::problem::Code::AwsRefused, "no"));
        vec![
            json!({"type": "accepted", "kind": "deploy_heritage", "target": target, "actor": "token:ci"}),
            json!({"type": "claimed", "worker": "w"}),
            json!({"type": "step_started", "step": "s"}),
            json!({"type": "step_intent", "step": "s", "note": {"token": "t"}}),
            json!({"type": "step_waiting", "step": "s", "reason": "aws", "headline": "h"}),
            json!({"type": "step_progress", "step": "s", "progress": {"done": 1, "total": 2, "unit": "tasks"},
                   "headline": "h", "resources": ["r"]}),
            json!({"type": "step_retry", "step": "s", "after_ms": 5, "error": error}),
            json!({"type": "step_succeeded", "step": "s", "resources": ["r"], "took_ms": 5}),
            json!({"type": "step_skipped", "step": "s", "why": "given"}),
            json!({"type": "step_failed", "step": "s", "error": error}),
            json!({"type": "parked", "reason": "backoff", "until": "2026-11-23T10:00:00.000Z"}),
            json!({"type": "resumed", "worker": "w", "after_crash": true}),
            json!({"type": "cancel_requested", "actor": "token:ci"}),
            json!({"type": "undo_started", "why": "cancel"}),
            json!({"type": "step_undone", "step": "s", "resources": ["r"]}),
            json!({"type": "undo_failed", "step": "s", "error": error}),
            json!({"type": "superseded", "by": "op_01J9ZK3M7Q4V8R2T6X0BDEFGHJ"}),
            json!({"type": "abandoned", "actor": "token:ci", "reason": "old",
                   "residue": [{"step": "s", "resource": "r", "why": "w"}]}),
            json!({"type": "unreadable", "why": "unknown variant"}),
            json!({"type": "finished", "state": "failed", "error": error}),
        ]
    }

    #[test]
    fn every_entry_is_read_and_written_as_it_always_was() {
        let mut names = std::collections::BTreeSet::new();
        for value in written() {
            let event: Event = serde_json::from_value(value.clone()).unwrap();
            assert_eq!(value["type"], event.name());
            assert_eq!(serde_json::to_value(&event).unwrap(), value);
            names.insert(event.name());
        }
        assert_eq!(names.len(), <Event as strum::VariantNames>::VARIANTS.len(), "one of each is written down here");
    }
}
