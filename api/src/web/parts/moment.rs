//! Moments and spans. The script lets their clocks run; without it they stand.

use std::time::{SystemTime, UNIX_EPOCH};

use maud::{Markup, html};
use shared::narrate;
use shared::operation::Operation;
use shared::time::Timestamp;

/// Now, by this machine's clock; good enough to say how long ago something was.
pub(in crate::web) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or_default())
}

/// `3m 05s ago`
pub(in crate::web) fn ago(moment: Timestamp) -> Markup {
    let text = format!("{} ago", narrate::millis(now().since(moment) / 1000 * 1000));
    html! { time datetime=(moment) title=(moment) data-ago=(moment.0) { (text) } }
}

/// How long something took, or takes already.
pub(in crate::web) fn took(from: Option<Timestamp>, to: Option<Timestamp>) -> Markup {
    match (from, to) {
        (Some(from), Some(to)) => html! { (narrate::millis(to.since(from))) },
        (Some(from), None) => {
            html! { time.running data-since=(from.0) { (narrate::millis(now().since(from) / 1000 * 1000)) } }
        }
        (None, _) => html! {},
    }
}

/// How long an operation took, or takes already.
pub(in crate::web) fn of_operation(operation: &Operation) -> Markup {
    took(operation.started_at, operation.finished_at)
}
