//! What a running operation knows of itself, and which part of it is not written down yet.
//!
//! `transitions.rs` has what happens to its steps. Everything that happened since the last checkpoint goes into the next
//! one, so that parallel branches share round trips.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use shared::journal::Event;
use shared::operation::{Operation, Reason, Residue, State, StepState, Undo};
use shared::problem::Problem;
use shared::store::{Changes, Checkpoint, Claim, StepRecord};
use tokio::time::Instant;
use uuid::Uuid;

/// While anything is to do, an operation is not complete.
const MOST_BEFORE_THE_END: u64 = 99;

/// What is remembered of a step by this process only.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// What it said last.
    pub said: Option<String>,
    /// What it waits for.
    pub waits_for: Option<Reason>,
    /// Until when reads may still not show what was made.
    pub doubt_until: Option<Instant>,
    /// Since when something earlier is seen in its place.
    pub earlier_since: Option<Instant>,
    /// What its undo has removed so far.
    pub removed: Vec<String>,
    /// Throttled turns in a row.
    pub throttled: u32,
    /// Turns in a row that did not see a write, and since when.
    pub invisible: Option<(u32, Instant)>,
}

/// What everybody is shown of the operation as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Overview {
    state: State,
    reason: Option<Reason>,
    percent: u8,
    headline: String,
}

/// The operation's state.
#[derive(Debug)]
pub(super) struct Board {
    records: HashMap<String, StepRecord>,
    memories: HashMap<String, Memory>,
    target: Option<Value>,
    warnings: Vec<String>,
    residue: Vec<Residue>,
    undo: Option<Undo>,
    headline: String,
    shown: Overview,
    changed: BTreeSet<String>,
    events: Vec<Event>,
    changes: Option<Changes>,
    /// Sent, and not known to be written: sent again with the same nonce.
    in_flight: Option<Checkpoint>,
}

impl Board {
    pub(super) fn new(claim: &Claim) -> Self {
        let Operation { state, reason, percent, headline, warnings, residue, undo, .. } = claim.operation.clone();
        let records = claim.steps.iter().map(|record| (record.view.name.clone(), record.clone())).collect();
        Board {
            records,
            memories: HashMap::new(),
            target: claim.target.clone(),
            warnings,
            residue,
            undo,
            headline: headline.clone(),
            shown: Overview { state, reason, percent, headline },
            changed: BTreeSet::new(),
            events: Vec::new(),
            changes: None,
            in_flight: None,
        }
    }

    /// A step's record.
    pub(super) fn record(&self, label: &str) -> Option<&StepRecord> {
        self.records.get(label)
    }

    /// All records, in no order.
    pub(super) fn records(&self) -> impl Iterator<Item = &StepRecord> {
        self.records.values()
    }

    /// Where a step stands.
    pub(super) fn state_of(&self, label: &str) -> StepState {
        self.record(label).map_or(StepState::Pending, |record| record.view.state)
    }

    /// A step's record, to be changed and written.
    pub(super) fn touch(&mut self, label: &str) -> &mut StepRecord {
        self.changed.insert(label.to_owned());
        let record = self.records.entry(label.to_owned()).or_default();
        if record.view.name.is_empty() {
            label.clone_into(&mut record.view.name);
        }
        record
    }

    /// What this process remembers of a step.
    pub(super) fn memory(&mut self, label: &str) -> &mut Memory {
        self.memories.entry(label.to_owned()).or_default()
    }

    /// Forgets what a step has waited for. Reads may still not show what it made: that is remembered for its undo.
    pub(super) fn forget(&mut self, label: &str) {
        let memory = self.memory(label);
        *memory = Memory { doubt_until: memory.doubt_until, ..Memory::default() };
    }

    /// Whether reads may not show yet what this step made.
    pub(super) fn in_doubt(&self, label: &str) -> bool {
        let until = self.memories.get(label).and_then(|memory| memory.doubt_until);
        until.is_some_and(|until| Instant::now() < until)
    }

    /// Whether a step may have made something that it does not know of, or that its undo does not see yet: nobody else may go
    /// on from here before reads show it.
    pub(super) fn is_unsettled(&self, label: &str) -> bool {
        let is_unknown = |record: &StepRecord| record.output.is_none() || record.view.state == StepState::Undoing;
        self.in_doubt(label) && self.record(label).is_none_or(is_unknown)
    }

    /// When no step is unsettled any more.
    pub(super) fn settled_at(&self) -> Instant {
        let unsettled = self.memories.iter().filter(|(label, _)| self.is_unsettled(label));
        unsettled.filter_map(|(_, memory)| memory.doubt_until).max().unwrap_or_else(Instant::now)
    }

