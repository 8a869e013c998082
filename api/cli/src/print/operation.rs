//! Operations: a table of many, a sheet of one.

use shared::narrate::{self, target};
use shared::operation::{Operation, Step};

use super::paint::{Stream, Tone, of_state, of_step, paint};
use super::table::{Sheet, Table};
use super::{ending, moment};

/// Operations, newest first.
pub(crate) fn table(operations: &[Operation], more: bool) -> String {
    let mut table = Table::new(["ID", "KIND", "TARGET", "STATE", "ACCEPTED", "TOOK", "BY"]);
    for operation in operations {
        table.row([
            operation.id.to_string(),
            operation.kind.to_string(),
            target(&operation.target),
            state(operation),
            moment::ago(operation.created_at),
            took(operation),
            operation.actor.clone(),
        ]);
    }
    let text = table.cut_text("No operations.");
    if more { format!("{text}There are more; raise --limit or filter.") } else { text }
}

fn state(operation: &Operation) -> String {
    let state = paint(operation.state.to_string(), of_state(operation.state), Stream::Out);
    match operation.reason {
        Some(reason) if !operation.state.is_terminal() => format!("{state} ({reason})"),
        Some(_) | None => state,
    }
}

fn took(operation: &Operation) -> String {
    match (operation.started_at, operation.finished_at) {
        (Some(from), Some(to)) => narrate::millis(to.since(from)),
        (Some(_), None) => format!("{} %", operation.percent),
        (None, _) => String::new(),
    }
}

/// One operation with its steps.
pub(crate) fn sheet(operation: &Operation) -> String {
    let undo = operation.undo.as_ref();
    let sheet = Sheet::default()
        .line("id", operation.id.to_string())
        .line("kind", operation.kind.to_string())
        .line("target", target(&operation.target))
        .line("state", state(operation))
        .line("attempt", operation.attempt.to_string())
        .maybe("headline", Some(operation.headline.as_str()).filter(|line| !line.is_empty()))
        .line("progress", format!("{} %", operation.percent))
        .maybe("eta", operation.eta_seconds.map(|seconds| narrate::millis(seconds * 1000)))
        .maybe("undo", undo.map(|undo| format!("{} of {} steps, because of {}", undo.done, undo.total, undo.why)))
        .line("by", operation.actor.as_str())
        .line("accepted", format!("{} ({})", operation.created_at, moment::ago(operation.created_at)))
        .maybe("took", Some(took(operation)).filter(|took| operation.finished_at.is_some() && !took.is_empty()))
        .maybe("parent", operation.parent.as_ref().map(ToString::to_string))
        .maybe("request", operation.request_id.clone());
    let mut steps = Table::new(["STEP", "STATE", "TOOK", "TRY", "AWS"]);
    for step in &operation.steps {
        let took = step.started_at.zip(step.finished_at).map(|(from, to)| narrate::millis(to.since(from)));
        let tries = if step.attempt > 1 { step.attempt.to_string() } else { String::new() };
        steps.row([
            step.name.clone(),
            paint(step.state.to_string(), of_step(step.state), Stream::Out),
            took.unwrap_or_default(),
            tries,
            known(step),
        ]);
    }
    let children: Vec<_> = operation.children.iter().map(ToString::to_string).collect();
    let sheet = sheet.maybe("children", Some(children.join(" ")).filter(|children| !children.is_empty()));
    format!("{}\n{}{}", sheet.text(), steps.text("No steps are known yet.\n"), ending::details(operation, Stream::Out))
}

fn known(step: &Step) -> String {
    let progress = step.progress.as_ref().filter(|_| step.finished_at.is_none());
    let progress = progress.map(narrate::progress);
    let error = step.error.as_ref().map(|error| paint(&error.detail, Tone::Bad, Stream::Out));
    progress.into_iter().chain(step.resources.iter().cloned()).chain(error).collect::<Vec<_>>().join(" ")
}
