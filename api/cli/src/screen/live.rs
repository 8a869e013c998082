//! The live view: what has ended scrolls up line by line; below it one line for each step under way, and one for the
//! operation, with clocks that run.

use std::collections::BTreeMap;
use std::time::Duration;

use console::{Term, truncate_str};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use shared::narrate;
use shared::operation::{Step, StepState};
use shared::time::Timestamp;

use super::Watched;

const TICK: Duration = Duration::from_millis(100);
/// `{wide_msg}` cuts what is too long for the terminal.
const STEP: &str = "{elapsed:>6}  {spinner:.cyan} {wide_msg}";
const OPERATION: &str = "{elapsed:>6}  {spinner:.cyan} {wide_msg:.bold}";

/// The lines at the bottom of the terminal.
pub(super) struct Live {
    lines: MultiProgress,
    operation: Option<ProgressBar>,
    /// By the step's place in the plan.
    steps: BTreeMap<usize, ProgressBar>,
}

impl Live {
    /// Nothing is shown yet.
    pub(super) fn new() -> Self {
        Live { lines: MultiProgress::new(), operation: None, steps: BTreeMap::new() }
    }

    /// Prints a line above, cut to the terminal's width: `bcn op show` has the whole of it. When the terminal is gone
    /// there is nobody to tell.
    pub(super) fn print(&self, text: &str) {
        let width = usize::from(Term::stderr().size().1);
        let _gone = self.lines.println(truncate_str(text, width, "…"));
    }

    /// Shows how things are now.
    pub(super) fn update(&mut self, watched: &Watched) {
        let now = watched.operation.updated_at;
        let added = || running(self.lines.add(ProgressBar::no_length()), OPERATION, watched.since, now);
        let operation = self.operation.get_or_insert_with(added);
        operation.set_message(format!("{}  {}", watched.title(), watched.standing()));
        for (place, step) in watched.operation.steps.iter().enumerate() {
            if is_under_way(step) {
                self.line(place, step, now).set_message(message(step, watched));
            } else if let Some(line) = self.steps.remove(&place) {
                line.finish_and_clear();
                self.lines.remove(&line);
            }
        }
    }

    /// Takes the lines at the bottom away.
    pub(super) fn close(&mut self) {
        for line in std::mem::take(&mut self.steps).into_values().chain(self.operation.take()) {
            line.finish_and_clear();
        }
        let _gone = self.lines.clear();
    }

    fn line(&mut self, place: usize, step: &Step, now: Timestamp) -> &ProgressBar {
        let above = self.steps.range(..place).count();
        self.steps.entry(place).or_insert_with(|| {
            let line = self.lines.insert(above, ProgressBar::no_length());
            running(line, STEP, step.started_at.unwrap_or(now), now)
        })
    }
}

/// Starts the clock of a line that was added; one that ticks before would draw beside the others.
fn running(line: ProgressBar, template: &str, since: Timestamp, now: Timestamp) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    let style = style.with_key("elapsed", |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
        let millis = u64::try_from(state.elapsed().as_millis()).unwrap_or(u64::MAX);
        // A clock that cannot be written is left out.
        let _full = out.write_str(&narrate::mark(millis));
    });
    let line = line.with_style(style).with_elapsed(Duration::from_millis(now.since(since)));
    line.enable_steady_tick(TICK);
    line
}

fn is_under_way(step: &Step) -> bool {
    match step.state {
        StepState::Running | StepState::Waiting | StepState::Undoing => true,
        StepState::Pending
        | StepState::Succeeded
        | StepState::Failed
        | StepState::Skipped
        | StepState::Undone
        | StepState::UndoFailed => false,
    }
}

fn message(step: &Step, watched: &Watched) -> String {
    let note = watched.notes.get(&step.name).cloned();
    let note = note.or_else(|| step.progress.as_ref().map(narrate::progress)).unwrap_or_default();
    format!("{:<width$}  {note}", step.name, width = watched.width)
}
