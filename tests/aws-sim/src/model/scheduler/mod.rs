//! EventBridge Scheduler: schedules in groups, which call their targets when their time has come.

mod firing;
mod group_calls;
mod schedule;
mod schedule_calls;
mod tagging;
mod wish;

use std::collections::BTreeMap;

pub(crate) use firing::{Event, on_event};
use schedule::{Group, Schedule};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock::Moment;
use super::context::{Context, Handler};
use super::error::{Answer, AwsError};
use super::input::Input;
use super::inventory::Item;
use super::page;

/// The group of schedules that name none; it is always there.
const DEFAULT_GROUP: &str = "default";

/// What Scheduler has in one region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    groups: BTreeMap<String, Group>,
    /// By `group/name`.
    schedules: BTreeMap<String, Schedule>,
}

impl State {
    fn schedule(&self, key: &str) -> Result<&Schedule, AwsError> {
        let name = key.rsplit('/').next().unwrap_or(key);
        self.schedules.get(key).ok_or_else(|| not_found(&format!("Schedule {name} does not exist.")))
    }

    fn group(&self, name: &str) -> Result<&Group, AwsError> {
        self.groups.get(name).ok_or_else(|| not_found(&format!("Schedule group {name} does not exist.")))
    }
}

/// What Scheduler has where the call is made; the default group is there from the first look at it.
fn state<'c>(context: &'c mut Context<'_>) -> &'c mut State {
    let (arn, now) = (context.arn("scheduler", "schedule-group/default"), context.now);
    let state = &mut context.region().scheduler;
    state.groups.entry(DEFAULT_GROUP.to_owned()).or_insert_with(|| Group::new(DEFAULT_GROUP, arn, now));
    state
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateSchedule" => schedule_calls::create,
        "UpdateSchedule" => schedule_calls::update,
        "GetSchedule" => schedule_calls::get,
        "DeleteSchedule" => schedule_calls::delete,
        "ListSchedules" => schedule_calls::list,
        "CreateScheduleGroup" => group_calls::create,
        "GetScheduleGroup" => group_calls::get,
        "DeleteScheduleGroup" => group_calls::delete,
        "ListScheduleGroups" => group_calls::list,
        "TagResource" => tagging::tag,
        "UntagResource" => tagging::untag,
        "ListTagsForResource" => tagging::list,
        _ => return None,
    })
}

/// What exists, without the group that nobody made.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    let groups = state.groups.values().filter(|group| group.name != DEFAULT_GROUP).map(Group::item);
    groups.chain(state.schedules.values().map(Schedule::item)).collect()
}

/// A hundred on a page. <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListSchedules.html>
fn paged(input: &Input<'_>, list: &str, rows: Vec<(String, Value)>) -> Answer {
    let limit = input.int("MaxResults")?.unwrap_or(100);
    if !(1..=100).contains(&limit) {
        return Err(invalid("MaxResults must be between 1 and 100."));
    }
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("NextToken"));
    let (page, next) = page.ok_or_else(|| invalid("Invalid NextToken."))?;
    Ok(json!({ list: page, "NextToken": next }))
}

/// The group that a call is about, under the name that the call has for it.
fn group_name<'a>(input: &Input<'a>, member: &str) -> &'a str {
    input.text(member).unwrap_or(DEFAULT_GROUP)
}

fn key(group: &str, name: &str) -> String {
    format!("{group}/{name}")
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

fn not_found(message: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", message).with_status(404)
}

fn conflict(message: impl Into<String>) -> AwsError {
    AwsError::new("ConflictException", message).with_status(409)
}

/// Whether a thing was made by a call with the same token and the same parameters, so that the call may be repeated.
fn is_repeat(made_by: Option<&(String, Value)>, input: &Input<'_>) -> bool {
    made_by.is_some_and(|(token, asked)| input.text("ClientToken") == Some(token) && asked == input.value())
}

fn made_by(input: &Input<'_>) -> Option<(String, Value)> {
    input.text("ClientToken").map(|token| (token.to_owned(), input.value().clone()))
}

/// Whether a moment lies too far back to begin then.
fn is_long_past(at: Moment, now: Moment) -> bool {
    at < now - chrono::TimeDelta::minutes(5)
}
