//! The calls about scheduled actions.

use chrono_tz::Tz;
use serde_json::json;

use super::scheduled_action::ScheduledAction;
use super::{firing, invalid, missing, paged, resource, target_calls};
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::schedule_expression::Expression;

/// Makes an action of a registered target, or changes the one of that name in what is said.
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (resource, name) = (resource(input)?, input.required("ScheduledActionName")?);
    let before = context.region().application_autoscaling.target(input)?.actions.get(name).cloned();
    let id = context.world.ids.uuid();
    let path = format!("scheduledAction:{id}:resource/ecs/{resource}:scheduledActionName/{name}");
    let mut action = before.unwrap_or(ScheduledAction {
        name: name.to_owned(),
        arn: context.arn("autoscaling", &path),
        resource: resource.to_owned(),
        schedule: String::new(),
        zone: None,
        start: None,
        end: None,
        least: None,
        most: None,
        created: context.now,
        version: 0,
    });
    change(&mut action, input)?;
    check(&action, context.now)?;
    action.version += 1;
    context.region().application_autoscaling.target(input)?.actions.insert(name.to_owned(), action);
    firing::wait(context, resource, name);
    Ok(json!({}))
}

fn change(action: &mut ScheduledAction, input: &Input<'_>) -> Result<(), AwsError> {
    if let Some(schedule) = input.text("Schedule") {
        schedule.clone_into(&mut action.schedule);
    }
    if let Some(zone) = input.text("Timezone") {
        action.zone = Some(zone.to_owned());
    }
    for (member, kept) in [("StartTime", &mut action.start), ("EndTime", &mut action.end)] {
        *kept = input.moment(member)?.or(*kept);
    }
    if input.has("ScalableTargetAction") {
        let bounds = input.part("ScalableTargetAction");
        (action.least, action.most) = (bounds.int("MinCapacity")?, bounds.int("MaxCapacity")?);
    }
    Ok(())
}

fn check(action: &ScheduledAction, now: Moment) -> Result<(), AwsError> {
    if action.schedule.is_empty() {
        return Err(invalid("Schedule must be specified for a new scheduled action."));
    }
    if Expression::parse(&action.schedule).is_none() {
        return Err(invalid(format!("Invalid schedule expression: {}", action.schedule)));
    }
    if action.zone.as_deref().is_some_and(|zone| zone.parse::<Tz>().is_err()) {
        return Err(invalid("Unsupported time zone."));
    }
    match (action.least, action.most) {
        (None, None) => return Err(invalid("At least one of MinCapacity and MaxCapacity must be specified.")),
        (Some(least), Some(most)) if least > most => {
            return Err(invalid("Maximum capacity cannot be less than minimum capacity."));
        }
        (_, _) => {}
    }
    match action.next(now) {
        Some(_) => Ok(()),
        None => Err(invalid("The scheduled action must run at least once in the future.")),
    }
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let names = input.texts("ScheduledActionNames");
    let state = &context.region().application_autoscaling;
    let rows = target_calls::rows(state, input, |target| {
        let actions = target.actions.values().filter(|one| names.is_empty() || names.contains(&one.name.as_str()));
        actions.map(|one| (one.name.clone(), one.render())).collect()
    })?;
    paged(input, "ScheduledActions", rows)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (resource, name) = (resource(input)?, input.required("ScheduledActionName")?);
    let target = context.region().application_autoscaling.targets.get_mut(resource);
    let removed = target.and_then(|target| target.actions.remove(name));
    let refusal = || missing("No scheduled action found", resource, &format!(", scheduled action name: {name}"));
    removed.map(|_| json!({})).ok_or_else(refusal)
}
