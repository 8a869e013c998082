//! The end of an operation's journal, newest first.

use maud::{Markup, html};
use shared::journal::{Entry, Event};
use shared::narrate;
use shared::operation::Operation;

/// Entries as a table, with a link to all of them.
pub(super) fn block(operation: &Operation, entries: &[Entry]) -> Markup {
    html! {
        h2 { "Journal " span.note { (operation.seq) " entries" } }
        table.cards.journal {
            thead { tr { th { "#" } th { "At" } th { "Event" } th { "Step" } th { "" } } }
            tbody { @for entry in entries.iter().rev() { (row(operation, entry)) } }
        }
    }
}

fn row(operation: &Operation, entry: &Entry) -> Markup {
    let at = narrate::mark(entry.at.since(operation.created_at));
    html! {
        tr id={ "entry-" (entry.seq) } class=(tone(&entry.event)) {
            td.number data-label="#" { (entry.seq) }
            td.number data-label="At" { time datetime=(entry.at) title=(entry.at) { (at) } }
            td data-label="Event" { (entry.event.name().replace('_', " ")) }
            td data-label="Step" { span.step { (narrate::step(&entry.event).unwrap_or_default()) } }
            td.said data-label="" { (narrate::sentence(&entry.event)) }
        }
    }
}

fn tone(event: &Event) -> &'static str {
    match event {
        Event::StepFailed { .. } | Event::UndoFailed { .. } => "bad",
        Event::StepRetry { .. }
        | Event::CancelRequested { .. }
        | Event::UndoStarted { .. }
        | Event::Abandoned { .. }
        | Event::Unreadable { .. }
        | Event::StepUndone { .. }
        | Event::Superseded { .. }
        | Event::Resumed { after_crash: true, .. } => "odd",
        Event::StepSucceeded { .. } => "good",
        Event::Accepted { .. }
        | Event::Claimed { .. }
        | Event::StepStarted { .. }
        | Event::StepIntent { .. }
        | Event::StepWaiting { .. }
        | Event::StepProgress { .. }
        | Event::StepSkipped { .. }
        | Event::Parked { .. }
        | Event::Resumed { after_crash: false, .. }
        | Event::Finished { .. } => "plain",
    }
}
