//! Scaling activities: what was scaled, why, and what came of it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{DIMENSION, paged, target_calls};
use crate::model::clock::{Moment, epoch};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// How many a target remembers; AWS keeps six weeks of them.
const REMEMBERED: usize = 100;

/// One change of a count.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Activity {
    id: String,
    count: i64,
    cause: String,
    at: Moment,
    /// Why it failed, if it did.
    failure: Option<String>,
}

impl Activity {
    fn render(&self, resource: &str) -> Value {
        let count = self.count;
        let done = format!("Successfully set desired count to {count}. Change successfully fulfilled by ecs.");
        json!({
            "ActivityId": self.id,
            "ServiceNamespace": "ecs",
            "ResourceId": resource,
            "ScalableDimension": DIMENSION,
            "Description": format!("Setting desired count to {count}."),
            "Cause": self.cause,
            "StartTime": epoch(self.at),
            "EndTime": epoch(self.at),
            "StatusCode": if self.failure.is_none() { "Successful" } else { "Failed" },
            "StatusMessage": self.failure.as_ref().unwrap_or(&done),
        })
    }
}

/// Remembers that a target's count was set.
pub(super) fn record(context: &mut Context<'_>, resource: &str, count: i64, cause: &str, failure: Option<String>) {
    let id = context.world.ids.uuid();
    let at = context.now;
    if let Some(target) = context.region().application_autoscaling.targets.get_mut(resource) {
        target.activities.push_front(Activity { id, count, cause: cause.to_owned(), at, failure });
        target.activities.truncate(REMEMBERED);
    }
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let state = &context.region().application_autoscaling;
    let rows = target_calls::rows(state, input, |target| {
        let numbered = target.activities.iter().enumerate();
        numbered.map(|(age, one)| (format!("{age:05}"), one.render(&target.resource))).collect()
    })?;
    paged(input, "ScalingActivities", rows)
}
