//! What changes would be refused with now, whatever they change: for `/readyz`, and for who looks at the dashboard.

use shared::problem::{Code, Problem};
use shared::store::Health;

use crate::app::Api;
use crate::problem::Result;

/// Why new changes are refused now; cancels and deletions are accepted all the same.
pub async fn reached(api: &Api, health: &Health) -> Result<Vec<Problem>> {
    let full = |told| Problem::new(Code::StoreFull, format!("Redis has no memory left: {told}"));
    let mut reached: Vec<Problem> = health.full.iter().map(full).collect();
    let (unfinished, limit) = (api.store.unfinished().await?, api.limits.queue_limit);
    if unfinished >= limit {
        let detail = format!("{unfinished} operations are unfinished, and {limit} may be");
        reached.push(Problem::new(Code::QueueFull, detail));
    }
    Ok(reached)
}
