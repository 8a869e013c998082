//! One operation, as the part of its page that is kept fresh.

use maud::{Markup, html};
use shared::journal::Entry;
use shared::operation::{OnFailure, Operation};

use super::{journal, steps};
use crate::web::parts::dead_letter;
use crate::web::parts::{link, moment, operations, problem, state};

/// Everything that is known of an operation, what matters most first.
pub(super) fn live(operation: &Operation, entries: &[Entry]) -> Markup {
    html! {
        (heading(operation))
        (facts(operation))
        @if let Some(error) = &operation.error { (problem::block(error)) }
        (dead_letter::block(operation))
        (residue(operation))
        @for warning in &operation.warnings { p.warning { strong { "Warning: " } (warning) } }
        (steps::block(operation))
        (journal::block(operation, entries))
    }
}

fn heading(operation: &Operation) -> Markup {
    html! {
        header.heading {
            h1 { (operation.kind.to_string().replace('_', " ")) " " (link::target(&operation.target)) }
            (state::of_operation(operation))
            @if operation.cancel_requested && !operation.state.is_terminal() { span.note { "cancelling" } }
            div.actions {
                @if operation.links.cancel.is_some() && !operation.cancel_requested {
                    (action(operation, "cancel", "Cancel", "Stop at the next safe point and take back what was done"))
                }
                @if operation.links.retry.is_some() {
                    (action(operation, "retry", "Retry", "Go on from where it stopped; what stands is kept"))
                }
                @if operation.links.abandon.is_some() {
                    (action(operation, "abandon", "Abandon", "Give it up for good; what it left is listed, deleting its target removes it"))
                }
            }
        }
        p.headline {
            @if let Some(reason) = state::reason(operation) { (operation.state.to_string()) " " (reason) ". " }
            @if operation.error.is_none() { (operation.headline) }
        }
        @if !operation.state.is_terminal() {
            p.total {
                (operations::bar(operation))
                @if let Some(eta) = operation.eta_seconds { span.note { "about " (shared::narrate::millis(eta * 1000)) " left" } }
            }
        }
    }
}

fn action(operation: &Operation, verb: &str, label: &str, title: &str) -> Markup {
    html! {
        form method="post" action={ "/ui/operations/" (operation.id) "/" (verb) } {
            button type="submit" title=(title) { (label) }
        }
    }
}

fn facts(operation: &Operation) -> Markup {
    html! {
        dl.facts {
            div { dt { "Id" } dd { code { (operation.id) } } }
            div { dt { "Took" } dd.number { (moment::of_operation(operation)) } }
            div { dt { "Accepted" } dd { (moment::ago(operation.created_at)) " for " (operation.actor) } }
            @if operation.attempt > 1 { div { dt { "Attempt" } dd { (operation.attempt) } } }
            @if operation.on_failure == OnFailure::Hold { div { dt { "On failure" } dd { "holds what was made" } } }
            @if let Some(undo) = &operation.undo {
                div { dt { "Taken back" } dd { (undo.done) " of " (undo.total) " steps, because of " (undo.why) } }
            }
            @if let Some(parent) = &operation.parent { div { dt { "Started by" } dd { (link::operation(parent)) } } }
            @if !operation.children.is_empty() {
                div { dt { "Started" } dd { @for child in &operation.children { (link::operation(child)) " " } } }
            }
            @if let Some(by) = &operation.superseded_by { div { dt { "Folded into" } dd { (link::operation(by)) } } }
            @if let Some(id) = &operation.request_id { div { dt { "Request" } dd { code { (id) } } } }
        }
    }
}

fn residue(operation: &Operation) -> Markup {
    html! {
        @if !operation.residue.is_empty() {
            section.problem {
                h2 { "Left on AWS" }
                dl {
                    @for residue in &operation.residue {
                        @if residue.resource == residue.step {
                            dt { "perhaps something" }
                        } @else {
                            dt { code { (residue.resource) } }
                        }
                        dd { "of " code { (residue.step) } ": " (residue.why) }
                    }
                }
            }
        }
    }
}
