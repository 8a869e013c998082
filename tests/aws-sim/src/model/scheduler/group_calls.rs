//! The calls about groups of schedules.

use serde_json::{Value, json};

use super::schedule::Group;
use super::{DEFAULT_GROUP, Event, conflict, invalid, is_repeat, made_by, paged, state, tagging};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::event;
use crate::model::input::Input;
use crate::model::timing;

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("Name")?;
    let tags = tagging::read(input)?;
    let arn = context.arn("scheduler", &format!("schedule-group/{name}"));
    let now = context.now;
    let groups = &mut state(context).groups;
    match groups.get(name) {
        Some(before) if is_repeat(before.made_by.as_ref(), input) => {}
        Some(_) => return Err(conflict(format!("Schedule group {name} already exists."))),
        None => {
            let group = Group { tags, made_by: made_by(input), ..Group::new(name, arn.clone(), now) };
            groups.insert(name.to_owned(), group);
        }
    }
    Ok(json!({"ScheduleGroupArn": arn}))
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    state(context).group(input.required("Name")?).map(Group::render)
}

/// The group is `DELETING` until its schedules are gone, and so are they.
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteScheduleGroup.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("Name")?;
    if name == DEFAULT_GROUP {
        return Err(invalid("The default schedule group cannot be deleted."));
    }
    state(context).group(name)?;
    if let Some(group) = state(context).groups.get_mut(name).filter(|group| !group.is_deleting) {
        group.is_deleting = true;
        let gone = Event::GroupGone { name: name.to_owned() };
        context.schedule(timing::SCHEDULE_GROUP_DELETING, event::Event::Scheduler(gone));
    }
    Ok(json!({}))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefix = input.text("NamePrefix").unwrap_or_default();
    let groups = state(context).groups.values().filter(|group| group.name.starts_with(prefix));
    let rows: Vec<(String, Value)> = groups.map(|group| (group.name.clone(), group.render())).collect();
    paged(input, "ScheduleGroups", rows)
}
