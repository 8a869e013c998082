//! The parts of a district that steps refer to: given, made by an earlier step of this operation, or recorded by one
//! before it.

use shared::district::{DistrictIds, NatType};
use shared::problem::Code;

use super::layout::{Subnet, Zone};
use super::{
    CheckGiven, CreateCluster, CreatePrivateZone, CreateRole, CreateSecurityGroup, CreateSubnet, CreateVpc,
    FindSubnets, Group, Role,
};
use crate::aws::{Seen, Tag};
use crate::engine::{Failure, Found, Step};
use crate::workflows::DistrictCx;

/// Id of the VPC.
pub(crate) fn vpc(cx: &DistrictCx) -> Result<String, Failure> {
    let given = cx.target.spec.given.vpc_id.as_ref();
    part(cx, given, &CreateVpc, cx.target.ids.vpc_id.as_ref())
}

/// Address ranges of the VPC.
pub(crate) fn ranges(cx: &DistrictCx) -> Result<Vec<String>, Failure> {
    match cx.target.spec.cidr_block {
        Some(range) => Ok(vec![range.to_string()]),
        None => cx.run.output_of(&CheckGiven),
    }
}

/// Ids of the public subnets, by zone.
pub(crate) fn public_subnets(cx: &DistrictCx) -> Result<Vec<String>, Failure> {
    match cx.run.output_if_done(&FindSubnets)? {
        Some(found) => Ok(found.public),
        None => subnets(cx, Subnet::Public, &cx.target.ids.public_subnet_ids),
    }
}

/// Ids of the private subnets, by zone.
pub(crate) fn private_subnets(cx: &DistrictCx) -> Result<Vec<String>, Failure> {
    match cx.run.output_if_done(&FindSubnets)? {
        Some(found) => Ok(found.private),
        None => subnets(cx, Subnet::Private, &cx.target.ids.private_subnet_ids),
    }
}

/// Those that this operation makes; else all that are recorded, which in a given VPC may be more than two.
fn subnets(cx: &DistrictCx, kind: fn(Zone) -> Subnet, recorded: &[String]) -> Result<Vec<String>, Failure> {
    let makes_them = cx.run.output_if_done(&CreateSubnet(kind(Zone::One)))?.is_some();
    if !makes_them && !recorded.is_empty() {
        return Ok(recorded.to_vec());
    }
    Zone::ALL.into_iter().map(|zone| subnet(cx, kind(zone))).collect()
}

/// Id of a subnet that Barcelona made.
pub(crate) fn subnet(cx: &DistrictCx, subnet: Subnet) -> Result<String, Failure> {
    let recorded = match subnet {
        Subnet::Public(_) => &cx.target.ids.public_subnet_ids,
        Subnet::Private(_) => &cx.target.ids.private_subnet_ids,
    };
    part(cx, None, &CreateSubnet(subnet), recorded.get(subnet.zone().index()))
}

/// Whether instances stand in public subnets with public addresses: there is no other way out.
pub(crate) fn is_public(nat: NatType) -> bool {
    nat == NatType::None
}

/// Ids of the subnets in which instances stand.
pub(crate) fn instance_subnets(cx: &DistrictCx, nat: NatType) -> Result<Vec<String>, Failure> {
    if is_public(nat) && cx.target.spec.given.vpc_id.is_none() { public_subnets(cx) } else { private_subnets(cx) }
}

/// Id of a security group.
pub(crate) fn security_group(cx: &DistrictCx, group: Group) -> Result<String, Failure> {
    let (given, ids) = (&cx.target.spec.given, &cx.target.ids);
    let (given, recorded) = match group {
        Group::PublicElb => (&given.public_elb_security_group, &ids.public_elb_security_group),
        Group::PrivateElb => (&given.private_elb_security_group, &ids.private_elb_security_group),
        Group::Instance => (&given.instance_security_group, &ids.instance_security_group),
    };
    part(cx, given.as_ref(), &CreateSecurityGroup(group), recorded.as_ref())
}

