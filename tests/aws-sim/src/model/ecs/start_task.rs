//! StartTask: tasks on instances that the caller chooses.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StartTask.html>

use serde_json::json;

use super::launch::{self, LaunchType};
use super::placement::{self, Obstacle, Order};
use super::placement_rules::Rules;
use super::reference::{cluster_name, missing, short};
use super::refusal::invalid;
use super::run_task::render;
use super::task_request::Request;
use super::task_start::{self, Place};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// On as many instances one call starts tasks.
const MOST: usize = 10;

pub(super) fn start(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = cluster_name(input);
    let asked = input.texts("containerInstances");
    if asked.is_empty() {
        return Err(invalid("Container instances cannot be empty."));
    }
    if asked.len() > MOST {
        return Err(invalid(format!("Container instances can have at most {MOST} items.")));
    }
    context.region().ecs.living_cluster(input)?;
    let request = Request::read(context, input)?;
    // Whatever the cluster's strategy says: the instances are named.
    let mut tree = input.value().clone();
    if let Some(members) = tree.as_object_mut() {
        members.insert("launchType".to_owned(), json!(<&str>::from(LaunchType::Ec2)));
    }
    let plan = launch::read(context, &Input::new(crate::model::service::Service::Ecs, &tree), &request.definition)?;
    let place = context.arn("ecs", &format!("container-instance/{name}"));
    let rules = Rules::default();
    let (mut ids, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        let id = short(reference);
        let wanted = request.wanted();
        let order = Order {
            definition: wanted.definition,
            needs: wanted.needs,
            group: wanted.group,
            rules: &rules,
            provider: None,
        };
        let found = context.region().ecs.clusters.get(name).and_then(|cluster| cluster.instances.get(id));
        let spot = match found {
            Some(instance) if instance.is_registered() => placement::fit_on(instance, &order),
            Some(_) => Err(Obstacle::Agent),
            None => {
                failures.push(missing(&format!("{place}/{id}")));
                continue;
            }
        };
        match spot {
            Ok(spot) => {
                ids.extend(task_start::start(context, name, Place::On(spot), None, plan.network.as_ref(), wanted))
            }
            Err(obstacle) => failures.push(json!({"arn": format!("{place}/{id}"), "reason": obstacle.failure()})),
        }
    }
    Ok(json!({"tasks": render(context, name, &ids), "failures": failures}))
}
