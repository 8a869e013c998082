//! Routes: what a table says about a destination.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html>

use std::fmt;

use ipnet::{IpNet, Ipv4Net};
use serde_json::{Value, json};

use super::State;

/// One line of a route table.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Route {
    pub(crate) destination: Destination,
    pub(crate) target: Target,
    origin: Origin,
}

/// What a route is for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Destination {
    Block(IpNet),
    PrefixList(String),
}

/// Where packets are sent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Target {
    Local,
    InternetGateway(String),
    EgressOnlyGateway(String),
    NatGateway(String),
    Interface(String),
    Endpoint(String),
}

/// How a route came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, strum::Display)]
enum Origin {
    CreateRouteTable,
    CreateRoute,
}

impl Destination {
    /// All IPv4 addresses.
    pub(super) fn anywhere() -> Self {
        Self::Block(IpNet::V4(Ipv4Net::default()))
    }

    fn member(&self) -> &'static str {
        match self {
            Self::Block(IpNet::V4(_)) => "destinationCidrBlock",
            Self::Block(IpNet::V6(_)) => "destinationIpv6CidrBlock",
            Self::PrefixList(_) => "destinationPrefixListId",
        }
    }

    pub(super) fn filter(&self) -> &'static str {
        match self {
            Self::Block(IpNet::V4(_)) => "route.destination-cidr-block",
            Self::Block(IpNet::V6(_)) => "route.destination-ipv6-cidr-block",
            Self::PrefixList(_) => "route.destination-prefix-list-id",
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block(block) => block.fmt(f),
            Self::PrefixList(id) => id.fmt(f),
        }
    }
}

impl Route {
    /// A route that was added to a table.
    pub(super) fn new(destination: Destination, target: Target) -> Self {
        Self { destination, target, origin: Origin::CreateRoute }
    }

    pub(super) fn local(block: IpNet) -> Self {
        Self { destination: Destination::Block(block), target: Target::Local, origin: Origin::CreateRouteTable }
    }

    /// Whether it is for every IPv4 address that no other route is for, and leads somewhere.
    pub(crate) fn is_way_out(&self, ec2: &State) -> bool {
        self.destination == Destination::anywhere() && self.is_active(ec2)
    }

    pub(super) fn is_local_by_nature(&self) -> bool {
        self.origin == Origin::CreateRouteTable
    }

    /// A route is a black hole once its target is gone.
    fn is_active(&self, ec2: &State) -> bool {
        match &self.target {
            Target::Local => true,
            Target::InternetGateway(id) => ec2.internet_gateways.get(id).is_some_and(|it| it.vpc_id.is_some()),
            Target::EgressOnlyGateway(id) => ec2.egress_only_gateways.get(id).is_some(),
            Target::NatGateway(id) => {
                ec2.nat_gateways.get(id).is_some_and(super::nat_gateway::NatGateway::is_available)
            }
            Target::Interface(id) => ec2.interfaces.get(id).is_some_and(|it| it.holder.instance_id().is_some()),
            Target::Endpoint(id) => ec2.vpc_endpoints.get(id).is_some(),
        }
    }

    fn state(&self, ec2: &State) -> &'static str {
        if self.is_active(ec2) { "active" } else { "blackhole" }
    }

    pub(super) fn render(&self, ec2: &State, owner: &str) -> Value {
        let mut tree = json!({ self.destination.member(): self.destination.to_string() });
        let (member, id) = match &self.target {
            Target::Local => ("gatewayId", "local"),
            Target::InternetGateway(id) | Target::Endpoint(id) => ("gatewayId", id.as_str()),
            Target::EgressOnlyGateway(id) => ("egressOnlyInternetGatewayId", id.as_str()),
            Target::NatGateway(id) => ("natGatewayId", id.as_str()),
            Target::Interface(id) => ("networkInterfaceId", id.as_str()),
        };
        tree[member] = json!(id);
        if let Target::Interface(id) = &self.target
            && let Some(instance_id) = ec2.interfaces.get(id).and_then(|interface| interface.holder.instance_id())
        {
            tree["instanceId"] = json!(instance_id);
            tree["instanceOwnerId"] = json!(owner);
        }
        tree["origin"] = json!(self.origin.to_string());
        tree["state"] = json!(self.state(ec2));
        tree
    }

    /// The value under a filter of route tables; none if the route has no such value.
    pub(super) fn field(&self, filter: &str) -> Option<String> {
        match (filter, &self.target) {
            ("route.gateway-id", Target::Local) => Some("local".to_owned()),
            ("route.gateway-id", Target::InternetGateway(id) | Target::Endpoint(id))
            | ("route.egress-only-internet-gateway-id", Target::EgressOnlyGateway(id))
            | ("route.nat-gateway-id", Target::NatGateway(id)) => Some(id.clone()),
            ("route.origin", _) => Some(self.origin.to_string()),
            _ => (self.destination.filter() == filter).then(|| self.destination.to_string()),
        }
    }
}
