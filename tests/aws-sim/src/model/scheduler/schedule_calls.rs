//! The calls about schedules.

use serde_json::{Value, json};

use super::schedule::Schedule;
use super::wish::Wish;
use super::{conflict, firing, group_name, is_repeat, key, made_by, paged, state};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// A name is taken once in its group. A repeat with the same token is answered as the first call was.
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, group) = (input.required("Name")?, group_name(input, "GroupName"));
    state(context).group(group)?;
    let at = key(group, name);
    if let Some(before) = state(context).schedules.get(&at) {
        return match is_repeat(before.made_by.as_ref(), input) {
            true => Ok(json!({"ScheduleArn": before.arn})),
            false => Err(conflict(format!("Schedule {name} already exists."))),
        };
    }
    if state(context).group(group)?.is_deleting {
        return Err(conflict(format!("Schedule group {group} is being deleted.")));
    }
    let wish = Wish::read(context, input)?;
    let arn = context.arn("scheduler", &format!("schedule/{group}/{name}"));
    let schedule = Schedule {
        name: name.to_owned(),
        group: group.to_owned(),
        arn: arn.clone(),
        wish,
        created: context.now,
        modified: context.now,
        version: 0,
        made_by: made_by(input),
    };
    state(context).schedules.insert(at.clone(), schedule);
    firing::begin(context, &at);
    Ok(json!({"ScheduleArn": arn}))
}

/// Replaces all of a schedule.
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let at = key(group_name(input, "GroupName"), input.required("Name")?);
    let arn = state(context).schedule(&at)?.arn.clone();
    let (wish, now) = (Wish::read(context, input)?, context.now);
    if let Some(schedule) = state(context).schedules.get_mut(&at) {
        (schedule.wish, schedule.modified) = (wish, now);
        schedule.version += 1;
    }
    firing::begin(context, &at);
    Ok(json!({"ScheduleArn": arn}))
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let at = key(group_name(input, "groupName"), input.required("Name")?);
    state(context).schedule(&at).map(Schedule::render)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let at = key(group_name(input, "groupName"), input.required("Name")?);
    let state = state(context);
    state.schedule(&at)?;
    state.schedules.remove(&at);
    Ok(json!({}))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (group, prefix) = (input.text("ScheduleGroup"), input.text("NamePrefix").unwrap_or_default());
    let enabled = input.text("State").map(|state| state == "ENABLED");
    let state = state(context);
    if let Some(group) = group {
        state.group(group)?;
    }
    let wanted = state.schedules.iter().filter(|(_, schedule)| {
        group.is_none_or(|group| schedule.group == group)
            && schedule.name.starts_with(prefix)
            && enabled.is_none_or(|enabled| schedule.wish.is_enabled == enabled)
    });
    let rows: Vec<(String, Value)> = wanted.map(|(at, schedule)| (at.clone(), schedule.summary())).collect();
    paged(input, "Schedules", rows)
}
