//! Which load balancer uses which target group: by its listeners and their rules, one load balancer a group.

use std::collections::BTreeSet;

use super::action::Action;
use super::listener::Listener;
use super::load_balancer::{Kind, LoadBalancer};
use super::protocol::Protocol;
use super::target_group::{TargetGroup, TargetType};
use super::{State, account_limits, misconfigured, target};
use crate::model::context::Context;
use crate::model::error::AwsError;

/// Whether a listener of that protocol may forward as the actions say.
pub(super) fn check(
    state: &State,
    balancer: &LoadBalancer,
    protocol: Protocol,
    actions: &[Action],
) -> Result<(), AwsError> {
    let mut groups = BTreeSet::new();
    for arn in actions.iter().filter_map(Action::forward).flat_map(|forward| forward.groups.iter().map(|(arn, _)| arn))
    {
        let missing = || AwsError::new("TargetGroupNotFound", format!("Target group '{arn}' not found"));
        let group = state.target_groups.get(arn).ok_or_else(missing)?;
        check_group(group, balancer, protocol)?;
        groups.insert(arn.clone());
    }
    let elsewhere = |arn: &&String| {
        let used_by = state.target_groups.get(*arn).and_then(|group| group.load_balancer.as_ref());
        used_by.is_some_and(|used_by| *used_by != balancer.arn)
    };
    let shared: Vec<&str> = groups.iter().filter(elsewhere).map(String::as_str).collect();
    if !shared.is_empty() {
        let message = format!(
            "The following target groups cannot be associated with more than one load balancer: {}",
            shared.join(", ")
        );
        return Err(AwsError::new("TargetGroupAssociationLimit", message));
    }
    account_limits::check_groups_of(balancer.kind, balancer.target_groups.union(&groups).count())
}

fn check_group(group: &TargetGroup, balancer: &LoadBalancer, protocol: Protocol) -> Result<(), AwsError> {
    if !protocol.leads_to(group.protocol) {
        let message = format!(
            "Listener protocol '{protocol}' is not supported with a target group with the protocol '{}'",
            group.protocol
        );
        return Err(AwsError::new("IncompatibleProtocols", message));
    }
    if group.target_type == TargetType::Alb && (protocol != Protocol::Tcp || balancer.kind != Kind::Network) {
        return Err(misconfigured(
            "A target group with target type 'alb' needs a TCP listener of a Network Load Balancer",
        ));
    }
    if group.vpc_id != balancer.network.vpc_id {
        return Err(misconfigured(format!(
            "The following target groups are not in the VPC of load balancer '{}': {}",
            balancer.arn, group.arn
        )));
    }
    Ok(())
}

/// Brings target groups in step with the listeners and rules of a load balancer. Groups that it begins to use are
/// checked from now on, those that it does not use any more are not.
pub(super) fn settle(context: &mut Context<'_>, balancer_arn: &str) {
    let state = &mut context.region().elbv2;
    let used = used_by(state, balancer_arn);
    let Some(balancer) = state.load_balancers.get_mut(balancer_arn) else { return };
    let before = std::mem::replace(&mut balancer.target_groups, used.clone());
    for arn in before.difference(&used) {
        if let Some(group) = context.region().elbv2.target_groups.get_mut(arn) {
            group.load_balancer = None;
            target::end_all(context, arn);
        }
    }
    for arn in used.difference(&before) {
        if let Some(group) = context.region().elbv2.target_groups.get_mut(arn) {
            group.load_balancer = Some(balancer_arn.to_owned());
            target::begin_all(context, arn);
        }
    }
}

fn used_by(state: &State, balancer_arn: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut take = |actions: &[Action]| {
        let forwards = actions.iter().filter_map(Action::forward);
        used.extend(forwards.flat_map(|forward| forward.groups.iter().map(|(arn, _)| arn.clone())));
    };
    let listeners: Vec<&Listener> = state.listeners_of(balancer_arn).collect();
    for listener in listeners {
        take(&listener.actions);
        state.rules_of(&listener.arn).for_each(|rule| take(&rule.actions));
    }
    used
}
