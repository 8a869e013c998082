//! Changing a service, and changing it back.

use serde::{Deserialize, Serialize};
use shared::heritage::ServiceSpec;
use shared::problem::Code;

use crate::aws::ecs::{ServiceChange, ServiceState, Status};
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;
use crate::workflows::create_heritage::parts::not_ours;
use crate::workflows::create_heritage::rolling::{interrupts, rolling};
use crate::workflows::create_heritage::settle::Reached;
use crate::workflows::create_heritage::settle::settle_back;

/// What a service was, noted before it is changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Before {
    reached: Reached,
    change: ServiceChange,
}

/// Changes a service to this revision, or to the one that it has, and to its new count. UpdateService takes no token, but
/// does nothing when it asks for what stands.
pub(crate) async fn update<S: Step>(
    cx: &HeritageCx,
    step: &S,
    service: &ServiceSpec,
    revision: Option<String>,
) -> Result<Turn<Reached>, Failure> {
    let name = cx.service_name(&service.name);
    let state = standing(cx, &name).await?;
    let instances = cx.target.district.spec.cluster_size;
    if revision.is_some() && interrupts(service, instances) {
        cx.run.warn(format!("{}: no spare instance, so its only task stops before the new one starts", service.name));
    }
    let target = revision.clone().unwrap_or_else(|| state.task_definition.clone());
    let change = ServiceChange {
        task_definition: revision,
        desired: service.desired_count,
        rolling: rolling(service, instances),
    };
    cx.run.intent(step, Before { reached: Reached::from(&state), change: standing_change(&state) }).await?;
    cx.aws.ecs.update_service(&cx.cluster(), &name, &change).await?;
    let noted: Option<Before> = cx.run.note_of(step)?;
    let since = noted.map_or_else(|| Reached::from(&state).since, |before| before.reached.since);
    Ok(Turn::Done(Reached { arn: state.arn, task_definition: target, since }))
}

/// Changes a service back to what was noted, and waits until it is so.
pub(crate) async fn update_back<S: Step>(cx: &HeritageCx, step: &S, service: &ServiceSpec) -> Result<Undone, Failure> {
    let Some(before): Option<Before> = cx.run.note_of(step)? else { return Ok(Undone::Done(Vec::new())) };
    let name = cx.service_name(&service.name);
    let state = cx.aws.ecs.find_service(&cx.cluster(), &name).await?.filter(|state| state.status == Status::Active);
    // It was seen before it was changed, so that a read is not older than it: somebody removed or replaced it.
    let Some(state) = state.filter(|state| cx.owner.covers(&state.tags)) else {
        cx.run.warn(format!("ECS service {name} is gone: there was nothing to change back"));
        return Ok(Undone::Done(Vec::new()));
    };
    if let Some(change) = way_back(&state, &before.change) {
        cx.aws.ecs.update_service(&cx.cluster(), &name, &change).await?;
    }
    let service = ServiceSpec { desired_count: before.change.desired, ..service.clone() };
    match settle_back(cx, &service, &before.reached).await? {
        Turn::Done(()) => Ok(Undone::Done(vec![before.reached.arn])),
        Turn::Wait(wait) => Ok(Undone::Wait(wait)),
    }
}

async fn standing(cx: &HeritageCx, name: &str) -> Result<ServiceState, Failure> {
    let state = cx.aws.ecs.find_service(&cx.cluster(), name).await?.filter(|state| state.status == Status::Active);
    let gone = || {
        let detail = format!("ECS service {name} is not in cluster {} any more", cx.cluster());
        Failure::not_seen_yet(Code::ResourceFailed, detail)
    };
    let state = state.ok_or_else(gone)?;
    match cx.owner.covers(&state.tags) {
        true => Ok(state),
        false => Err(not_ours(&format!("ECS service {name}"))),
    }
}

fn standing_change(state: &ServiceState) -> ServiceChange {
    ServiceChange {
        task_definition: Some(state.task_definition.clone()),
        desired: state.desired,
        rolling: state.rolling,
    }
}

/// The change back to what was; `None` when it is so. A revision that stands is not named: it may be inactive by now.
fn way_back(state: &ServiceState, before: &ServiceChange) -> Option<ServiceChange> {
    let standing = standing_change(state);
    let revision =
        before.task_definition.clone().filter(|revision| standing.task_definition.as_ref() != Some(revision));
    (standing != *before).then(|| ServiceChange { task_definition: revision, ..before.clone() })
}
