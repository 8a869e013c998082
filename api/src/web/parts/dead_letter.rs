//! Operations that need a person: why, and what can be done.

use maud::{Markup, html};
use shared::narrate;
use shared::operation::{DeadLetter, Operation};

use super::{link, moment};

/// Why an operation needs a person, or how it was given up.
pub(in crate::web) fn block(operation: &Operation) -> Markup {
    html! {
        @if let Some(letter) = &operation.dead_letter {
            p.warning { strong { "Needs a person: " } (why(letter)) " Retry it, or abandon it." }
        }
        @if let Some(abandoned) = &operation.abandoned {
            p.warning {
                strong { "Abandoned" } " by " (abandoned.actor) " " (moment::ago(abandoned.at))
                @if let Some(reason) = &abandoned.reason { ": " (reason) }
            }
        }
    }
}

fn why(letter: &DeadLetter) -> Markup {
    html! {
        @if letter.crashes > 0 { (narrate::counted(letter.crashes, "worker")) " in a row died at it. " }
        @if !letter.steps.is_empty() {
            "It stands at " @for step in &letter.steps { code { (step) } " " }
        }
        @if let Some(worker) = &letter.worker { "with " code { (worker) } " " }
        "since " (moment::ago(letter.since)) "."
        @if let Some(error) = &letter.last_error { " The last error: " (narrate::problem(error)) }
    }
}

/// All operations that need a person, above the list of all.
pub(in crate::web) fn section(needy: &[Operation]) -> Markup {
    html! {
        @if !needy.is_empty() {
            section.problem {
                h2 { "Need a person" }
                dl {
                    @for operation in needy {
                        dt { (link::operation(&operation.id)) " " (operation.kind.to_string().replace('_', " ")) " " (link::target(&operation.target)) }
                        dd {
                            @if let Some(error) = &operation.error { (error.detail) " " }
                            @if let Some(letter) = &operation.dead_letter { (why(letter)) }
                        }
                    }
                }
            }
        }
    }
}
