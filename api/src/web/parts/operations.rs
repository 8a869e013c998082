//! Operations as a table.

use maud::{Markup, html};
use shared::narrate;
use shared::operation::Operation;

use super::{link, moment, state};

/// Operations, newest first.
pub(in crate::web) fn table(operations: &[Operation]) -> Markup {
    html! {
        table.cards.operations {
            thead {
                tr { th { "Operation" } th { "State" } th { "On" } th { "Progress" } th { "Took" } th { "Accepted" } th { "By" } }
            }
            tbody {
                @for operation in operations { (row(operation)) }
                @if operations.is_empty() {
                    tr.empty { td colspan="7" { "No operations." } }
                }
            }
        }
    }
}

fn row(operation: &Operation) -> Markup {
    html! {
        tr id={ "row-" (operation.id) } {
            td data-label="Operation" {
                a href={ "/ui/operations/" (operation.id) } title=(operation.id) { (operation.kind.to_string().replace('_', " ")) }
            }
            td data-label="State" { (state::of_operation(operation)) }
            td data-label="On" { (link::target(&operation.target)) }
            td.progress data-label="Progress" { (progress(operation)) }
            td.number data-label="Took" { (moment::of_operation(operation)) }
            td.number data-label="Accepted" { (moment::ago(operation.created_at)) }
            td data-label="By" { (operation.actor) }
        }
    }
}

fn progress(operation: &Operation) -> Markup {
    let error = operation.error.as_ref().map(|error| error.title.trim_end_matches('.'));
    html! {
        @if operation.state.is_terminal() {
            @if let Some(error) = error { span.note { (error) } }
        } @else {
            (bar(operation))
            span.note { (operation.headline) }
        }
    }
}

/// How far an operation is.
pub(in crate::web) fn bar(operation: &Operation) -> Markup {
    let percent = operation.percent;
    html! {
        progress max="100" value=(percent) aria-label="Progress" { (percent) " %" }
        span.percent { (percent) " %" }
        @if let Some(seconds) = operation.eta_seconds {
            span.note { "about " (narrate::millis(seconds * 1000)) " to go" }
        }
    }
}
