//! The steps of an operation in the order of its plan, each with its time on a common scale, so that one sees what ran
//! beside what.

use maud::{Markup, html};
use shared::narrate;
use shared::operation::{Operation, Step, StepState};
use shared::time::Timestamp;

use crate::web::parts::{moment, problem, state};

/// Width of the scale, in units of the drawing.
const SCALE: f64 = 1000.0;
/// What is shorter than this is drawn so long, to be seen at all.
const SHORTEST: f64 = 6.0;

/// The steps as a table.
pub(super) fn block(operation: &Operation) -> Markup {
    let ended = operation.steps.iter().filter(|step| step.finished_at.is_some()).count();
    let scale = Scale::of(operation);
    html! {
        h2 { "Steps " span.note { (ended) " of " (operation.steps.len()) } }
        table.cards.steps {
            thead { tr { th { "State" } th { "Step" } th { "Took" } th.timeline { "Timeline" } th { "AWS" } } }
            tbody {
                @for step in &operation.steps { (row(step, &scale)) }
                @if operation.steps.is_empty() { tr.empty { td colspan="5" { "The plan is not known yet." } } }
            }
        }
    }
}

fn row(step: &Step, scale: &Scale) -> Markup {
    html! {
        tr id={ "step-" (step.name) } class=(state::tone_of_step(step.state)) {
            td data-label="State" { (state::of_step(step.state)) }
            td data-label="Step" {
                span.step { (step.name) }
                @if step.attempt > 1 { span.note { " try " (step.attempt) } }
                @if step.state == StepState::Pending && !step.after.is_empty() {
                    span.note { "after " (step.after.join(", ")) }
                }
            }
            td.number data-label="Took" { (moment::took(step.started_at, step.finished_at)) }
            td.timeline data-label="Timeline" { (scale.line(step)) }
            td.resources data-label="AWS" {
                @if let Some(progress) = step.progress.as_ref().filter(|_| step.finished_at.is_none()) {
                    progress max=(progress.total) value=(progress.done) {}
                    span { (narrate::progress(progress)) }
                }
                @for resource in &step.resources { code { (resource) } }
                @if let Some(error) = &step.error { (problem::folded(error)) }
            }
        }
    }
}

/// From the first step's beginning to the last one's end, or now.
struct Scale {
    from: Timestamp,
    to: Timestamp,
}

impl Scale {
    fn of(operation: &Operation) -> Self {
        let begins = operation.steps.iter().filter_map(|step| step.started_at);
        let ends = operation.steps.iter().filter_map(|step| step.finished_at);
        let now = if operation.state.is_terminal() { None } else { Some(moment::now()) };
        let from = begins.min().unwrap_or_default();
        Scale { from, to: ends.chain(now).max().unwrap_or_default().max(from) }
    }

    fn at(&self, moment: Timestamp) -> f64 {
        let whole = self.to.since(self.from).max(1);
        // Milliseconds of an operation are far below what an f64 counts exactly.
        #[allow(clippy::cast_precision_loss, reason = "see above")]
        let share = moment.since(self.from) as f64 / whole as f64;
        share * SCALE
    }

    fn line(&self, step: &Step) -> Markup {
        let Some(started) = step.started_at else { return html! {} };
        let (from, to) = (self.at(started), self.at(step.finished_at.unwrap_or(self.to)));
        let (x, width) = (from.min(SCALE - SHORTEST), (to - from).max(SHORTEST));
        html! {
            svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
                rect.track x="0" y="4.5" width="1000" height="1" {}
                rect.(state::tone_of_step(step.state)) x=(format!("{x:.1}")) y="1" width=(format!("{width:.1}")) height="8" {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_lies_on_the_scale_where_it_ran() {
        let scale = Scale { from: Timestamp(1_000), to: Timestamp(3_000) };
        let step = |from, to| Step { started_at: Some(Timestamp(from)), finished_at: to, ..Step::default() };
        let half = scale.line(&step(2_000, None)).into_string();
        assert!(half.contains("x=\"500.0\" y=\"1\" width=\"500.0\""), "{half}");
        let short = scale.line(&step(3_000, Some(Timestamp(3_000)))).into_string();
        assert!(short.contains("x=\"994.0\" y=\"1\" width=\"6.0\""), "{short}");
        assert_eq!(scale.line(&Step::default()).into_string(), "");
    }
}
