//! Every call that was made, and every operation that was asked for and is not simulated.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::call_log::Entry;
use crate::model::service::Service;
use crate::sim::Sim;

/// Which calls are wanted; what is absent narrows nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    service: Option<String>,
    operation: Option<String>,
    outcome: Option<String>,
    account: Option<String>,
    region: Option<String>,
    /// The access key or the ARN that called, or a text in what the caller says of itself.
    caller: Option<String>,
    /// Only calls after this sequence number.
    after: Option<u64>,
    /// So many calls at most; what comes then is `next`.
    limit: Option<usize>,
}

pub(super) async fn list(State(sim): State<Sim>, Query(wanted): Query<Wanted>) -> Json<Value> {
    let world = sim.world();
    let mut entries = world.calls.after(wanted.after.unwrap_or_default()).filter(|entry| wanted.includes(entry));
    let page: Vec<&Entry> = entries.by_ref().take(wanted.limit.unwrap_or(usize::MAX)).collect();
    // What `after` of the next page must be; null on the last one.
    let next = entries.next().and_then(|_| page.last()).map(|last| last.seq);
    let calls: Vec<Value> = page.into_iter().map(Entry::render).collect();
    Json(json!({"calls": calls, "count": calls.len(), "next": next}))
}

pub(super) async fn clear(State(sim): State<Sim>) -> StatusCode {
    sim.world().calls.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn unknown(State(sim): State<Sim>) -> Json<Value> {
    let world = sim.world();
    let unknown: Vec<Value> = world
        .calls
        .unknown()
        .map(|(service, operation, count)| json!({"service": service, "operation": operation, "count": count}))
        .collect();
    Json(json!({"unknown": unknown, "panics": world.calls.panics()}))
}

impl Wanted {
    fn includes(&self, entry: &Entry) -> bool {
        self.service.as_deref().is_none_or(|service| service.parse() == Ok::<Service, _>(entry.service))
            && self.operation.as_deref().is_none_or(|operation| *operation == *entry.operation)
            && self.outcome.as_deref().is_none_or(|outcome| *outcome == *entry.outcome)
            && self.account.as_deref().is_none_or(|account| *account == *entry.account)
            && self.region.as_deref().is_none_or(|region| *region == *entry.region)
            && self.caller.as_deref().is_none_or(|caller| {
                *caller == *entry.access_key || *caller == *entry.principal || entry.user_agent.contains(caller)
            })
    }
}
