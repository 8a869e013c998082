//! What happens to the steps of a running operation: each transition changes the step's record and tells it in the journal.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Value, json};
use shared::journal::Event;
use shared::operation::{Progress, Reason, Residue, StepState};
use shared::problem::Problem;
use shared::store::StepRecord;
use shared::time::Timestamp;

use super::board::Board;
use super::erased::Made;
use super::step::Wait;

/// Notes are wrapped, so that an intent without a note is told from no intent.
const NOTED: &str = "noted";

impl Board {
    /// Gives a step its place in the plan.
    pub(super) fn place(&mut self, label: &str, index: usize, after: Vec<String>) {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let stands = self.record(label).is_some_and(|it| it.index == index && it.view.after == after);
        if !stands {
            let record = self.touch(label);
            record.index = index;
            record.view.after = after;
        }
    }

    /// Puts the steps that an earlier attempt had, and the plan has no more, behind those of the plan.
    pub(super) fn put_behind(&mut self, planned: &HashSet<&str>, first: usize) {
        let name = |record: &StepRecord| (record.index, record.view.name.clone());
        let left: BTreeSet<_> =
            self.records().filter(|it| !planned.contains(it.view.name.as_str())).map(name).collect();
        for (index, (_, label)) in (first..).zip(left) {
            let after = self.record(&label).map(|record| record.view.after.clone()).unwrap_or_default();
            self.place(&label, index, after);
        }
    }

    /// It is not needed.
    pub(super) fn skipped(&mut self, label: &str, why: &str, now: Timestamp) {
        let record = self.touch(label);
        record.view.state = StepState::Skipped;
        record.view.finished_at = Some(now);
        self.tell(Event::StepSkipped { step: label.to_owned(), why: why.to_owned() });
    }

    /// It begins, or begins again after a crash.
    pub(super) fn started(&mut self, label: &str, now: Timestamp) {
        let record = self.touch(label);
        record.view.state = StepState::Running;
        record.view.attempt += 1;
        record.view.started_at.get_or_insert(now);
        self.tell(Event::StepStarted { step: label.to_owned() });
        self.headline(label);
    }

    /// A call is about to be made. A note that stands is kept, and nothing written; otherwise `true`.
    pub(super) fn noted(&mut self, label: &str, note: Value) -> bool {
        if self.record(label).is_some_and(|record| record.note.is_some()) {
            return false;
        }
        self.touch(label).note = Some(json!({ NOTED: note }));
        self.tell(Event::StepIntent { step: label.to_owned(), note });
        true
    }

    /// What was noted before the call.
    pub(super) fn note_of(&self, label: &str) -> Option<&Value> {
        self.record(label)?.note.as_ref()?.get(NOTED)
    }

    /// It came to know what it makes, and is not done yet.
    pub(super) fn knows(&mut self, label: &str, made: Made) {
        let record = self.touch(label);
        record.output = Some(made.output);
        record.view.resources.clone_from(&made.resources);
        let (step, headline) = (label.to_owned(), String::new());
        self.tell(Event::StepProgress { step, progress: None, headline, resources: made.resources });
    }

    /// It waits, or still waits: only what changed is told.
    pub(super) fn waits(&mut self, label: &str, wait: &Wait, now: Timestamp) {
        let memory = self.memory(label);
        let (throttled, begins) = (std::mem::take(&mut memory.throttled), memory.waits_for != Some(wait.reason));
        memory.invisible = None;
        memory.waits_for = Some(wait.reason);
        let undoes = self.state_of(label) == StepState::Undoing;
        let stands = self.record(label).is_some_and(|it| {
            it.view.progress == wait.progress && it.waiting_since.is_some() && it.failures == 0 && throttled == 0
        });
        let same_words = !self.say(label, &wait.headline);
        if stands && same_words && !begins {
            return;
        }
        let record = self.touch(label);
        if !undoes {
            record.view.state = StepState::Waiting;
        }
        record.failures = 0;
        record.waiting_since.get_or_insert(now);
        record.view.progress.clone_from(&wait.progress);
        let step = label.to_owned();
        let Wait { reason, headline, progress, .. } = wait.clone();
        self.tell(match begins {
            true => Event::StepWaiting { step, reason, headline },
            false => Event::StepProgress { step, progress, headline, resources: Vec::new() },
        });
    }

    /// Makes what a step says the operation's headline; whether the step says something new.
    fn say(&mut self, label: &str, words: &str) -> bool {
        let memory = self.memory(label);
        let is_new = memory.said.as_deref() != Some(words);
        if is_new {
            memory.said = Some(words.to_owned());
            self.headline(words);
        }
        is_new
    }

