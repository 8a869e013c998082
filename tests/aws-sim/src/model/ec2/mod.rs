//! EC2: networks and instances. One file a resource: its fields, its filters, its calls.

pub(crate) mod address;
mod call;
pub(crate) mod catalogue;
mod default_vpc;
mod describing;
mod dhcp_options;
pub(crate) mod ecs_agent;
mod egress_only_gateway;
mod endpoint;
mod endpoint_calls;
mod endpoint_service;
mod filter;
pub(crate) mod image;
pub(crate) mod instance;
mod instance_attribute;
mod instance_options;
mod instance_power;
mod instance_report;
pub(crate) mod instance_type;
mod instance_view;
pub(crate) mod interface;
mod interface_calls;
pub(crate) mod interface_view;
mod internet_gateway;
mod key_pair;
pub(crate) mod launch;
mod launch_card;
pub(crate) mod launch_template;
mod launch_template_version;
mod malformed;
mod nat_gateway;
mod network_acl;
mod network_acl_entry;
mod news;
mod operations;
mod permission;
mod prefix_list;
mod published;
mod quota;
mod route;
mod route_calls;
pub(crate) mod route_table;
mod security_group;
mod security_group_access;
mod security_group_rule;
mod security_group_rules;
mod subnet;
mod table;
mod tagging;
mod volume;
mod vpc;
mod vpc_cidr;

use std::collections::BTreeMap;

pub(crate) use operations::handler;
use table::Table;

use super::context::Context;
use super::inventory::Item;

/// What EC2 has in one region.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    pub(crate) vpcs: Table<vpc::Vpc>,
    pub(crate) subnets: Table<subnet::Subnet>,
    network_acls: Table<network_acl::NetworkAcl>,
    dhcp_options: Table<dhcp_options::DhcpOptions>,
    pub(crate) internet_gateways: Table<internet_gateway::InternetGateway>,
    egress_only_gateways: Table<egress_only_gateway::EgressOnlyGateway>,
    pub(crate) route_tables: Table<route_table::RouteTable>,
    pub(crate) addresses: Table<address::Address>,
    pub(crate) nat_gateways: Table<nat_gateway::NatGateway>,
    vpc_endpoints: Table<endpoint::Endpoint>,
    pub(crate) security_groups: Table<security_group::SecurityGroup>,
    pub(crate) interfaces: Table<interface::Interface>,
    pub(crate) launch_templates: Table<launch_template::LaunchTemplate>,
    key_pairs: Table<key_pair::KeyPair>,
    pub(crate) instances: Table<instance::Instance>,
    volumes: Table<volume::Volume>,
    /// By operation and client token: what the call with that token made.
    client_tokens: BTreeMap<String, call::Remembered>,
    quotas: quota::Quotas,
    public_addresses_drawn: u32,
    ipv6_blocks_drawn: u32,
}

/// What happens by itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Event {
    InstanceRunning(String),
    InstanceStopped(String),
    InstanceTerminated(String),
    InstanceForgotten(String),
    AgentStarts(String),
    NatGatewayReady(String),
    NatGatewayDeleted(String),
    NatGatewayForgotten(String),
    EndpointAvailable(String),
    EndpointDeleted(String),
    EndpointForgotten(String),
}

/// Lets an event happen.
pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::InstanceRunning(id) => instance::become_running(context, &id),
        Event::InstanceStopped(id) => instance_power::become_stopped(context, &id),
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
        Event::EndpointAvailable(id) => endpoint::become_available(context, &id),
        Event::EndpointDeleted(id) => endpoint::become_deleted(context, &id),
        Event::EndpointForgotten(id) => {
            context.region().ec2.vpc_endpoints.remove(&id);
        }
    }
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    let State {
        vpcs,
        subnets,
        network_acls,
        dhcp_options,
        internet_gateways,
        egress_only_gateways,
        route_tables,
        addresses,
        nat_gateways,
        vpc_endpoints,
        security_groups,
        interfaces,
        launch_templates,
        key_pairs,
        instances,
        volumes,
        client_tokens: _,
        quotas: _,
        public_addresses_drawn: _,
        ipv6_blocks_drawn: _,
    } = state;
    vpcs.items()
        .chain(subnets.items())
        .chain(network_acls.items())
        .chain(dhcp_options.items())
        .chain(internet_gateways.items())
        .chain(egress_only_gateways.items())
        .chain(route_tables.items())
        .chain(addresses.items())
        .chain(nat_gateways.items())
        .chain(vpc_endpoints.items())
        .chain(security_groups.items())
        .chain(interfaces.items())
        .chain(launch_templates.items())
        .chain(key_pairs.items())
        .chain(instances.items())
        .chain(volumes.items())
        .collect()
}
