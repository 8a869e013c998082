//! Spans of time as people say them.

use std::time::Duration;

/// `0.4s`, `12s`, `3m 05s`, `2h 04m`, `5d 03h`.
pub(crate) fn span(span: Duration) -> String {
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
pub(crate) fn of_millis(millis: u64) -> String {
    span(Duration::from_millis(millis))
}

/// `0:07`, `12:30`: where in an operation something happened.
pub(crate) fn mark(millis: u64) -> String {
    let seconds = millis / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// `3m 05s ago`, by this machine's clock.
pub(crate) fn ago(moment: shared::time::Timestamp) -> String {
    let now = u64::try_from(chrono::Utc::now().timestamp_millis()).unwrap_or_default();
    format!("{} ago", span(Duration::from_secs(now.saturating_sub(moment.0) / 1000)).replace(".0s", "s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_at_most_two_parts() {
        let cases =
            [(400, "0.4s"), (12_900, "12s"), (185_000, "3m 05s"), (7_440_000, "2h 04m"), (442_800_000, "5d 03h")];
        for (millis, text) in cases {
            assert_eq!(of_millis(millis), text);
        }
        assert_eq!(mark(750_400), "12:30");
    }
}
