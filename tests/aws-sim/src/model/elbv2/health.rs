//! Checks of targets: when they happen, and how many of them make a change.

use super::health_check::HealthCheck;
use super::probe::{self, Finding};
use super::target::{self, Fault, Standing, Target};
use super::{Event, target_group::TargetGroup};
use crate::model::context::Context;
use crate::model::{ecs, event, timing};

/// One check, after which the next is due. A load balancer that is being provisioned checks nothing yet, and a target
/// that is gone drains.
pub(super) fn check(context: &mut Context<'_>, group_arn: String, key: String, token: String) {
    let Some((group, target)) = current(context, &group_arn, &key, &token) else { return };
    let every = group.health_check.every();
    let (is_registering, is_network) = (target.standing == Standing::Registering, group.protocol.is_transport());
    let check = group.health_check.clone();
    let balancer = group.load_balancer.clone();
    let balancers = &context.region().elbv2.load_balancers;
    let is_active = balancer.and_then(|arn| balancers.get(&arn)).is_some_and(|balancer| balancer.is_active);
    let next = if !is_active {
        timing::APPLICATION_TARGET_REGISTERING
    } else if is_registering {
        settle(context, &group_arn, &key, |target| target.standing = Standing::Initial);
        every
    } else {
        match probe::probe(context, &group_arn, &key) {
            Finding::Gone => return target::remove(context, &group_arn, &key),
            Finding::Passed => settle(context, &group_arn, &key, |target| target.pass(&check, is_network)),
            Finding::Failed(fault) => settle(context, &group_arn, &key, |target| target.fail(&check, fault)),
        }
        every
    };
    context.schedule(next, event::Event::ElbV2(Event::Check { group: group_arn, target: key, token }));
}

impl Target {
    /// Takes a good answer. One is enough for a target that application load balancers do not know yet.
    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>
    fn pass(&mut self, check: &HealthCheck, is_network: bool) {
        let needed = if self.standing == Standing::Initial && !is_network { 1 } else { check.healthy };
        if self.standing == Standing::Healthy {
            self.against = 0;
            return;
        }
        self.against = self.against.max(0) + 1;
        if self.against >= needed {
            (self.standing, self.against) = (Standing::Healthy, 0);
        }
    }

    /// Takes a bad answer. While a target is not known yet, bad answers are counted below zero, good ones above.
    fn fail(&mut self, check: &HealthCheck, fault: Fault) {
        match &self.standing {
            Standing::Unhealthy(_) => (self.standing, self.against) = (Standing::Unhealthy(fault), 0),
            Standing::Registering | Standing::Initial | Standing::Healthy => {
                self.against = self.against.min(0) - 1;
                if -self.against >= check.unhealthy {
                    (self.standing, self.against) = (Standing::Unhealthy(fault), 0);
                }
            }
            Standing::Draining => {}
        }
    }
}

/// The target, if its registration is still the one that the check is about.
fn current<'c>(
    context: &'c mut Context<'_>,
    group_arn: &str,
    key: &str,
    token: &str,
) -> Option<(&'c TargetGroup, &'c Target)> {
    let group = context.region().elbv2.target_groups.get(group_arn)?;
    group.targets.get(key).filter(|target| target.token == token).map(|target| (group, target))
}

fn settle(context: &mut Context<'_>, group_arn: &str, key: &str, change: impl FnOnce(&mut Target)) {
    let groups = &mut context.region().elbv2.target_groups;
    let Some(target) = groups.get_mut(group_arn).and_then(|group| group.targets.get_mut(key)) else { return };
    let before = target.standing.clone();
    change(target);
    if before != target.standing {
        ecs::balancer_speaks(context, group_arn);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(standing: Standing) -> Target {
        let (id, token) = ("i-1".to_owned(), String::new());
        Target { id, port: 80, zone: None, token, standing, against: 0, interface_id: None }
    }

    fn settings() -> HealthCheck {
        let settings = serde_json::json!({"protocol": "Http", "port": null, "path": "/", "interval": 30, "timeout": 5,
            "healthy": 3, "unhealthy": 2, "matcher": null});
        serde_json::from_value(settings).unwrap()
    }

    #[test]
    fn one_good_answer_is_enough_for_a_new_target_of_an_application_load_balancer_only() {
        let (mut application, mut network) = (target(Standing::Initial), target(Standing::Initial));
        application.pass(&settings(), false);
        network.pass(&settings(), true);
        assert_eq!((application.standing, network.standing), (Standing::Healthy, Standing::Initial));
    }

    #[test]
    fn a_target_changes_after_enough_answers_in_a_row() {
        let mut one = target(Standing::Healthy);
        one.fail(&settings(), Fault::Refused);
        one.pass(&settings(), false);
        one.fail(&settings(), Fault::Refused);
        assert_eq!(one.standing, Standing::Healthy);
        one.fail(&settings(), Fault::TimedOut);
        assert_eq!(one.standing, Standing::Unhealthy(Fault::TimedOut));
        one.pass(&settings(), false);
        one.pass(&settings(), false);
        assert_eq!(one.standing, Standing::Unhealthy(Fault::TimedOut));
        one.pass(&settings(), false);
        assert_eq!(one.standing, Standing::Healthy);
    }
}