/// The role that was given, by name: an ARN ends in it.
pub(crate) fn given_role(cx: &DistrictCx, role: Role) -> Option<String> {
    let given = &cx.target.spec.given;
    let given = match role {
        Role::EcsService => &given.ecs_service_role,
        Role::EcsInstance => &given.ecs_instance_role,
    };
    given.as_ref().map(|role| name_in(role).to_owned())
}

/// The name of a role.
pub(crate) fn role_name(cx: &DistrictCx, role: Role) -> String {
    given_role(cx, role).unwrap_or_else(|| cx.aws.names.role(&cx.district, &cx.aws.region, role.purpose()))
}

/// The name of a role that was given or is the district's: somebody may have put another of that name in its place.
pub(crate) async fn own_role(cx: &DistrictCx, role: Role) -> Result<String, Failure> {
    let name = role_name(cx, role);
    let seen = cx.aws.iam.find_role(&name).await?;
    let is_given = given_role(cx, role).is_some();
    match seen {
        Some(seen) if !is_given && !cx.owner.covers(&seen.tags) => {
            Err(Failure::permanent(Code::AlreadyExists, format!("role {name} does not carry the district's tags")))
        }
        Some(_) | None => Ok(name),
    }
}

/// The name that an ARN of IAM ends in.
pub(crate) fn name_in(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// The tag `Name` of a thing with this purpose, and what it is looked for by.
pub(crate) fn name(cx: &DistrictCx, purpose: &str) -> String {
    cx.aws.names.of_district(&cx.district, purpose)
}

/// The name of the cluster, and of the Auto Scaling group.
pub(crate) fn cluster_name(cx: &DistrictCx) -> String {
    cx.aws.names.cluster(&cx.district)
}

/// The tags of a new thing with this purpose.
pub(crate) fn tags(cx: &DistrictCx, purpose: &str) -> Vec<Tag> {
    cx.owner.tags(&name(cx, purpose))
}

/// What a look-up by name saw. Somebody else's thing of that name is none of ours: the creating call will say so.
pub(crate) fn found_by_name<T: Clone>(cx: &DistrictCx, seen: Option<Seen<T>>) -> Found<T> {
    let seen = seen.filter(|seen| cx.owner.covers(&seen.tags));
    cx.owner.found(seen.as_slice())
}

/// What AWS calls the parts, as far as they were reached.
pub(crate) fn reached(cx: &DistrictCx) -> DistrictIds {
    let role = |role| match given_role(cx, role) {
        Some(name) => Some(name),
        None => cx.run.output_if_done(&CreateRole(role)).ok().flatten().map(|arn| name_in(&arn).to_owned()),
    };
    DistrictIds {
        vpc_id: vpc(cx).ok(),
        public_elb_security_group: security_group(cx, Group::PublicElb).ok(),
        private_elb_security_group: security_group(cx, Group::PrivateElb).ok(),
        instance_security_group: security_group(cx, Group::Instance).ok(),
        ecs_service_role: role(Role::EcsService),
        ecs_instance_role: role(Role::EcsInstance),
        public_subnet_ids: public_subnets(cx).unwrap_or_default(),
        private_subnet_ids: private_subnets(cx).unwrap_or_default(),
        cluster_arn: cx.run.output_if_done(&CreateCluster).ok().flatten(),
        private_zone_id: cx.run.output_if_done(&CreatePrivateZone).ok().flatten(),
    }
}

fn part<S: Step<Output = String>>(
    cx: &DistrictCx,
    given: Option<&String>,
    step: &S,
    recorded: Option<&String>,
) -> Result<String, Failure> {
    if let Some(given) = given {
        return Ok(given.clone());
    }
    match (cx.run.output_if_done(step)?, recorded) {
        (Some(made), _) => Ok(made),
        (None, Some(recorded)) => Ok(recorded.clone()),
        (None, None) => cx.run.output_of(step),
    }
}
