//! EC2: networks and instances. One file a resource: its fields, its filters, its calls.

mod address;
pub(crate) mod catalogue;
mod ecs_agent;
mod filter;
pub(crate) mod image;
pub(crate) mod instance;
mod instance_view;
pub(crate) mod interface;
mod internet_gateway;
pub(crate) mod launch;
pub(crate) mod launch_template;
mod nat_gateway;
mod permission;
mod published;
mod route;
pub(crate) mod route_table;
mod security_group;
mod security_group_access;
mod security_group_rule;
mod subnet;
mod table;
mod tagging;
mod vpc;

use std::collections::BTreeMap;

use table::Table;

use super::context::{Context, Handler};
use super::inventory::Item;

/// What EC2 has in one region.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    pub(crate) vpcs: Table<vpc::Vpc>,
    pub(crate) subnets: Table<subnet::Subnet>,
    pub(crate) internet_gateways: Table<internet_gateway::InternetGateway>,
    pub(crate) route_tables: Table<route_table::RouteTable>,
    pub(crate) addresses: Table<address::Address>,
    pub(crate) nat_gateways: Table<nat_gateway::NatGateway>,
    pub(crate) security_groups: Table<security_group::SecurityGroup>,
    pub(crate) interfaces: Table<interface::Interface>,
    pub(crate) launch_templates: Table<launch_template::LaunchTemplate>,
    pub(crate) instances: Table<instance::Instance>,
    /// Operation and token, and what the call with that token made.
    client_tokens: BTreeMap<String, String>,
    public_addresses_drawn: u32,
}

/// What happens by itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Event {
    InstanceRunning(String),
    InstanceTerminated(String),
    InstanceForgotten(String),
    AgentStarts(String),
    NatGatewayReady(String),
    NatGatewayDeleted(String),
    NatGatewayForgotten(String),
}

/// Lets an event happen.
pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::InstanceRunning(id) => instance::become_running(context, &id),
        Event::InstanceTerminated(id) => instance::become_terminated(context, &id),
        Event::InstanceForgotten(id) => {
            context.region().ec2.instances.remove(&id);
        }
        Event::AgentStarts(id) => ecs_agent::start(context, &id),
        Event::NatGatewayReady(id) => nat_gateway::become_ready(context, &id),
        Event::NatGatewayDeleted(id) => nat_gateway::become_deleted(context, &id),
        Event::NatGatewayForgotten(id) => {
            context.region().ec2.nat_gateways.remove(&id);
        }
    }
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    network_handler(operation).or_else(|| {
        Some(match operation {
            "DescribeAvailabilityZones" => catalogue::describe_zones,
            "DescribeRegions" => catalogue::describe_regions,
            "DescribeInstanceTypes" => catalogue::describe_instance_types,
            "DescribeAccountAttributes" => catalogue::describe_account_attributes,
            "DescribeImages" => image::describe,
            "CreateTags" => tagging::create,
            "DeleteTags" => tagging::delete,
            "DescribeTags" => tagging::describe,
            "CreateLaunchTemplate" => launch_template::create,
            "CreateLaunchTemplateVersion" => launch_template::create_version,
            "DescribeLaunchTemplates" => launch_template::describe,
            "DescribeLaunchTemplateVersions" => launch_template::describe_versions,
            "ModifyLaunchTemplate" => launch_template::modify,
            "DeleteLaunchTemplate" => launch_template::delete,
            "DeleteLaunchTemplateVersions" => launch_template::delete_versions,
            "RunInstances" => launch::run,
            "DescribeInstances" => instance::describe,
            "DescribeInstanceStatus" => instance::describe_status,
            "TerminateInstances" => instance::terminate_named,
            _ => return None,
        })
    })
}

fn network_handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateVpc" => vpc::create,
        "DescribeVpcs" => vpc::describe,
        "DeleteVpc" => vpc::delete,
        "DescribeVpcAttribute" => vpc::describe_attribute,
        "ModifyVpcAttribute" => vpc::modify_attribute,
        "CreateSubnet" => subnet::create,
        "DescribeSubnets" => subnet::describe,
        "DeleteSubnet" => subnet::delete,
        "ModifySubnetAttribute" => subnet::modify_attribute,
        "CreateInternetGateway" => internet_gateway::create,
        "DescribeInternetGateways" => internet_gateway::describe,
        "AttachInternetGateway" => internet_gateway::attach,
        "DetachInternetGateway" => internet_gateway::detach,
        "DeleteInternetGateway" => internet_gateway::delete,
        "CreateRouteTable" => route_table::create,
        "DescribeRouteTables" => route_table::describe,
        "DeleteRouteTable" => route_table::delete,
        "AssociateRouteTable" => route_table::associate,
        "DisassociateRouteTable" => route_table::disassociate,
        "ReplaceRouteTableAssociation" => route_table::replace_association,
        "CreateRoute" => route::create,
        "ReplaceRoute" => route::replace,
        "DeleteRoute" => route::delete,
        "AllocateAddress" => address::allocate,
        "DescribeAddresses" => address::describe,
        "ReleaseAddress" => address::release,
        "AssociateAddress" => address::associate,
        "DisassociateAddress" => address::disassociate,
        "CreateNatGateway" => nat_gateway::create,
        "DescribeNatGateways" => nat_gateway::describe,
        "DeleteNatGateway" => nat_gateway::delete,
        "CreateSecurityGroup" => security_group::create,
        "DescribeSecurityGroups" => security_group::describe,
        "DeleteSecurityGroup" => security_group::delete,
        "DescribeSecurityGroupRules" => security_group_access::describe_rules,
        "AuthorizeSecurityGroupIngress" => security_group_access::authorize_ingress,
        "AuthorizeSecurityGroupEgress" => security_group_access::authorize_egress,
        "RevokeSecurityGroupIngress" => security_group_access::revoke_ingress,
        "RevokeSecurityGroupEgress" => security_group_access::revoke_egress,
        "DescribeNetworkInterfaces" => interface::describe,
        _ => return None,
    })
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    let State {
        vpcs,
        subnets,
        internet_gateways,
        route_tables,
        addresses,
        nat_gateways,
        security_groups,
        interfaces,
        launch_templates,
        instances,
        client_tokens: _,
        public_addresses_drawn: _,
    } = state;
    vpcs.items()
        .chain(subnets.items())
        .chain(internet_gateways.items())
        .chain(route_tables.items())
        .chain(addresses.items())
        .chain(nat_gateways.items())
        .chain(security_groups.items())
        .chain(interfaces.items())
        .chain(launch_templates.items())
        .chain(instances.items())
        .collect()
}
