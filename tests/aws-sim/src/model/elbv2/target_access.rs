//! What ECS and Auto Scaling do with target groups, without a call of the API.

use chrono::TimeDelta;

use super::target;
pub(crate) use super::target_group::TargetType;
use super::target_group_attributes::deregistration_delay;
use super::target_health;
pub(crate) use super::target_health::{State as TargetState, TargetHealth};
use crate::model::context::Context;

/// What other services need to know of a target group.
#[derive(Debug, Clone)]
pub(crate) struct TargetGroupFacts {
    pub(crate) vpc_id: String,
    pub(crate) target_type: TargetType,
    /// ARN of the load balancer whose listeners or rules forward to it.
    pub(crate) load_balancer: Option<String>,
    /// How long a target drains.
    pub(crate) deregistration_delay: TimeDelta,
}

/// The target group of that ARN.
pub(crate) fn target_group(context: &mut Context<'_>, arn: &str) -> Option<TargetGroupFacts> {
    let group = context.region().elbv2.target_groups.get(arn)?;
    Some(TargetGroupFacts {
        vpc_id: group.vpc_id.clone(),
        target_type: group.target_type,
        load_balancer: group.load_balancer.clone(),
        deregistration_delay: deregistration_delay(group),
    })
}

/// Registers an instance or an address, on the group's own port if none is given. `zone` is that of an address. Nothing
/// happens if there is no such group, or if the target is registered already.
pub(crate) fn register_target(context: &mut Context<'_>, group: &str, id: &str, port: Option<u16>, zone: Option<&str>) {
    let Some(own) = context.region().elbv2.target_groups.get(group).map(|group| group.port) else { return };
    target::add(context, group, id, port.map_or(own, i64::from), zone.map(str::to_owned));
}

/// Deregisters a target, which drains for the group's deregistration delay while a load balancer uses the group.
pub(crate) fn deregister_target(context: &mut Context<'_>, group: &str, id: &str, port: Option<u16>) {
    let Some(known) = context.region().elbv2.target_groups.get(group) else { return };
    for key in target::keys_of(known, id, port.map(i64::from)) {
        target::remove(context, group, &key);
    }
}

/// How a target is, as DescribeTargetHealth tells it: `Unused` with `Target.NotRegistered` if it is not registered, or
/// not any more. None if there is no such target group.
pub(crate) fn target_health(
    context: &mut Context<'_>,
    group: &str,
    id: &str,
    port: Option<u16>,
) -> Option<TargetHealth> {
    let port = port.map_or(context.region().elbv2.target_groups.get(group)?.port, i64::from);
    target_health::of(context, group, &target::key(id, port))
}
