//! Task scale-in protection: tasks that services may not stop for a while.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html>

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::reference::{cluster_name, missing, short};
use super::refusal::invalid;
use super::task::{Stage, Task};
use crate::model::clock::epoch;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// As many tasks are named in one call.
const MOST: usize = 10;

/// How long a task is protected, minutes, if the call does not say; and at most.
const USUAL: i64 = 120;
const LONGEST: i64 = 2880;

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html>
pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let asked = input.texts("tasks");
    if asked.len() > MOST {
        return Err(invalid(format!("Tasks can have at most {MOST} items.")));
    }
    let (now, place) = (context.now, context.arn("ecs", &format!("task/{}", cluster_name(input))));
    let cluster = context.region().ecs.living_cluster(input)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        let id = short(reference);
        match cluster.tasks.get(id).map(|task| protectable(task).map(|()| task)) {
            Some(Ok(task)) => found.push(task.render_protection(now)),
            Some(Err(failure)) => failures.push(failure),
            None => failures.push(missing(&format!("{place}/{id}"))),
        }
    }
    Ok(json!({"protectedTasks": found, "failures": failures}))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateTaskProtection.html>
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let asked = named(input)?;
    let wanted = input.flag("protectionEnabled")?.ok_or_else(|| input.missing("protectionEnabled"))?;
    let minutes = input.int("expiresInMinutes")?.unwrap_or(USUAL);
    if !(1..=LONGEST).contains(&minutes) {
        return Err(invalid(format!("expiresInMinutes must be between 1 and {LONGEST}.")));
    }
    let (now, place) = (context.now, context.arn("ecs", &format!("task/{}", cluster_name(input))));
    let until = wanted.then_some(now + TimeDelta::minutes(minutes));
    let cluster = context.region().ecs.living_cluster(input)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        let id = short(reference);
        match cluster.tasks.get_mut(id) {
            Some(task) => match protectable(task) {
                Ok(()) => {
                    task.protected_until = until;
                    found.push(task.render_protection(now));
                }
                Err(failure) => failures.push(failure),
            },
            None => failures.push(missing(&format!("{place}/{id}"))),
        }
    }
    Ok(json!({"protectedTasks": found, "failures": failures}))
}

fn named<'a>(input: &Input<'a>) -> Result<Vec<&'a str>, AwsError> {
    let asked = input.texts("tasks");
    match asked.len() {
        0 => Err(invalid("Tasks cannot be empty.")),
        count if count > MOST => Err(invalid(format!("Tasks can have at most {MOST} items."))),
        _ => Ok(asked),
    }
}

/// Only tasks of services that are not stopped.
fn protectable(task: &Task) -> Result<(), Value> {
    let failure = |detail: &str| json!({"arn": task.arn, "reason": "TASK_NOT_VALID", "detail": detail});
    match (task.service(), task.stage) {
        (None, _) => Err(failure("The specified task is not part of an Amazon ECS service.")),
        (Some(_), Stage::Stopped) => Err(failure("The specified task is stopped.")),
        (Some(_), _) => Ok(()),
    }
}

impl Task {
    fn render_protection(&self, now: crate::model::clock::Moment) -> Value {
        let until = self.protected_until.filter(|until| *until > now);
        json!({"taskArn": self.arn, "protectionEnabled": until.is_some(), "expirationDate": until.map(epoch)})
    }
}
