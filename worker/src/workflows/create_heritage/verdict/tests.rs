//! When a service is as asked for, and when it will never be.

use super::*;
use crate::aws::ecs::Rolling;
use crate::aws::ecs::Status;
use crate::workflows::create_heritage::tests::service;

const TARGET: &str = "arn:aws:ecs:us-east-1:1:task-definition/dev-shop-web:2";

fn deployment(running: u32, rollout: Rollout) -> Deployment {
    Deployment {
        id: "ecs-svc/2".into(),
        is_primary: true,
        task_definition: TARGET.into(),
        running,
        rollout,
        reason: "tasks failed to start".into(),
        created_at: Timestamp(1),
    }
}

fn observation(running: u32, rollout: Rollout) -> Observation {
    let state = ServiceState {
        arn: "arn:aws:ecs:us-east-1:1:service/dev/shop-web".into(),
        name: "shop-web".into(),
        status: Status::Active,
        task_definition: TARGET.into(),
        desired: 2,
        running,
        pending: 0,
        rolling: Rolling { least: 100, most: 200, breaker: true },
        deployments: vec![deployment(running, rollout)],
        events: vec![],
        tags: vec![],
    };
    Observation { state, stopped: vec![], health: vec![], balancer_is_gone: false }
}

fn asked(ports: &[u16]) -> ServiceSpec {
    ServiceSpec { desired_count: 2, ..service("web", ports, false) }
}

fn healthy(in_service: bool) -> TargetHealth {
    TargetHealth { instance: "i-1".into(), in_service, description: "Instance registration is in progress".into() }
}

fn code(verdict: Verdict) -> Option<Code> {
    match verdict {
        Verdict::Never(problem) => Some(problem.code),
        Verdict::Settled | Verdict::NotYet { .. } => None,
    }
}

#[test]
fn a_service_is_settled_when_the_target_alone_runs_as_often_as_asked_and_is_in_service() {
    let mut seen = observation(2, Rollout::Completed);
    assert_eq!(seen.judge(&asked(&[]), TARGET, Timestamp(0)), Verdict::Settled);
    seen.health = vec![healthy(true), healthy(false)];
    let waits = Verdict::NotYet { running: 2, in_service: 1 };
    assert_eq!(seen.judge(&asked(&[80]), TARGET, Timestamp(0)), waits);
    seen.health[1].in_service = true;
    assert_eq!(seen.judge(&asked(&[80]), TARGET, Timestamp(0)), Verdict::Settled);
    let old = Deployment { is_primary: false, ..deployment(1, Rollout::Completed) };
    seen.state.deployments.push(old);
    assert_ne!(seen.judge(&asked(&[80]), TARGET, Timestamp(0)), Verdict::Settled);
}

#[test]
fn the_revision_before_does_not_count_as_the_target() {
    let seen = observation(2, Rollout::Completed);
    let verdict = seen.judge(&asked(&[]), "arn:aws:ecs:us-east-1:1:task-definition/dev-shop-web:3", Timestamp(0));
    assert_eq!(verdict, Verdict::NotYet { running: 0, in_service: 0 });
}

#[test]
fn nothing_must_run_when_nothing_was_asked_for() {
    let none = ServiceSpec { desired_count: 0, ..asked(&[80]) };
    let mut seen = observation(0, Rollout::InProgress);
    seen.state.desired = 0;
    assert_eq!(seen.judge(&none, TARGET, Timestamp(0)), Verdict::Settled);
    seen.state.running = 1;
    assert_ne!(seen.judge(&none, TARGET, Timestamp(0)), Verdict::Settled);
}

#[test]
fn tasks_that_stop_three_times_for_one_reason_fail_the_deployment_with_evidence() {
    let task = |at, failed| StoppedTask {
        started_by: "ecs-svc/2".into(),
        reason: "Essential container in task exited; exit code 1".into(),
        failed,
        at: Timestamp(at),
    };
    let mut seen = observation(0, Rollout::NotTold);
    seen.stopped = vec![task(7, true), task(6, true), task(5, true), task(4, false)];
    let verdict = seen.judge(&asked(&[]), TARGET, Timestamp(4));
    let Verdict::Never(problem) = verdict else { panic!("{verdict:?}") };
    assert_eq!(problem.code, Code::DeploymentFailed);
    assert_eq!(problem.evidence.len(), 1);
    assert!(problem.evidence[0].message.starts_with("3 tasks: Essential"));
    assert_eq!(code(seen.judge(&asked(&[]), TARGET, Timestamp(5))), None);
    seen.state.deployments[0].rollout = Rollout::Failed;
    assert_eq!(code(seen.judge(&asked(&[]), TARGET, Timestamp(5))), Some(Code::DeploymentFailed));
}

#[test]
fn ecs_is_believed_that_it_cannot_place_a_task_when_it_said_so_three_times_since_the_change() {
    let mut seen = observation(1, Rollout::InProgress);
    let said = "(service shop-web) was unable to place a task because no container instance met its requirements.";
    seen.state.events = [9, 8, 7].map(|at| (Timestamp(at), said.to_owned())).to_vec();
    assert_eq!(code(seen.judge(&asked(&[]), TARGET, Timestamp(6))), Some(Code::UnableToPlace));
    assert_eq!(code(seen.judge(&asked(&[]), TARGET, Timestamp(7))), None);
}

#[test]
fn what_somebody_else_made_of_a_service_is_told() {
    let mut seen = observation(2, Rollout::Completed);
    assert_eq!(seen.changed_by_others(&asked(&[]), TARGET), None);
    seen.state.desired = 5;
    let told = seen.changed_by_others(&asked(&[]), TARGET).unwrap();
    assert!(told.code == Code::Conflict && told.detail.contains("run 5 tasks of"), "{}", told.detail);
    let other = TARGET.replace(":2", ":3");
    seen.state.desired = 2;
    seen.state.task_definition.clone_from(&other);
    assert!(seen.changed_by_others(&asked(&[]), TARGET).unwrap().detail.contains(&other));
}
