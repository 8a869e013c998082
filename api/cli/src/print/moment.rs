//! Moments by this machine's clock.

use shared::narrate;
use shared::time::Timestamp;

/// `3m 05s ago`
pub(crate) fn ago(moment: Timestamp) -> String {
    let now = u64::try_from(chrono::Utc::now().timestamp_millis()).unwrap_or_default();
    let seconds = now.saturating_sub(moment.0) / 1000;
    if seconds < 10 { "just now".to_owned() } else { format!("{} ago", narrate::millis(seconds * 1000)) }
}