    /// Writes an event.
    pub(super) fn tell(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Fields to be written.
    pub(super) fn changes(&mut self) -> &mut Changes {
        self.changes.get_or_insert_default()
    }

    /// The one line about the operation.
    pub(super) fn headline(&mut self, headline: impl Into<String>) {
        self.headline = headline.into();
    }

    /// The target computed at the first claim.
    pub(super) fn target(&self) -> Option<&Value> {
        self.target.as_ref()
    }

    /// Keeps the target.
    pub(super) fn set_target(&mut self, target: Value) {
        self.changes().target = Some(target.clone());
        self.target = Some(target);
    }

    /// Adds a warning, once.
    pub(super) fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
            self.changes().warnings = Some(self.warnings.clone());
        }
    }

    /// What is left on the other side, in place of what was left before.
    pub(super) fn leave(&mut self, residue: Vec<Residue>) {
        if self.residue != residue {
            self.residue.clone_from(&residue);
            self.changes().residue = Some(residue);
        }
    }

    /// What the undo has done, once there is one.
    pub(super) fn undo(&self) -> Option<&Undo> {
        self.undo.as_ref()
    }

    /// Begins the undo of `total` steps; its cause is kept over crashes.
    pub(super) fn begin_undo(&mut self, why: &str, total: usize, error: Problem) {
        self.tell(Event::UndoStarted { why: why.to_owned() });
        self.set_undo(Undo { why: why.to_owned(), done: 0, total: total as u64 });
        self.changes().error = Some(error);
    }

    /// One more step was taken back.
    pub(super) fn count_undone(&mut self) {
        if let Some(undo) = self.undo.clone() {
            self.set_undo(Undo { done: undo.done + 1, ..undo });
        }
    }

    fn set_undo(&mut self, undo: Undo) {
        self.changes().undo = Some(undo.clone());
        self.undo = Some(undo);
    }

    /// The checkpoint to send: the one whose fate is unknown, else what has happened since.
    pub(super) fn next_checkpoint(&mut self) -> Option<Checkpoint> {
        if self.in_flight.is_none() && (!self.changed.is_empty() || !self.events.is_empty() || self.changes.is_some()) {
            self.in_flight = Some(self.take());
        }
        self.in_flight.clone()
    }

    /// Whether the fate of a checkpoint is unknown.
    pub(super) fn is_in_flight(&self) -> bool {
        self.in_flight.is_some()
    }

    /// The checkpoint was written.
    pub(super) fn written(&mut self) {
        self.in_flight = None;
    }

    /// Everything that has happened since the last checkpoint.
    pub(super) fn take(&mut self) -> Checkpoint {
        let changed = std::mem::take(&mut self.changed);
        let steps = changed.iter().filter_map(|label| self.records.get(label).cloned()).collect();
        let events = std::mem::take(&mut self.events);
        let mut changes = self.changes.take().unwrap_or_default();
        self.show(&mut changes);
        Checkpoint { steps, events, changes, nonce: Uuid::new_v4().to_string() }
    }

    /// Adds what changed of the overview.
    fn show(&mut self, changes: &mut Changes) {
        let now = self.overview();
        let was = std::mem::replace(&mut self.shown, now.clone());
        changes.state = (now.state != was.state).then_some(now.state);
        changes.reason = (now.reason != was.reason).then_some(now.reason);
        changes.percent = (now.percent != was.percent).then_some(now.percent);
        changes.headline = (now.headline != was.headline).then_some(now.headline);
    }

    fn overview(&self) -> Overview {
        let headline = self.headline.clone();
        if self.undo.is_some() {
            return Overview { state: State::Undoing, reason: None, percent: self.shown.percent, headline };
        }
        let is_under_way = |it: &&StepRecord| matches!(it.view.state, StepState::Running | StepState::Waiting);
        let foremost =
            self.records().filter(is_under_way).min_by_key(|it| (it.view.state == StepState::Waiting, it.index));
        let reason = foremost.filter(|it| it.view.state == StepState::Waiting).map(|it| self.reason_of(&it.view.name));
        let state = if reason.is_some() { State::Waiting } else { State::Running };
        Overview { state, reason, percent: self.percent().max(self.shown.percent), headline }
    }

    fn reason_of(&self, label: &str) -> Reason {
        self.memories.get(label).and_then(|memory| memory.waits_for).unwrap_or(Reason::Aws)
    }

    /// Steps that are done, and how far the waits of the others are.
    fn percent(&self) -> u8 {
        let parts = self.records().map(|it| match (it.view.state, &it.view.progress) {
            (StepState::Succeeded | StepState::Skipped, _) => 100,
            (StepState::Waiting, Some(progress)) => progress.done.min(progress.total) * 100 / progress.total.max(1),
            (StepState::Waiting, None) | (StepState::Pending | StepState::Running | StepState::Failed, _) => 0,
            (StepState::Undoing | StepState::Undone | StepState::UndoFailed, _) => 0,
        });
        let percent = parts.sum::<u64>() / (self.records.len().max(1) as u64);
        u8::try_from(percent.min(MOST_BEFORE_THE_END)).unwrap_or_default()
    }
}
