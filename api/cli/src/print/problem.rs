//! Problems, whole: what happened, where, what AWS said, what helps to understand it, and what to do.

use shared::problem::Problem;

use super::paint::{Stream, Tone, paint};

/// A problem as a block of lines, the first one its title.
pub(crate) fn block(problem: &Problem, stream: Stream) -> String {
    let stop = if problem.title.ends_with(['.', '?']) { "" } else { "." };
    let mut lines = vec![format!(
        "{} {}",
        paint(format!("{}{stop}", problem.title), Tone::Strong, stream),
        paint(format!("({})", problem.code), Tone::Faint, stream)
    )];
    let mut line = |name: &str, text: &str| {
        let name = paint(format!("{name:<9}"), Tone::Faint, stream);
        lines.push(format!("  {name} {}", text.trim().replace('\n', "\n            ")));
    };
    if let Some(detail) = problem.detail_beyond_aws() {
        line("what", detail);
    }
    for field in &problem.errors {
        let pointer = if field.pointer.is_empty() { "the body" } else { &field.pointer };
        line("field", &format!("{pointer}: {}", field.detail));
    }
    if let Some(step) = &problem.step {
        line("step", step);
    }
    if let Some(aws) = &problem.aws {
        line("AWS", &format!("{} {} answered {}: {}", aws.service, aws.action, aws.code, aws.message));
        if let Some(id) = &aws.request_id {
            line("", &format!("request id {id}"));
        }
    }
    for evidence in &problem.evidence {
        line("evidence", &format!("{}: {}", evidence.source.replace('_', " "), evidence.message));
    }
    line("advice", &problem.advice);
    if let Some(seconds) = problem.retry_after {
        line("again", &format!("in {seconds} s"));
    }
    lines.join("\n") + "\n"
}
