//! Problems, whole: what happened, what AWS said, what helps to understand it, and what to do.

use maud::{Markup, html};
use shared::problem::Problem;

use super::link;

/// A problem as a box.
pub(in crate::web) fn block(problem: &Problem) -> Markup {
    html! {
        section.problem role="alert" {
            h2 { (problem.title.trim_end_matches('.')) " " code { (problem.code) } }
            @if let Some(detail) = problem.detail_beyond_aws() { p.detail { (detail) } }
            p.advice { strong { "What to do: " } (problem.advice) }
            dl {
                @if let Some(seconds) = problem.retry_after { dt { "Send it again" } dd { "in " (seconds) " s" } }
                @for field in &problem.errors {
                    dt { code { (field.pointer) } } dd { (field.detail) }
                }
                @if let Some(step) = &problem.step { dt { "Step" } dd { code { (step) } } }
                @if let Some(id) = &problem.operation { dt { "Operation" } dd { (link::operation(id)) } }
                @if let Some(aws) = &problem.aws {
                    dt { "AWS said" } dd { strong { (aws.code) } ": " (aws.message) }
                    dt { "to the call" } dd { code { (aws.service) " " (aws.action) } }
                    @if let Some(id) = &aws.request_id { dt { "AWS request" } dd { code { (id) } } }
                }
                @for evidence in &problem.evidence {
                    dt { (evidence.source.replace('_', " ")) } dd { (evidence.message) }
                }
            }
        }
    }
}

/// A problem in one line, with the rest behind it.
pub(in crate::web) fn folded(problem: &Problem) -> Markup {
    html! {
        details.folded {
            summary { (shared::narrate::problem(problem)) }
            (block(problem))
        }
    }
}
