//! VPC endpoints: ways to services that do not lead through the internet. The calls are in `endpoint_calls`.
//!
//! A gateway endpoint is routes to a prefix list; an interface endpoint is a network interface in each of its subnets.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::interface::Interface;
use super::table::{Kind, Resource, identified, one};
use super::{Event, State, interface, interface_view, route_table, tagging};
use crate::model::clock::{Moment, iso};
use crate::model::context::{Context, Place};
use crate::model::inventory::Item;
use crate::model::tags::Tags;
use crate::model::{event, timing};

/// The port that AWS's services listen on.
const HTTPS: i64 = 443;

/// One endpoint.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Endpoint {
    pub(super) id: String,
    pub(super) vpc_id: String,
    pub(super) service_name: String,
    pub(super) kind: EndpointType,
    pub(super) stage: Stage,
    pub(super) policy: String,
    pub(super) route_table_ids: Vec<String>,
    /// Interfaces by subnet.
    pub(super) interfaces: BTreeMap<String, String>,
    pub(super) groups: Vec<String>,
    /// The name that is answered in the VPC, if it is.
    pub(super) private_dns_name: Option<String>,
    pub(super) created: Moment,
    pub(super) tags: Tags,
}

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    serde::Serialize,
    serde::Deserialize,
)]
pub(super) enum EndpointType {
    Gateway,
    Interface,
}

/// Where in its life an endpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Stage {
    Pending,
    Available,
    Deleting,
    Deleted,
}

impl Resource for Endpoint {
    const KIND: Kind = Kind {
        plural: "vpc_endpoints",
        tag_type: "vpc-endpoint",
        ids: "VpcEndpointId",
        set: "vpcEndpointSet",
        not_found: ("InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id"),
    };
    identified!(id);

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        match filter {
            "vpc-endpoint-id" => one(&self.id),
            "vpc-endpoint-type" => one(self.kind),
            "vpc-endpoint-state" => one(self.state()),
            "vpc-id" => one(&self.vpc_id),
            "service-name" => one(&self.service_name),
            "ip-address-type" => one("ipv4"),
            _ => None,
        }
    }

    fn state(&self) -> &'static str {
        self.stage.into()
    }

    fn is_gone(&self) -> bool {
        self.stage == Stage::Deleted
    }

    fn inventory(&self, item: Item) -> Item {
        item.with("vpc_id", self.vpc_id.as_str()).with("service_name", self.service_name.as_str())
    }
}

impl State {
    /// Whether an interface reaches a service of AWS by an endpoint in its VPC: by a route to a gateway endpoint, or
    /// under the service's usual name.
    pub(crate) fn reaches_by_endpoint(&self, from: &Interface, service_name: &str) -> bool {
        let mut endpoints = self.vpc_endpoints.values().filter(|endpoint| {
            endpoint.vpc_id == from.vpc_id
                && endpoint.service_name == service_name
                && endpoint.stage == Stage::Available
        });
        endpoints.any(|endpoint| match endpoint.kind {
            EndpointType::Gateway => route_table::of_subnet(self, &from.subnet_id, &from.vpc_id)
                .is_some_and(|table| endpoint.route_table_ids.contains(&table.id)),
            EndpointType::Interface => {
                let mut ends = endpoint.interfaces.values().filter_map(|id| self.interfaces.get(id));
                endpoint.private_dns_name.is_some() && ends.any(|to| self.lets_through(from, to, HTTPS))
            }
        })
    }
}

pub(super) fn become_available(context: &mut Context<'_>, id: &str) {
    let endpoint = context.region().ec2.vpc_endpoints.get_mut(id);
    if let Some(endpoint) = endpoint.filter(|endpoint| endpoint.stage == Stage::Pending) {
        endpoint.stage = Stage::Available;
    }
}

pub(super) fn become_deleted(context: &mut Context<'_>, id: &str) {
    let Some(endpoint) = context.region().ec2.vpc_endpoints.get_mut(id) else { return };
    endpoint.stage = Stage::Deleted;
    let interfaces = std::mem::take(&mut endpoint.interfaces);
    interfaces.values().for_each(|id| interface::delete_managed_interface(context, id));
    context.schedule(timing::DELETED_ENDPOINT_DESCRIBED, event::Event::Ec2(Event::EndpointForgotten(id.to_owned())));
}

/// Hexadecimal digits that are the same for the same text, as AWS's ids have them.
pub(super) fn digits(text: &str) -> String {
    hex::encode(Sha256::digest(text))[..17].to_owned()
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html>
pub(super) fn render(ec2: &State, endpoint: &Endpoint, place: &Place) -> Value {
    let is_interface = endpoint.kind == EndpointType::Interface;
    let subnets: Vec<&String> = endpoint.interfaces.keys().collect();
    let interfaces: Vec<&String> = endpoint.interfaces.values().collect();
    json!({
        "vpcEndpointId": endpoint.id,
        "vpcEndpointType": endpoint.kind.to_string(),
        "vpcId": endpoint.vpc_id,
        "serviceName": endpoint.service_name,
        "serviceRegion": &*place.region,
        "state": endpoint.state(),
        "policyDocument": endpoint.policy,
        "routeTableIdSet": endpoint.route_table_ids,
        "subnetIdSet": subnets,
        "groupSet": interface_view::group_set(ec2, &endpoint.groups),
        "ipAddressType": is_interface.then_some("ipv4"),
        "dnsOptions": is_interface.then(|| json!({"dnsRecordIpType": "ipv4"})),
        "privateDnsEnabled": endpoint.private_dns_name.is_some(),
        "requesterManaged": false,
        "networkInterfaceIdSet": interfaces,
        "dnsEntrySet": dns_entries(ec2, endpoint, &place.region),
        "creationTimestamp": iso(endpoint.created),
        "ownerId": &*place.account,
        "tagSet": tagging::tag_set(&endpoint.tags),
    })
}

/// The names of an interface endpoint: one for all zones, one for each, and the private one.
fn dns_entries(ec2: &State, endpoint: &Endpoint, region: &str) -> Vec<Value> {
    if endpoint.kind == EndpointType::Gateway {
        return Vec::new();
    }
    let short = endpoint.service_name.rsplit(&format!("{region}.")).next().unwrap_or_default();
    let first = format!("{}-{}", endpoint.id, &digits(&endpoint.id)[..8]);
    let zones = endpoint.interfaces.values().filter_map(|id| Some(ec2.interfaces.get(id)?.zone.as_str()));
    let mut names = vec![format!("{first}.{short}.{region}.vpce.amazonaws.com")];
    names.extend(zones.map(|zone| format!("{first}-{zone}.{short}.{region}.vpce.amazonaws.com")));
    let mut entries: Vec<Value> =
        names.into_iter().map(|name| json!({"dnsName": name, "hostedZoneId": zone_id(region)})).collect();
    if let Some(name) = &endpoint.private_dns_name {
        entries.push(json!({"dnsName": name, "hostedZoneId": zone_id(&endpoint.id)}));
    }
    entries
}

fn zone_id(of: &str) -> String {
    format!("Z{}", digits(of)[..13].to_ascii_uppercase())
}
