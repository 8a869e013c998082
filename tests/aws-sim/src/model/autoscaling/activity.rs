//! Scaling activities: what a group has done and why.

use serde_json::{Value, json};

use super::paging::paged;
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
    pub(super) ended: Option<Moment>,
    pub(super) outcome: Outcome,
    /// Subnet and zone, where it is about an instance.
    details: Value,
}

/// How far an activity is.
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Activity.html>
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) enum Outcome {
    InProgress,
    /// An instance is about to come back from standby.
    PreInService,
    /// A lifecycle hook waits for an answer.
    MidLifecycleAction,
    Successful,
    Cancelled(String),
    Failed(String),
}

impl Activity {
    pub(super) fn begin(id: &str, description: String, cause: String, now: Moment) -> Self {
        Self {
            id: id.to_owned(),
            description,
            cause,
            started: now,
            ended: None,
            outcome: Outcome::InProgress,
            details: json!({}),
        }
    }

    /// Where the instance is that it is about.
    pub(super) fn at(mut self, subnet_id: &str, zone: &str) -> Self {
        self.details = json!({"Subnet ID": subnet_id, "Availability Zone": zone});
        self
    }

    pub(super) fn failed(self, message: String, now: Moment) -> Self {
        Self { ended: Some(now), outcome: Outcome::Failed(message), ..self }
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.ended.is_none()
    }

    pub(super) fn render(&self, group: &str, arn: &str) -> Value {
        let (status, progress, message) = match &self.outcome {
            Outcome::InProgress => ("InProgress", 50, None),
            Outcome::PreInService => ("PreInService", 30, None),
            Outcome::MidLifecycleAction => ("MidLifecycleAction", 60, None),
            Outcome::Successful => ("Successful", 100, None),
            Outcome::Cancelled(message) => ("Cancelled", 100, Some(message)),
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
            "Details": self.details.to_string(),
        })
    }
}

/// A time as causes write it: to the second.
pub(super) fn at(now: Moment) -> String {
    now.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Adds an activity; the oldest fall out.
pub(super) fn begin(activities: &mut Vec<Activity>, activity: Activity) {
    if activities.len() == REMEMBERED {
        activities.remove(0);
    }
    activities.push(activity);
}

/// An activity goes on in another state.
pub(super) fn go_on(activities: &mut [Activity], id: &str, outcome: Outcome) {
    if let Some(activity) = activities.iter_mut().rev().find(|activity| activity.id == id) {
        activity.outcome = outcome;
    }
}

/// An activity has come to its end, unless it has ended before.
pub(super) fn end(activities: &mut [Activity], id: &str, outcome: Outcome, now: Moment) {
    if let Some(activity) = activities.iter_mut().rev().find(|one| one.id == id && one.is_under_way()) {
        (activity.ended, activity.outcome) = (Some(now), outcome);
    }
}

/// Newest first.
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ids = input.texts("ActivityIds");
    let with_deleted = input.flag("IncludeDeletedGroups")?.unwrap_or(false);
    let state = &context.region().autoscaling;
    let deleted = state.deleted.iter().filter(|_| with_deleted);
    let groups: Vec<_> = match input.text("AutoScalingGroupName") {
        Some(name) if with_deleted => {
            state.groups.get(name).into_iter().chain(deleted.filter(|group| group.name == name)).collect()
        }
        Some(name) => vec![state.group(name)?],
        None => state.groups.values().chain(deleted).collect(),
    };
    let mut activities: Vec<_> = groups
        .into_iter()
        .flat_map(|group| group.activities.iter().rev().map(move |activity| (group, activity)))
        .filter(|(_, activity)| ids.is_empty() || ids.contains(&activity.id.as_str()))
        .collect();
    activities.sort_by_key(|(_, activity)| std::cmp::Reverse(activity.started));
    let rows =
        activities.into_iter().map(|(group, activity)| (activity.id.clone(), activity.render(&group.name, &group.arn)));
    paged(input, "Activities", rows.collect(), 100)
}
