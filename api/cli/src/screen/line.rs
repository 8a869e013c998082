//! A journal entry as a line for people.

use shared::journal::{Entry, Event};
use shared::narrate;

use crate::print::paint::{Stream, Tone, paint};

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
        let (word, tone) = word(&entry.event)?;
        let message = narrate::sentence(&entry.event);
        let is_passing = tone == Tone::Busy;
        if is_passing && message.is_empty() {
            return None;
        }
        let took = match &entry.event {
            Event::StepSucceeded { took_ms, .. } => narrate::millis(*took_ms),
            _other => String::new(),
        };
        Some(Line { word, tone, step: narrate::step(&entry.event).map(str::to_owned), took, message, is_passing })
    }

    /// `  0:07  done     create_vpc         0.4s  vpc-0a1b`
    pub(super) fn text(&self, elapsed_ms: u64, width: usize) -> String {
        let mark = paint(format!("{:>6}", narrate::mark(elapsed_ms)), Tone::Faint, Stream::Err);
        let word = paint(format!("{:<8}", self.word), self.tone, Stream::Err);
        let text = match &self.step {
            Some(step) => format!("{mark}  {word} {step:<width$}  {:>6}  {}", self.took, self.message),
            None => format!("{mark}  {word} {}", self.message),
        };
        text.trim_end().to_owned()
    }
}

/// What a line begins with.
fn word(event: &Event) -> Option<(&'static str, Tone)> {
    match event {
        Event::StepWaiting { .. } | Event::StepProgress { .. } => Some(("waiting", Tone::Busy)),
        Event::StepRetry { .. } => Some(("retry", Tone::Odd)),
        Event::StepSucceeded { .. } => Some(("done", Tone::Good)),
        Event::StepSkipped { .. } => Some(("skipped", Tone::Faint)),
        Event::StepFailed { .. } => Some(("failed", Tone::Bad)),
        Event::StepUndone { .. } => Some(("undone", Tone::Odd)),
        Event::UndoFailed { .. } => Some(("stuck", Tone::Bad)),
        Event::Resumed { after_crash: true, .. } => Some(("resumed", Tone::Odd)),
        Event::CancelRequested { .. } => Some(("cancel", Tone::Odd)),
        Event::UndoStarted { .. } => Some(("undo", Tone::Odd)),
        Event::Superseded { .. } => Some(("folded", Tone::Odd)),
        Event::Unreadable { .. } => Some(("unread", Tone::Odd)),
        Event::Abandoned { .. } => Some(("given up", Tone::Odd)),
        Event::Resumed { after_crash: false, .. }
        | Event::Accepted { .. }
        | Event::Claimed { .. }
        | Event::StepStarted { .. }
        | Event::StepIntent { .. }
        | Event::Parked { .. }
        | Event::Finished { .. } => None,
    }
}
