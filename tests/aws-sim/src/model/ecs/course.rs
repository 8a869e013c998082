//! What the containers of a task will do once their images are there: when each starts, gets healthy and ends.
//!
//! Nothing of it is kept: it follows from the definition, so a task need not remember it.
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html>

use chrono::TimeDelta;

use super::container::{Condition, Container, Dependency};
use crate::model::timing;

/// What one container does, counted from the moment when the images are there. None is never.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Course {
    pub(super) starts: Option<TimeDelta>,
    pub(super) ends: Option<(TimeDelta, i32)>,
    pub(super) healthy: Option<TimeDelta>,
    pub(super) unhealthy: Option<TimeDelta>,
}

/// The courses of all containers, in their order. `commanded` tells which ones were given a command of their own: those
/// end by themselves.
pub(super) fn plot(containers: &[Container], commanded: &dyn Fn(&str) -> bool) -> Vec<Course> {
    let mut known: Vec<Option<Course>> = vec![None; containers.len()];
    // Dependencies have no cycles, so that each round settles at least one more.
    for _ in 0..containers.len() {
        for (place, container) in containers.iter().enumerate() {
            if known[place].is_none()
                && let Some(starts) = start(container, containers, &known)
            {
                known[place] = Some(run(container, starts, commanded(&container.name)));
            }
        }
    }
    known.into_iter().map(Option::unwrap_or_default).collect()
}

/// The next moment after `elapsed` at which something changes.
pub(super) fn next_change(courses: &[Course], elapsed: TimeDelta) -> Option<TimeDelta> {
    let moments = courses.iter().flat_map(|one| [one.starts, one.ends.map(|(at, _)| at), one.healthy, one.unhealthy]);
    moments.flatten().filter(|at| *at > elapsed).min()
}

/// When a container may start; none while that is not known, some none if it never may.
fn start(container: &Container, all: &[Container], known: &[Option<Course>]) -> Option<Option<TimeDelta>> {
    let mut latest = Some(TimeDelta::zero());
    for Dependency { container: name, condition } in &container.waits_for {
        let place = all.iter().position(|one| one.name == *name)?;
        let met = met_at((*known.get(place)?)?, *condition);
        latest = latest.zip(met).map(|(one, other)| one.max(other));
    }
    Some(latest)
}

fn met_at(other: Course, condition: Condition) -> Option<TimeDelta> {
    match condition {
        Condition::Start => other.starts,
        Condition::Complete => other.ends.map(|(at, _)| at),
        Condition::Success => other.ends.filter(|(_, code)| *code == 0).map(|(at, _)| at),
        Condition::Healthy => other.healthy,
    }
}

fn run(container: &Container, starts: Option<TimeDelta>, commanded: bool) -> Course {
    let Some(at) = starts else { return Course::default() };
    let behaviour = container.behaviour;
    let code = behaviour.finishes.or(commanded.then_some(0));
    let ends = if behaviour.crashes { Some((at, 1)) } else { code.map(|code| (at + timing::BATCH_RUNS, code)) };
    let first_check = container.health_check.map(|check| at + TimeDelta::seconds(check.interval));
    let given_up = container
        .health_check
        .map(|check| at + TimeDelta::seconds(check.start_period) + TimeDelta::seconds(check.interval * check.retries));
    Course {
        starts,
        ends,
        healthy: first_check.filter(|_| !behaviour.is_unhealthy),
        unhealthy: given_up.filter(|_| behaviour.is_unhealthy),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::ecs::container::NetworkMode;
    use crate::model::input::Input;
    use crate::model::service::Service;

    fn starts(definitions: &Value) -> Vec<Option<i64>> {
        let read = |one: &Value| Container::read(&Input::new(Service::Ecs, one), NetworkMode::Bridge).unwrap();
        let containers: Vec<Container> = definitions.as_array().unwrap().iter().map(read).collect();
        plot(&containers, &|_| false).iter().map(|one| one.starts.map(|at| at.num_seconds())).collect()
    }

    #[test]
    fn a_container_waits_for_those_that_it_depends_on() {
        let on = |name: &str, condition: &str| json!([{"containerName": name, "condition": condition}]);
        let check = json!({"command": ["CMD", "true"], "interval": 10});
        let all = json!([
            {"name": "web", "image": "web", "memory": 64, "dependsOn": on("db", "HEALTHY")},
            {"name": "db", "image": "db", "memory": 64, "healthCheck": check, "dependsOn": on("init", "SUCCESS")},
            {"name": "init", "image": "batch", "memory": 64},
            {"name": "late", "image": "late", "memory": 64, "dependsOn": on("broken", "SUCCESS")},
            {"name": "broken", "image": "dies", "memory": 64},
        ]);
        assert_eq!(starts(&all), [Some(30), Some(20), Some(0), None, Some(0)]);
    }
}
