//! Where a load balancer stands: its subnets, one a zone, and the groups of its interfaces there.

use std::collections::BTreeMap;

use super::{conflicting, invalid};
use crate::model::context::Context;
use crate::model::ec2::interface::{Owner, create_managed_interface, delete_managed_interface};
use crate::model::ec2::{self};
use crate::model::error::AwsError;
use crate::model::input::Input;

const SAME_ZONE: &str = "ELB cannot be attached to multiple subnets in the same AZ.";

/// A load balancer's place in a VPC.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Network {
    pub(super) vpc_id: String,
    /// Subnet by zone.
    subnets: BTreeMap<String, String>,
    /// Name by id.
    groups: BTreeMap<String, String>,
}

impl Network {
    /// What a creating call asks for, checked.
    /// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancer.html>
    pub(super) fn read(ec2: &ec2::State, input: &Input<'_>, internal: bool) -> Result<Self, AwsError> {
        let (vpc_id, subnets) = read_subnets(ec2, &input.texts("Subnets"))?;
        let reaches_out = ec2.internet_gateways.values().any(|one| one.vpc_id.as_deref() == Some(vpc_id.as_str()));
        if !internal && !reaches_out {
            return Err(AwsError::new("InvalidSubnet", format!("VPC {vpc_id} has no internet gateway")));
        }
        let groups = read_groups(ec2, &input.texts("SecurityGroups"), &vpc_id)?;
        Ok(Self { vpc_id, subnets, groups })
    }

    /// The same groups in subnets that are new to the load balancer.
    pub(super) fn with_subnets(&self, ec2: &ec2::State, ids: &[&str]) -> Result<Self, AwsError> {
        let (vpc_id, subnets) = read_subnets(ec2, ids)?;
        if vpc_id != self.vpc_id {
            return Err(AwsError::new(
                "InvalidSubnet",
                format!("The specified subnets are not in VPC {}", self.vpc_id),
            ));
        }
        let mut added = BTreeMap::new();
        for (zone, subnet) in subnets {
            match self.subnets.get(&zone) {
                Some(there) if *there == subnet => {}
                Some(_) => return Err(conflicting(SAME_ZONE)),
                None => drop(added.insert(zone, subnet)),
            }
        }
        Ok(Self { vpc_id, subnets: added, groups: self.groups.clone() })
    }

    /// Takes the subnets of another in.
    pub(super) fn join(&mut self, other: Self) {
        self.subnets.extend(other.subnets);
    }

    /// Leaves subnets.
    pub(super) fn leave(&mut self, ids: &[&str]) {
        self.subnets.retain(|_, subnet| !ids.contains(&subnet.as_str()));
    }

    /// Exchanges the groups.
    pub(super) fn set_groups(&mut self, ec2: &ec2::State, ids: &[&str]) -> Result<(), AwsError> {
        self.groups = read_groups(ec2, ids, &self.vpc_id)?;
        Ok(())
    }

    pub(super) fn zones(&self) -> Vec<&str> {
        self.subnets.keys().map(String::as_str).collect()
    }

    pub(super) fn has_zone(&self, zone: &str) -> bool {
        self.subnets.contains_key(zone)
    }

    pub(super) fn subnet_ids(&self) -> Vec<&str> {
        self.subnets.values().map(String::as_str).collect()
    }

    pub(super) fn group_ids(&self) -> Vec<&str> {
        self.groups.keys().map(String::as_str).collect()
    }

    /// The name of the group that instances may name as the source of requests.
    pub(super) fn source_group(&self) -> Option<&str> {
        self.groups.values().next().map(String::as_str)
    }

    /// Makes an interface in each subnet, or none.
    pub(super) fn open(&self, context: &mut Context<'_>, name: &str, internal: bool) -> Result<Vec<String>, AwsError> {
        let mut made = Vec::new();
        for subnet_id in self.subnets.values() {
            let groups = self.groups.keys().cloned().collect();
            let description = format!("ELB {name}");
            let opened =
                create_managed_interface(context, subnet_id, groups, description, Owner::LoadBalancer, !internal);
            match opened {
                Ok(interface) => made.push(interface.id),
                Err(refusal) => {
                    made.iter().for_each(|id| delete_managed_interface(context, id));
                    return Err(AwsError::new("InvalidSubnet", refusal.message));
                }
            }
        }
        Ok(made)
    }
}

fn read_subnets(ec2: &ec2::State, ids: &[&str]) -> Result<(String, BTreeMap<String, String>), AwsError> {
    let mut vpc_id = None;
    let mut subnets = BTreeMap::new();
    for id in ids {
        let subnet = ec2.subnets.get(id);
        let subnet =
            subnet.ok_or_else(|| AwsError::new("SubnetNotFound", format!("The subnet ID '{id}' does not exist")))?;
        if vpc_id.get_or_insert_with(|| subnet.vpc_id.clone()) != &subnet.vpc_id {
            return Err(AwsError::new("InvalidSubnet", "The specified subnets are in different VPCs"));
        }
        let before = subnets.insert(subnet.zone.clone(), subnet.id.clone());
        if before.is_some_and(|before| before != subnet.id) {
            return Err(conflicting(SAME_ZONE));
        }
    }
    // There is no default VPC here, so that zones alone name no subnet.
    let vpc_id = vpc_id.ok_or_else(|| invalid("Either AvailabilityZones or SubnetIds must be specified"))?;
    Ok((vpc_id, subnets))
}

fn read_groups(ec2: &ec2::State, ids: &[&str], vpc_id: &str) -> Result<BTreeMap<String, String>, AwsError> {
    let in_vpc = || ec2.security_groups.values().filter(|group| group.vpc_id == vpc_id);
    if ids.is_empty() {
        let default = in_vpc().filter(|group| group.is_default());
        return Ok(default.map(|group| (group.id.clone(), group.name.clone())).collect());
    }
    let mut groups = BTreeMap::new();
    for id in ids {
        let group = in_vpc().find(|group| group.id == *id);
        let refusal = || AwsError::new("InvalidSecurityGroup", format!("The security group '{id}' does not exist"));
        let group = group.ok_or_else(refusal)?;
        groups.insert(group.id.clone(), group.name.clone());
    }
    Ok(groups)
}
