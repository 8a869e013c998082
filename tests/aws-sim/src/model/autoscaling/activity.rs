//! Scaling activities: what a group has done and why.

use serde_json::{Value, json};

use super::group_calls::paged;
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// How many activities a group remembers.
const REMEMBERED: usize = 500;

/// Something that a group does.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Activity {
    pub(super) id: String,
    description: String,
    cause: String,
    started: Moment,
    ended: Option<Moment>,
    outcome: Outcome,
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
enum Outcome {
    InProgress,
    Successful,
    Failed(String),
}

impl Activity {
    pub(super) fn begin(id: &str, description: String, cause: String, now: Moment) -> Self {
        Self { id: id.to_owned(), description, cause, started: now, ended: None, outcome: Outcome::InProgress }
    }

    pub(super) fn failed(self, message: String, now: Moment) -> Self {
        Self { ended: Some(now), outcome: Outcome::Failed(message), ..self }
    }

    pub(super) fn render(&self, group: &str, arn: &str) -> Value {
        let (status, progress, message) = match &self.outcome {
            Outcome::InProgress => ("InProgress", 50, None),
            Outcome::Successful => ("Successful", 100, None),
            Outcome::Failed(message) => ("Failed", 100, Some(message)),
        };
        json!({
            "ActivityId": self.id,
            "AutoScalingGroupName": group,
            "AutoScalingGroupARN": arn,
            "Description": self.description,
            "Cause": self.cause,
            "StartTime": iso(self.started),
            "EndTime": self.ended.map(iso),
            "StatusCode": status,
            "StatusMessage": message,
            "Progress": progress,
            "Details": "{}",
        })
    }
}

/// Adds an activity; the oldest fall out.
pub(super) fn begin(activities: &mut Vec<Activity>, activity: Activity) {
    if activities.len() == REMEMBERED {
        activities.remove(0);
    }
    activities.push(activity);
}

/// An activity has come to its end.
pub(super) fn succeed(activities: &mut [Activity], id: &str, now: Moment) {
    if let Some(activity) = activities.iter_mut().rev().find(|activity| activity.id == id) {
        (activity.ended, activity.outcome) = (Some(now), Outcome::Successful);
    }
}

/// Newest first.
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ids = input.texts("ActivityIds");
    let state = &context.region().autoscaling;
    let groups: Vec<_> = match input.text("AutoScalingGroupName") {
        Some(name) => vec![state.group(name)?],
        None => state.groups.values().collect(),
    };
    let mut activities: Vec<_> = groups
        .into_iter()
        .flat_map(|group| group.activities.iter().map(move |activity| (group, activity)))
        .filter(|(_, activity)| ids.is_empty() || ids.contains(&activity.id.as_str()))
        .collect();
    activities.sort_by_key(|(_, activity)| std::cmp::Reverse(activity.started));
    let rows =
        activities.into_iter().map(|(group, activity)| (activity.id.clone(), activity.render(&group.name, &group.arn)));
    paged(input, "Activities", rows.collect(), 100)
}
