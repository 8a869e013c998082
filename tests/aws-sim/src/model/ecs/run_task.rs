//! RunTask: tasks that belong to no service.
//!
//! A task that is given a command ends by itself after a while, as one-off commands do.
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::launch::Plan;
use super::placement::{self, Obstacle, Order};
use super::placement_rules::Rules;
use super::reference::cluster_name;
use super::refusal::invalid;
use super::task_request::Request;
use super::{dispatch, launch};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// As many tasks as one call starts.
const MOST: i64 = 10;

pub(super) fn run(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = cluster_name(input);
    context.region().ecs.living_cluster(input)?;
    if input.text("clientToken").is_some_and(|token| token.len() > 64) {
        return Err(invalid("clientToken can have at most 64 characters."));
    }
    if let Some(ids) = repeated(context, input)? {
        return Ok(json!({"tasks": render(context, name, &ids), "failures": []}));
    }
    let count = input.int("count")?.unwrap_or(1);
    if !(1..=MOST).contains(&count) {
        return Err(invalid(format!("count must be between 1 and {MOST}.")));
    }
    let request = Request::read(context, input)?;
    let plan = launch::read(context, input, &request.definition)?;
    let rules = Rules::read(input)?;
    let (mut ids, mut failures, mut have) = (Vec::new(), Vec::new(), BTreeMap::new());
    for _ in 0..count {
        match dispatch::start(context, name, &plan, &rules, &mut have, request.wanted()) {
            Ok(id) => ids.push(id),
            Err((Obstacle::NoInstance, _)) => return Err(invalid(Obstacle::NoInstance.failure())),
            Err((Obstacle::NoCapacity, _)) => failures.push(json!({"reason": Obstacle::NoCapacity.failure()})),
            Err(_) => failures.extend(obstacles(context, name, &plan, &rules, &request)),
        }
    }
    if let Some(token) = input.text("clientToken") {
        let cluster = context.region().ecs.living_cluster(input)?;
        cluster.client_tokens.insert(format!("RunTask {token}"), (input.value().clone(), ids.clone()));
    }
    Ok(json!({"tasks": render(context, name, &ids), "failures": failures}))
}

/// Every instance says why it does not take a task.
fn obstacles(context: &mut Context<'_>, cluster: &str, plan: &Plan, rules: &Rules, request: &Request) -> Vec<Value> {
    let Some(found) = context.region().ecs.clusters.get(cluster) else { return Vec::new() };
    let wanted = request.wanted();
    let provider = plan.shares.first().map(|share| share.provider.as_str());
    let order = Order { definition: wanted.definition, needs: wanted.needs, group: wanted.group, rules, provider };
    let found = placement::obstacles(found, &order);
    found.into_iter().map(|(arn, obstacle)| json!({"arn": arn, "reason": obstacle.failure()})).collect()
}

/// The tasks that a call with the same token started.
fn repeated(context: &mut Context<'_>, input: &Input<'_>) -> Result<Option<Vec<String>>, AwsError> {
    let Some(token) = input.text("clientToken") else { return Ok(None) };
    let cluster = context.region().ecs.living_cluster(input)?;
    match cluster.client_tokens.get(&format!("RunTask {token}")) {
        Some((asked, ids)) if asked == input.value() => Ok(Some(ids.clone())),
        Some((_, ids)) => {
            let place = cluster.arn.replace(":cluster/", ":task/");
            let arns: Vec<String> = ids.iter().map(|id| format!("{place}/{id}")).collect();
            let message = "The RunTask request could not be processed due to conflicts.";
            Err(AwsError::new("ConflictException", message).with_details(json!({ "resourceIds": arns })))
        }
        None => Ok(None),
    }
}

pub(super) fn render(context: &mut Context<'_>, cluster: &str, ids: &[String]) -> Vec<Value> {
    let Some(cluster) = context.region().ecs.clusters.get(cluster) else { return Vec::new() };
    let tasks = ids.iter().filter_map(|id| cluster.tasks.get(id));
    tasks.map(|task| cluster.render_task(task, true)).collect()
}