    /// A turn failed and will be taken again.
    pub(super) fn tries_again(
        &mut self,
        label: &str,
        after_ms: u64,
        reason: Reason,
        problem: &Problem,
        now: Timestamp,
    ) {
        let undoes = self.state_of(label) == StepState::Undoing;
        self.memory(label).waits_for = Some(reason);
        let record = self.touch(label);
        if !undoes {
            record.view.state = StepState::Waiting;
        }
        record.waiting_since.get_or_insert(now);
        record.view.error = Some(problem.clone());
        self.tell(Event::StepRetry { step: label.to_owned(), after_ms, error: problem.clone() });
        self.headline(format!("{label}: trying again, {}", problem.title));
    }

    /// A call was answered. When it is the one that failed last, what failed in a row has passed.
    pub(super) fn answered(&mut self, label: &str, call: &str) {
        if self.record(label).is_some_and(|it| it.failing.as_deref() == Some(call)) {
            let record = self.touch(label);
            record.failing = None;
            record.failures = 0;
        }
    }

    /// It is done.
    pub(super) fn succeeded(&mut self, label: &str, made: Made, now: Timestamp) {
        let record = self.touch(label);
        record.view.state = StepState::Succeeded;
        record.view.finished_at = Some(now);
        record.view.error = None;
        complete(&mut record.view.progress);
        record.view.resources.clone_from(&made.resources);
        record.output = Some(made.output);
        record.waiting_since = None;
        record.failures = 0;
        let took_ms = now.since(record.view.started_at.unwrap_or(now));
        self.forget(label);
        self.tell(Event::StepSucceeded { step: label.to_owned(), resources: made.resources, took_ms });
    }

    /// It failed for good.
    pub(super) fn failed(&mut self, label: &str, problem: &Problem, now: Timestamp) {
        let record = self.touch(label);
        record.view.state = StepState::Failed;
        record.view.finished_at = Some(now);
        record.view.error = Some(problem.clone());
        record.waiting_since = None;
        record.failures = 0;
        self.tell(Event::StepFailed { step: label.to_owned(), error: problem.clone() });
        self.headline(format!("{label}: {}", problem.title));
    }

    /// It is being taken back.
    pub(super) fn undoing(&mut self, label: &str) {
        let record = self.touch(label);
        record.view.state = StepState::Undoing;
        record.waiting_since = None;
        record.failures = 0;
        record.view.progress = None;
        self.forget(label);
        self.headline(format!("taking back {label}"));
    }

    /// It is taken back: nothing of it is left.
    pub(super) fn undone(&mut self, label: &str, resources: Vec<String>, now: Timestamp) {
        let record = self.touch(label);
        record.view.state = StepState::Undone;
        record.view.finished_at = Some(now);
        record.view.resources = Vec::new();
        record.output = None;
        record.note = None;
        record.waiting_since = None;
        record.failures = 0;
        self.count_undone();
        self.tell(Event::StepUndone { step: label.to_owned(), resources });
    }

    /// It could not be taken back.
    pub(super) fn undo_failed(&mut self, label: &str, problem: &Problem, now: Timestamp) {
        let record = self.touch(label);
        record.view.state = StepState::UndoFailed;
        record.view.finished_at = Some(now);
        record.view.error = Some(problem.clone());
        record.waiting_since = None;
        self.tell(Event::UndoFailed { step: label.to_owned(), error: problem.clone() });
        self.headline(format!("{label} could not be taken back: {}", problem.title));
    }

    /// Whether a step has made or changed something, as far as is known.
    fn has_made(&self, label: &str) -> bool {
        self.record(label).is_some_and(|it| it.note.is_some() || !it.view.resources.is_empty())
    }

    /// What a step has left, as residue: what was seen to stand, else what is noted.
    pub(super) fn residue_of(&self, label: &str, stands: Option<Vec<String>>, why: &str) -> Vec<Residue> {
        let failed = |it: &&StepRecord| matches!(it.view.state, StepState::Failed | StepState::UndoFailed);
        let error = self.record(label).filter(failed).and_then(|record| record.view.error.as_ref());
        let why = error.map_or(why, |error| error.detail.as_str());
        let left = |resource| Residue { step: label.to_owned(), resource, why: why.to_owned() };
        stands.unwrap_or_else(|| self.noted_of(label)).into_iter().map(left).collect()
    }

    /// What a step made as far as is known. One that knows no ids is named itself, so that it is not forgotten.
    fn noted_of(&self, label: &str) -> Vec<String> {
        let resources = self.record(label).map(|record| record.view.resources.clone()).unwrap_or_default();
        match resources.is_empty() {
            true if self.has_made(label) => vec![label.to_owned()],
            true | false => resources,
        }
    }
}

fn complete(progress: &mut Option<Progress>) {
    if let Some(progress) = progress {
        progress.done = progress.total;
    }
}
