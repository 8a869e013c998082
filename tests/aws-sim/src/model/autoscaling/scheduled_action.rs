//! Scheduled actions: sizes that a group takes on at a time, once or again and again.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html>

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::parser::{CronParser, Seconds};
use serde_json::{Value, json};

use super::activity::at;
use super::group_calls::{balance_soon, living};
use super::paging::paged;
use super::{Event, already_exists, invalid};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::event;
use crate::model::input::Input;

/// For one group. <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html>
const ACTIONS: usize = 125;

/// An action.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Scheduled {
    name: String,
    arn: String,
    /// When it happens next.
    start: Moment,
    end: Option<Moment>,
    /// Five fields, as cron has them.
    recurrence: Option<String>,
    zone: Option<String>,
    least: Option<i64>,
    most: Option<i64>,
    desired: Option<i64>,
}

impl Scheduled {
    fn render(&self, group: &str) -> Value {
        json!({
            "AutoScalingGroupName": group,
            "ScheduledActionName": self.name,
            "ScheduledActionARN": self.arn,
            "Time": iso(self.start),
            "StartTime": iso(self.start),
            "EndTime": self.end.map(iso),
            "Recurrence": self.recurrence,
            "TimeZone": self.zone,
            "MinSize": self.least,
            "MaxSize": self.most,
            "DesiredCapacity": self.desired,
        })
    }
}

/// Putting it again replaces it.
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let group = input.required("AutoScalingGroupName")?;
    put_one(context, group, input).map(|()| Value::Null)
}

/// Those that are refused are named in the answer.
pub(super) fn batch_put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let group = input.required("AutoScalingGroupName")?;
    living(context, group)?;
    let mut failed = Vec::new();
    for part in input.parts("ScheduledUpdateGroupActions") {
        if let Err(refusal) = put_one(context, group, &part) {
            failed.push(failure(&part, &refusal));
        }
    }
    Ok(json!({ "FailedScheduledUpdateGroupActions": failed }))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let names = input.texts("ScheduledActionNames");
    let (from, until) = (time(input, "StartTime")?, time(input, "EndTime")?);
    let state = &context.region().autoscaling;
    let groups: Vec<_> = match input.text("AutoScalingGroupName") {
        Some(name) => vec![state.group(name)?],
        None => state.groups.values().collect(),
    };
    let all = groups.into_iter().flat_map(|group| group.scheduled.values().map(move |one| (group, one)));
    let asked = all.filter(|(_, one)| {
        let named = names.is_empty() || names.contains(&one.name.as_str()) || names.contains(&one.arn.as_str());
        named && from.is_none_or(|from| one.start >= from) && until.is_none_or(|until| one.start <= until)
    });
    let row = |(group, one): (&super::group::Group, &Scheduled)| {
        (format!("{} {}", group.name, one.name), one.render(&group.name))
    };
    paged(input, "ScheduledUpdateGroupActions", asked.map(row).collect(), 50)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (group, name) = (input.required("AutoScalingGroupName")?, input.required("ScheduledActionName")?);
    let removed = living(context, group)?.scheduled.remove(name);
    removed.map(|_| Value::Null).ok_or_else(no_such_action)
}

pub(super) fn batch_delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let group = living(context, input.required("AutoScalingGroupName")?)?;
    let mut failed = Vec::new();
    for name in input.texts("ScheduledActionNames") {
        if group.scheduled.remove(name).is_none() {
            let refusal = no_such_action();
            failed.push(json!({
                "ScheduledActionName": name, "ErrorCode": refusal.code, "ErrorMessage": refusal.message,
            }));
        }
    }
    Ok(json!({ "FailedScheduledActions": failed }))
}

/// An action's time has come. It is skipped while scheduled actions are suspended; one that does not recur is gone.
pub(super) fn fire(context: &mut Context<'_>, group_name: &str, name: &str, due: Moment) {
    let now = context.now;
    let Some(group) = context.region().autoscaling.groups.get_mut(group_name) else { return };
    let Some(action) = group.scheduled.get(name).filter(|action| action.start == due).cloned() else { return };
    let next = action.recurrence.as_deref().and_then(|cron| next(cron, action.zone.as_deref(), now));
    match next.filter(|next| action.end.is_none_or(|end| *next <= end)) {
        Some(next) => {
            if let Some(action) = group.scheduled.get_mut(name) {
                action.start = next;
            }
        }
        None => {
            group.scheduled.remove(name);
        }
    }
    if group.runs("ScheduledActions") && !group.is_going {
        let before = group.size;
        let (least, most) = (action.least.unwrap_or(before.least), action.most.unwrap_or(before.most));
        let desired = action.desired.unwrap_or(before.desired).min(most).max(least);
        group.size = super::group::Size { least, most, desired };
        group.causes.push(format!(
            "At {} a scheduled action update of AutoScalingGroup constraints to min: {least}, max: {most}, desired: \
             {desired} changing the desired capacity from {} to {desired}.",
            at(now),
            before.desired
        ));
        balance_soon(context, group_name);
    }
    fire_later(context, group_name, name);
}

