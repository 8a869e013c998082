//! Security groups and roles: their part of the plan. What was given is shown but skipped.

use shared::district::Given;

use super::{AttachPolicies, AuthorizeIngress, CreateRole, CreateSecurityGroup, Group, Role};
use crate::engine::{Plan, Planned, Step};
use crate::workflows::DistrictCx;

/// Adds the security groups and their rules after `vpc`; gives the one of the instances.
pub(super) fn add_security_groups(plan: &mut Plan<DistrictCx>, given: &Given, vpc: &[Planned]) -> Planned {
    let is_given = |group| match group {
        Group::PublicElb => given.public_elb_security_group.is_some(),
        Group::PrivateElb => given.private_elb_security_group.is_some(),
        Group::Instance => given.instance_security_group.is_some(),
    };
    let mut made = |group| add_unless(is_given(group), plan, CreateSecurityGroup(group), vpc);
    let (public, private, instance) = (made(Group::PublicElb), made(Group::PrivateElb), made(Group::Instance));
    let mut opened = |group, after: &[Planned]| add_unless(is_given(group), plan, AuthorizeIngress(group), after);
    opened(Group::PublicElb, &[public]);
    opened(Group::PrivateElb, &[private]);
    opened(Group::Instance, &[public, private, instance]);
    instance
}

/// Adds the roles and what they may do after `checked`; gives the steps that the instances' role is complete after.
pub(super) fn add_roles(plan: &mut Plan<DistrictCx>, given: &Given, checked: &[Planned]) -> [Planned; 2] {
    let ecs = given.ecs_service_role.is_some();
    let role = add_unless(ecs, plan, CreateRole(Role::EcsService), checked);
    add_unless(ecs, plan, AttachPolicies(Role::EcsService), &[role]);
    let instances = given.ecs_instance_role.is_some();
    let role = add_unless(instances, plan, CreateRole(Role::EcsInstance), checked);
    let policies = add_unless(instances, plan, AttachPolicies(Role::EcsInstance), &[role]);
    [role, policies]
}

fn add_unless<S: Step<Cx = DistrictCx>>(
    given: bool,
    plan: &mut Plan<DistrictCx>,
    step: S,
    after: &[Planned],
) -> Planned {
    if given { plan.skip(step, "it was given") } else { plan.add(step, after) }
}
