//! What happens at the times of scheduled actions: bounds change, and a count outside of them is moved into them.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{activity, target_calls};
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::service::Service;
use crate::model::{delivery, event};

/// What happens by itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Event {
    /// The time of a scheduled action has come.
    Due { resource: String, action: String, version: u64 },
}

pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::Due { resource, action, version } => due(context, &resource, &action, version),
    }
}

/// Sets an action's next time. One that has none left is gone.
pub(super) fn wait(context: &mut Context<'_>, resource: &str, name: &str) {
    let now = context.now;
    let Some(target) = context.region().application_autoscaling.targets.get_mut(resource) else { return };
    let Some(action) = target.actions.get(name) else { return };
    match action.next(now) {
        Some(next) => {
            let due = Event::Due { resource: resource.to_owned(), action: name.to_owned(), version: action.version };
            context.schedule(next - now, event::Event::ApplicationAutoScaling(due));
        }
        None => {
            target.actions.remove(name);
        }
    }
}

/// <https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-how-it-works.html>
fn due(context: &mut Context<'_>, resource: &str, name: &str, version: u64) {
    let Some(target) = context.region().application_autoscaling.targets.get_mut(resource) else { return };
    let Some(action) = target.actions.get(name).filter(|action| action.version == version) else { return };
    let (least, most) = (action.least, action.most);
    if target.suspended["ScheduledScalingSuspended"] != true {
        target.bounds.least = least.unwrap_or(target.bounds.least);
        target.bounds.most = most.unwrap_or(target.bounds.most.max(target.bounds.least));
        let (cluster, service) = target.service();
        let (cluster, service, bounds) = (cluster.to_owned(), service.to_owned(), target.bounds);
        if let Ok(Some(count)) = target_calls::desired_count(context, &cluster, &service) {
            let (to, which) = if count < bounds.least { (bounds.least, "minimum") } else { (bounds.most, "maximum") };
            if count < bounds.least || count > bounds.most {
                let failure = set_count(context, &cluster, &service, to).err().map(|error| error.message);
                activity::record(context, resource, to, &format!("{which} capacity was set to {to}"), failure);
            }
        }
    }
    wait(context, resource, name);
}

fn set_count(context: &mut Context<'_>, cluster: &str, service: &str, count: i64) -> Result<(), AwsError> {
    let input = json!({"cluster": cluster, "service": service, "desiredCount": count});
    delivery::call(context, Service::Ecs, "UpdateService", &input).map(|_| ())
}