fn put_one(context: &mut Context<'_>, group_name: &str, input: &Input<'_>) -> Result<(), AwsError> {
    let (name, now, id) = (input.required("ScheduledActionName")?, context.now, context.world.ids.uuid());
    let action = read(context, group_name, name, &id, input, now)?;
    let group = living(context, group_name)?;
    if group.scheduled.len() >= ACTIONS && !group.scheduled.contains_key(name) {
        return Err(AwsError::new("LimitExceeded", "You have reached the limit of scheduled actions for the group."));
    }
    if group.scheduled.values().any(|other| other.start == action.start && other.name != name) {
        return Err(already_exists("Another scheduled action with the same start time already exists."));
    }
    let arn = group.scheduled.get(name).map(|before| before.arn.clone()).unwrap_or(action.arn.clone());
    group.scheduled.insert(name.to_owned(), Scheduled { arn, ..action });
    fire_later(context, group_name, name);
    Ok(())
}

fn read(
    context: &Context<'_>,
    group: &str,
    name: &str,
    id: &str,
    input: &Input<'_>,
    now: Moment,
) -> Result<Scheduled, AwsError> {
    let (least, most, desired) = (input.int("MinSize")?, input.int("MaxSize")?, input.int("DesiredCapacity")?);
    if least.or(most).or(desired).is_none() {
        return Err(invalid("At least one of MinSize, MaxSize or DesiredCapacity must be specified"));
    }
    if let (Some(least), Some(most)) = (least, most)
        && most < least
    {
        return Err(invalid(format!("Max bound, {most}, must be greater than or equal to min bound, {least}")));
    }
    let zone = input.text("TimeZone");
    if zone.is_some_and(|zone| zone.parse::<Tz>().is_err()) {
        return Err(invalid("Invalid TimeZone. Specify a canonical name of the IANA time zone database."));
    }
    let (start, end) = (time(input, "StartTime")?.or(time(input, "Time")?), time(input, "EndTime")?);
    if start.is_some_and(|start| start < now) {
        return Err(invalid("Given start time is in the past"));
    }
    if end.is_some_and(|end| start.is_some_and(|start| end < start) || end < now) {
        return Err(invalid("Given end time is in the past"));
    }
    let recurrence = input.text("Recurrence").filter(|cron| !cron.is_empty());
    let start = match (recurrence, start) {
        (Some(cron), start) => {
            let from = start.unwrap_or(now);
            next(cron, zone, from)
                .ok_or_else(|| invalid("Given recurrence string: ".to_owned() + cron + " is invalid"))?
        }
        (None, Some(start)) => start,
        (None, None) => return Err(invalid("Either StartTime or Recurrence must be specified")),
    };
    let path = format!("scheduledUpdateGroupAction:{id}:autoScalingGroupName/{group}:scheduledActionName/{name}");
    Ok(Scheduled {
        name: name.to_owned(),
        arn: context.arn("autoscaling", &path),
        start,
        end,
        recurrence: recurrence.map(str::to_owned),
        zone: zone.map(str::to_owned),
        least,
        most,
        desired,
    })
}

fn fire_later(context: &mut Context<'_>, group: &str, name: &str) {
    let scheduled = context.region().autoscaling.groups.get(group).and_then(|group| group.scheduled.get(name));
    let Some(due) = scheduled.map(|action| action.start) else { return };
    let fires = Event::ScheduledAction { group: group.to_owned(), name: name.to_owned(), due };
    context.schedule(due - context.now, event::Event::AutoScaling(fires));
}

/// The next time of a cron expression of five fields, in UTC unless a zone is given.
fn next(cron: &str, zone: Option<&str>, after: Moment) -> Option<Moment> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
    let zone: Tz = zone.map_or(Some(Tz::UTC), |zone| zone.parse().ok())?;
    let next = parser.parse(cron).ok()?.find_next_occurrence(&after.with_timezone(&zone), false).ok()?;
    Some(next.with_timezone(&Utc))
}

fn time(input: &Input<'_>, member: &str) -> Result<Option<Moment>, AwsError> {
    let Some(text) = input.text(member) else { return Ok(None) };
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| invalid(format!("Invalid {member}: {text}")))?;
    Ok(Some(time.with_timezone(&Utc)))
}

fn failure(part: &Input<'_>, refusal: &AwsError) -> Value {
    json!({
        "ScheduledActionName": part.text("ScheduledActionName"),
        "ErrorCode": refusal.code, "ErrorMessage": refusal.message,
    })
}

fn no_such_action() -> AwsError {
    invalid("Scheduled action name not found")
}
