//! CPU and memory of whole tasks, as people write them.

use super::refusal::client;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// CPU units or MiB, or as people write them: `.5 vCPU`, `2 GB`. Both are 1024 of the small unit.
pub(super) fn read(input: &Input<'_>, member: &str, unit: &str) -> Result<Option<i64>, AwsError> {
    let Some(text) = input.text(member) else { return Ok(None) };
    let lower = text.to_ascii_lowercase();
    let parsed = match lower.strip_suffix(unit).or_else(|| lower.strip_suffix(unit.trim_start())) {
        Some(count) => count.trim().parse::<f64>().ok().filter(|count| (0.0..1e6).contains(count)).map(|count| {
            #[allow(clippy::cast_possible_truncation, reason = "filtered to a small range just above")]
            let small = (count * 1024.0) as i64;
            small
        }),
        None => lower.trim().parse().ok(),
    };
    let amount = parsed.filter(|amount| *amount > 0);
    amount.map(Some).ok_or_else(|| client(format!("Invalid '{member}' setting for task.")))
}
