//! A journal entry as a line for people.

use shared::journal::{Entry, Event};
use shared::operation::Progress;
use shared::problem::Problem;

use crate::print::paint::{Stream, Tone, paint};
use crate::print::span;

/// A line about an entry.
pub(super) struct Line {
    word: &'static str,
    tone: Tone,
    /// The step that it is about.
    pub(super) step: Option<String>,
    /// How long the step took, once it is done.
    took: String,
    /// What it says.
    pub(super) message: String,
    /// Whether it says only how things are just now.
    pub(super) is_passing: bool,
}

impl Line {
    /// The line about an entry; entries that say nothing to people have none.
    pub(super) fn of(entry: &Entry) -> Option<Line> {
        of_step(&entry.event).or_else(|| of_operation(&entry.event))
    }

    /// `  0:07  done     create_vpc         0.4s  vpc-0a1b`
    pub(super) fn text(&self, elapsed_ms: u64, width: usize) -> String {
        let mark = paint(format!("{:>6}", span::mark(elapsed_ms)), Tone::Faint, Stream::Err);
        let word = paint(format!("{:<8}", self.word), self.tone, Stream::Err);
        let text = match &self.step {
            Some(step) => format!("{mark}  {word} {step:<width$}  {:>6}  {}", self.took, self.message),
            None => format!("{mark}  {word} {}", self.message),
        };
        text.trim_end().to_owned()
    }
}

fn of_step(event: &Event) -> Option<Line> {
    let mut took = String::new();
    let (word, tone, step, message) = match event {
        Event::StepWaiting { step, reason, headline } => {
            let message = if headline.is_empty() { format!("for {reason}") } else { headline.clone() };
            return Some(passing("waiting", step, message));
        }
        Event::StepProgress { step, progress, headline, .. } => {
            let message = Some(headline.clone()).filter(|text| !text.is_empty());
            let message = message.or_else(|| progress.as_ref().map(counted))?;
            return Some(passing("waiting", step, message));
        }
        Event::StepRetry { step, after_ms, error } => {
            let message = format!("again in {}: {}", span::of_millis(*after_ms), brief(error));
            ("retry", Tone::Odd, step, message)
        }
        Event::StepSucceeded { step, resources, took_ms } => {
            took = span::of_millis(*took_ms);
            ("done", Tone::Good, step, paint(resources.join(" "), Tone::Faint, Stream::Err))
        }
        Event::StepSkipped { step, why } => ("skipped", Tone::Faint, step, why.clone()),
        Event::StepFailed { step, error } => ("failed", Tone::Bad, step, brief(error)),
        Event::StepUndone { step, resources } => ("undone", Tone::Odd, step, resources.join(" ")),
        Event::UndoFailed { step, error } => ("stuck", Tone::Bad, step, brief(error)),
        Event::Accepted { .. }
        | Event::Claimed { .. }
        | Event::StepStarted { .. }
        | Event::StepIntent { .. }
        | Event::Parked { .. }
        | Event::Resumed { .. }
        | Event::CancelRequested { .. }
        | Event::UndoStarted { .. }
        | Event::Superseded { .. }
        | Event::Finished { .. } => return None,
    };
    Some(Line { word, tone, step: Some(step.clone()), took, message, is_passing: false })
}

fn of_operation(event: &Event) -> Option<Line> {
    let (word, tone, message) = match event {
        Event::Resumed { worker, after_crash: true } => {
            ("resumed", Tone::Odd, format!("by {worker}, after the worker before it was lost"))
        }
        Event::CancelRequested { actor } => ("cancel", Tone::Odd, format!("asked for by {actor}")),
        Event::UndoStarted { why } => ("undo", Tone::Odd, format!("taking back what was done, because of {why}")),
        Event::Superseded { by } => ("folded", Tone::Odd, format!("into {by}")),
        Event::Resumed { after_crash: false, .. }
        | Event::Accepted { .. }
        | Event::Claimed { .. }
        | Event::StepStarted { .. }
        | Event::StepIntent { .. }
        | Event::StepWaiting { .. }
        | Event::StepProgress { .. }
        | Event::StepRetry { .. }
        | Event::StepSucceeded { .. }
        | Event::StepSkipped { .. }
        | Event::StepFailed { .. }
        | Event::StepUndone { .. }
        | Event::UndoFailed { .. }
        | Event::Parked { .. }
        | Event::Finished { .. } => return None,
    };
    Some(Line { word, tone, step: None, took: String::new(), message, is_passing: false })
}

fn passing(word: &'static str, step: &str, message: String) -> Line {
    Line { word, tone: Tone::Busy, step: Some(step.to_owned()), took: String::new(), message, is_passing: true }
}

/// `3 of 4 tasks`
pub(super) fn counted(progress: &Progress) -> String {
    format!("{} of {} {}", progress.done, progress.total, progress.unit)
}

/// A problem in one line: what AWS said, else what happened.
fn brief(problem: &Problem) -> String {
    match &problem.aws {
        Some(aws) => format!("{} {}: {}: {}", aws.service, aws.action, aws.code, aws.message),
        None => problem.detail.clone(),
    }
}
