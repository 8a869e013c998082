//! Whether a service is as asked for, may still become so, or never will.
//!
//! The postcondition: at desired 0 the service has the target and nothing runs; otherwise the PRIMARY deployment has the
//! target and is the only one, its rollout is complete, running = desired, and the load balancer has that many in service.

use std::collections::BTreeMap;

use shared::heritage::ServiceSpec;
use shared::narrate::counted;
use shared::problem::{Code, Evidence, Problem};
use shared::time::Timestamp;

use crate::aws::ecs::{Deployment, Rollout, ServiceState, StoppedTask};
use crate::aws::elb::TargetHealth;

/// How often the same must go wrong before it is believed.
const TIMES: usize = 3;
/// How many of ECS' last sentences are shown.
const SHOWN: usize = 5;

/// What was seen of a service.
pub(crate) struct Observation {
    /// What ECS says.
    pub(crate) state: ServiceState,
    /// Tasks that stopped; not looked for while enough run.
    pub(crate) stopped: Vec<StoppedTask>,
    /// What the load balancer says; not asked while too few run.
    pub(crate) health: Vec<TargetHealth>,
    /// Whether there is no such load balancer.
    pub(crate) balancer_is_gone: bool,
}

/// What follows from it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// It is as asked for.
    Settled,
    /// So many tasks run, and so many of them are in service.
    NotYet {
        /// Tasks of the target that run.
        running: u32,
        /// Instances that the load balancer sends requests to.
        in_service: u32,
    },
    /// It will not become so.
    Never(Box<Problem>),
}

impl Observation {
    /// Judges. What ECS said until `since` is about an earlier change.
    pub(crate) fn judge(&self, service: &ServiceSpec, target: &str, since: Timestamp) -> Verdict {
        let state = &self.state;
        let primary = self.primary_of(target);
        let running = self.running_of(target);
        let in_service = u32::try_from(self.health.iter().filter(|it| it.in_service).count()).unwrap_or_default();
        let is_settled = match service.desired_count {
            0 => state.desired == 0 && state.task_definition == target && state.running + state.pending == 0,
            desired => {
                let is_balanced = !service.is_balanced() || in_service >= desired;
                primary.is_some_and(|primary| self.is_complete(primary, desired)) && is_balanced
            }
        };
        if is_settled {
            return Verdict::Settled;
        }
        match primary.and_then(|primary| self.why_never(primary, since)) {
            Some(problem) => self.never(problem, since),
            None => Verdict::NotYet { running, in_service },
        }
    }

    /// What it was made into by somebody else, if it is not what it was asked to be; both are set in one call.
    pub(crate) fn changed_by_others(&self, service: &ServiceSpec, target: &str) -> Option<Problem> {
        let ServiceState { name, task_definition, desired, .. } = &self.state;
        if task_definition == target && *desired == service.desired_count {
            return None;
        }
        let detail = format!(
            "somebody else changed ECS service {name}: it is to run {} of {task_definition}, and was asked to run {} of {target}",
            counted(*desired as usize, "task"),
            service.desired_count
        );
        Some(Problem::new(Code::Conflict, detail))
    }

    /// Tasks of the target that run.
    pub(crate) fn running_of(&self, target: &str) -> u32 {
        self.primary_of(target).map_or(0, |primary| primary.running)
    }

    fn primary_of(&self, target: &str) -> Option<&Deployment> {
        self.state.primary().filter(|primary| primary.task_definition == target)
    }

    fn is_complete(&self, primary: &Deployment, desired: u32) -> bool {
        let state = &self.state;
        let counts = primary.running == desired && state.running == desired && state.desired == desired;
        let rolled_out = matches!(primary.rollout, Rollout::Completed | Rollout::NotTold);
        counts && rolled_out && state.deployments.len() == 1
    }

    fn why_never(&self, primary: &Deployment, since: Timestamp) -> Option<Problem> {
        let name = &self.state.name;
        if primary.rollout == Rollout::Failed {
            let detail = format!("ECS gave up the deployment of {name}: {}", primary.reason);
            return Some(Problem::new(Code::DeploymentFailed, detail));
        }
        let reasons = self.reasons(since);
        if let Some((reason, _)) = reasons.into_iter().find(|(_, times)| *times >= TIMES) {
            let detail = format!("the tasks of {name} do not stay up: {reason}");
            return Some(Problem::new(Code::DeploymentFailed, detail));
        }
        let unplaced = |(at, message): &&(Timestamp, String)| *at > since && is_unplaced(message);
        let unplaced: Vec<_> = self.state.events.iter().filter(unplaced).collect();
        let (_, newest) = unplaced.first().filter(|_| unplaced.len() >= TIMES)?;
        Some(Problem::new(Code::UnableToPlace, newest.clone()))
    }

    /// Why tasks of the newest deployment stopped, and how often each.
    fn reasons(&self, since: Timestamp) -> BTreeMap<&str, usize> {
        let primary = self.state.primary().map(|primary| primary.id.as_str());
        let mut reasons = BTreeMap::new();
        for task in self.stopped.iter().filter(|task| task.failed && task.at > since) {
            if Some(task.started_by.as_str()) == primary {
                *reasons.entry(task.reason.as_str()).or_default() += 1;
            }
        }
        reasons
    }

    fn never(&self, mut problem: Problem, since: Timestamp) -> Verdict {
        problem.evidence = self.evidence(since);
        Verdict::Never(Box::new(problem))
    }

    /// What helps to understand why it is not as asked for.
    pub(crate) fn evidence(&self, since: Timestamp) -> Vec<Evidence> {
        let piece = |source: &str, message: String| Evidence { source: source.to_owned(), message };
        let stopped = self.reasons(since).into_iter();
        let stopped =
            stopped.map(|(reason, times)| piece("stopped_task", format!("{}: {reason}", counted(times, "task"))));
        let events = self.state.events.iter().filter(|(at, _)| *at > since);
        let mut events: Vec<_> = events.map(|(_, message)| message.clone()).collect();
        // ECS repeats itself while nothing changes.
        events.dedup();
        let events = events.into_iter().take(SHOWN).map(|message| piece("service_event", message));
        let unhealthy = self.health.iter().filter(|target| !target.in_service);
        let unhealthy = unhealthy.map(|it| piece("target_health", format!("{}: {}", it.instance, it.description)));
        stopped.chain(events).chain(unhealthy).collect()
    }
}

/// ECS has no code for it.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html>
fn is_unplaced(message: &str) -> bool {
    message.contains("was unable to place a task")
}

#[cfg(test)]
mod tests;
