//! Journal entries, targets, problems and spans of time in words: the same in the terminal and in the dashboard.

use std::fmt::Display;
use std::time::Duration;

use crate::journal::Event;
use crate::operation::{Progress, Target};
use crate::problem::Problem;

/// `0.4s`, `12s`, `3m 05s`, `2h 04m`, `5d 03h`.
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..10 => format!("{:.1}s", span.as_secs_f64()),
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d {:02}h", seconds / 86_400, seconds / 3600 % 24),
    }
}

/// The same, of milliseconds.
pub fn millis(millis: u64) -> String {
    span(Duration::from_millis(millis))
}

/// `0:07`, `12:30`: where in an operation something happened.
pub fn mark(millis: u64) -> String {
    let seconds = millis / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// `dev/web-app/web`
pub fn target(target: &Target) -> String {
    let heritage = target.heritage.as_ref().map(ToString::to_string);
    let service = target.service.as_ref().map(ToString::to_string);
    let parts = std::iter::once(target.district.to_string()).chain(heritage).chain(service);
    parts.collect::<Vec<_>>().join("/")
}

/// `1 task`, `4 tasks`
pub fn counted(count: impl Display, noun: &str) -> String {
    let count = count.to_string();
    let ending = if count == "1" { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// `3 of 4 tasks`
pub fn progress(progress: &Progress) -> String {
    format!("{} of {} {}", progress.done, progress.total, progress.unit)
}

/// A problem in one line: what AWS said, else what happened.
pub fn problem(problem: &Problem) -> String {
    match &problem.aws {
        Some(aws) => format!("{} {}: {}: {}", aws.service, aws.action, aws.code, aws.message),
        None => problem.detail.clone(),
    }
}

/// The step that an event is about.
pub fn step(event: &Event) -> Option<&str> {
    match event {
        Event::StepStarted { step }
        | Event::StepIntent { step, .. }
        | Event::StepWaiting { step, .. }
        | Event::StepProgress { step, .. }
        | Event::StepRetry { step, .. }
        | Event::StepSucceeded { step, .. }
        | Event::StepSkipped { step, .. }
        | Event::StepFailed { step, .. }
        | Event::StepUndone { step, .. }
        | Event::UndoFailed { step, .. } => Some(step),
        Event::Accepted { .. }
        | Event::Claimed { .. }
        | Event::Parked { .. }
        | Event::Resumed { .. }
        | Event::CancelRequested { .. }
        | Event::UndoStarted { .. }
        | Event::Superseded { .. }
        | Event::Abandoned { .. }
        | Event::Unreadable { .. }
        | Event::Finished { .. } => None,
    }
}

/// What an event says besides its type and its step; empty when that is all.
pub fn sentence(event: &Event) -> String {
    match event {
        Event::Accepted { kind, target: it, actor } => format!("{kind} {} for {actor}", target(it)),
        Event::Claimed { worker } => format!("by {worker}"),
        Event::StepStarted { .. } | Event::StepIntent { .. } => String::new(),
        Event::StepWaiting { reason, headline, .. } if headline.is_empty() => format!("for {reason}"),
        Event::StepWaiting { headline, .. } => headline.clone(),
        Event::StepProgress { progress: Some(it), headline, .. } if headline.is_empty() => progress(it),
        Event::StepProgress { headline, resources, .. } if headline.is_empty() => resources.join(" "),
        Event::StepProgress { headline, .. } => headline.clone(),
        Event::StepRetry { after_ms, error, .. } => format!("again in {}: {}", millis(*after_ms), problem(error)),
        Event::StepSucceeded { resources, .. } | Event::StepUndone { resources, .. } => resources.join(" "),
        Event::StepSkipped { why, .. } => why.clone(),
        Event::StepFailed { error, .. } | Event::UndoFailed { error, .. } => problem(error),
        Event::Parked { reason, .. } => format!("until {reason} allows to go on"),
        Event::Resumed { worker, after_crash: true } => {
            format!("by {worker}, after the worker before it was lost")
        }
        Event::Resumed { worker, after_crash: false } => format!("by {worker}"),
        Event::CancelRequested { actor } => format!("asked for by {actor}"),
        Event::UndoStarted { why } => format!("taking back what was done, because of {why}"),
        Event::Superseded { by } => format!("folded into {by}"),
        Event::Abandoned { actor, reason, residue } => {
            let why = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            let left = if residue.is_empty() { "nothing".to_owned() } else { counted(residue.len(), "thing") };
            format!("by {actor}{why}; left on AWS: {left}")
        }
        Event::Unreadable { why } => format!("cannot be read by this version: {why}"),
        Event::Finished { state, error: Some(error) } => format!("{state}: {}", problem(error)),
        Event::Finished { state, error: None } => state.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_at_most_two_parts() {
        let cases =
            [(400, "0.4s"), (12_900, "12s"), (185_000, "3m 05s"), (7_440_000, "2h 04m"), (442_800_000, "5d 03h")];
        for (span, text) in cases {
            assert_eq!(millis(span), text);
        }
        assert_eq!(mark(750_400), "12:30");
    }

    #[test]
    fn one_is_one_and_none_are_many() {
        assert_eq!([0, 1, 2].map(|count| counted(count, "task")), ["0 tasks", "1 task", "2 tasks"]);
    }

    #[test]
    fn a_wait_says_how_far_it_is_when_it_has_no_headline() {
        let wait = |headline: &str| Event::StepProgress {
            step: "await_service:web".to_owned(),
            progress: Some(Progress { done: 3, total: 4, unit: "tasks".to_owned() }),
            headline: headline.to_owned(),
            resources: vec![],
        };
        assert_eq!(sentence(&wait("")), "3 of 4 tasks");
        assert_eq!(sentence(&wait("web: 3 of 4 tasks running")), "web: 3 of 4 tasks running");
    }
}
