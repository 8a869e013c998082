//! Waiting until a service is as asked for.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::heritage::ServiceSpec;
use shared::problem::Code;
use shared::time::Timestamp;

use super::parts::not_ours;
use super::verdict::{Observation, Verdict};
use crate::aws::ecs::{ServiceState, Status};
use crate::engine::{Class, Failure, Step, Turn, Wait};
use crate::workflows::HeritageCx;

/// How long a service may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(15 * 60);

/// A service as a step left it, to be waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reached {
    /// ARN of the service.
    pub(crate) arn: String,
    /// ARN of the revision that it is to run.
    pub(crate) task_definition: String,
    /// What ECS said until then, by ECS' clock, is not about this change.
    pub(crate) since: Timestamp,
}

impl From<&ServiceState> for Reached {
    fn from(state: &ServiceState) -> Self {
        let since = state.events.first().map(|(at, _)| *at).unwrap_or_default();
        Reached { arn: state.arn.clone(), task_definition: state.task_definition.clone(), since }
    }
}

/// A service that is as asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settled {
    /// ARN of the service.
    pub(crate) arn: String,
    /// ARN of the revision that it runs.
    pub(crate) task_definition: String,
    /// Tasks that run.
    pub(crate) running: u32,
}

/// Looks once. Fails early when the service will never be as asked for, or is not what it was made any more.
pub(crate) async fn settle<S: Step>(
    cx: &HeritageCx,
    step: &S,
    service: &ServiceSpec,
    reached: &Reached,
) -> Result<Turn<Settled>, Failure> {
    let seen = observe(cx, service, &reached.task_definition).await?;
    // Only reads that are younger than the change can tell that somebody changed it after us.
    if cx.run.has_seen_long_enough(step)
        && let Some(problem) = seen.changed_by_others(service, &reached.task_definition)
    {
        return Err(Failure::new(Class::Permanent, problem));
    }
    if seen.balancer_is_gone {
        let detail = format!("load balancer {} is not there: somebody removed it", cx.load_balancer(&service.name));
        return Err(Failure::not_seen_yet(Code::ResourceFailed, detail));
    }
    match seen.judge(service, &reached.task_definition, reached.since) {
        Verdict::Settled => Ok(Turn::Done(Settled {
            arn: reached.arn.clone(),
            task_definition: reached.task_definition.clone(),
            running: seen.state.running,
        })),
        Verdict::NotYet { running, in_service } => {
            let wait = waiting(service, &seen.state, running, in_service);
            Ok(Turn::Wait(wait.evidence(seen.evidence(reached.since))))
        }
        Verdict::Never(problem) => Err(Failure::new(Class::Permanent, *problem)),
    }
}

/// Looks once, for an undo: what went wrong before does not count against the way back.
pub(crate) async fn settle_back(
    cx: &HeritageCx,
    service: &ServiceSpec,
    reached: &Reached,
) -> Result<Turn<()>, Failure> {
    let seen = observe(cx, service, &reached.task_definition).await?;
    let unbalanced = ServiceSpec { port_mappings: vec![], ..service.clone() };
    // What somebody removed cannot be waited for.
    let service = if seen.balancer_is_gone { &unbalanced } else { service };
    let (running, in_service) = match seen.judge(service, &reached.task_definition, reached.since) {
        Verdict::Settled => return Ok(Turn::Done(())),
        Verdict::NotYet { running, in_service } => (running, in_service),
        Verdict::Never(_) => (seen.running_of(&reached.task_definition), 0),
    };
    Ok(Turn::Wait(waiting(service, &seen.state, running, in_service)))
}

/// Asks ECS; the load balancer once enough tasks run; and for tasks that stopped as long as something is missing.
async fn observe(cx: &HeritageCx, service: &ServiceSpec, target: &str) -> Result<Observation, Failure> {
    let (cluster, name) = (cx.cluster(), cx.service_name(&service.name));
    // Reads may be older than the service, and show none, or one of the same name that went: looked at again for a while.
    let unseen = || Failure::not_seen_yet(Code::DeploymentFailed, format!("ECS service {name} is not there"));
    let state = cx.aws.ecs.observe_service(&cluster, &name).await?;
    let state = state.filter(|state| state.status == Status::Active).ok_or_else(unseen)?;
    if !cx.owner.covers(&state.tags) {
        return Err(not_ours(&format!("ECS service {name}")));
    }
    let mut seen = Observation { state, stopped: Vec::new(), health: Vec::new(), balancer_is_gone: false };
    if seen.running_of(target) >= service.desired_count && service.is_balanced() && service.desired_count > 0 {
        let health = cx.aws.elb.target_health(&cx.load_balancer(&service.name)).await?;
        seen.balancer_is_gone = health.is_none();
        seen.health = health.unwrap_or_default();
    }
    if seen.running_of(target) < service.desired_count || seen.health.iter().any(|target| !target.in_service) {
        seen.stopped = cx.aws.ecs.find_stopped_tasks(&cluster, &name).await?;
    }
    Ok(seen)
}

fn waiting(service: &ServiceSpec, state: &ServiceState, running: u32, in_service: u32) -> Wait {
    let (name, desired) = (&service.name, service.desired_count);
    if desired == 0 {
        return Wait::for_aws(format!("{name}: tasks still running: {}", state.running));
    }
    let running = running.min(desired);
    let headline = if running < desired {
        format!("{name}: {running} of {desired} tasks running")
    } else if service.is_balanced() && in_service < desired {
        format!("{name}: {in_service} of {desired} tasks in service")
    } else if state.running > desired {
        format!("{name}: {desired} of {desired} tasks running, others still to stop: {}", state.running - desired)
    } else {
        format!("{name}: {desired} of {desired} tasks running, until ECS calls the rollout complete")
    };
    Wait::for_aws(headline).progress(running.into(), desired.into(), "tasks")
}
