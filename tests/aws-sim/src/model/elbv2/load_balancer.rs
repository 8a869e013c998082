//! One load balancer: what it is and how it is shown.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::{Display, EnumString, VariantNames};

use super::attribute::Attributes;
use super::capacity_reservation::CapacityReservation;
use super::network::Network;
use crate::model::clock::{Moment, iso};
use crate::model::inventory::Item;
use crate::model::tags::Tags;
use crate::model::{ec2, elb};

/// An application or a network load balancer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LoadBalancer {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) dns_name: String,
    pub(super) kind: Kind,
    pub(super) internal: bool,
    pub(super) network: Network,
    /// False while it is being provisioned.
    pub(super) is_active: bool,
    pub(super) attributes: Attributes,
    #[serde(default)]
    pub(super) capacity: CapacityReservation,
    /// ARNs of the target groups that its listeners and rules forward to; kept by `association`.
    pub(super) target_groups: BTreeSet<String>,
    pub(super) created: Moment,
    pub(super) tags: Tags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Kind {
    Application,
    Network,
}

impl Kind {
    /// As ARNs have it.
    pub(super) fn short(self) -> &'static str {
        match self {
            Self::Application => "app",
            Self::Network => "net",
        }
    }
}

impl LoadBalancer {
    /// Whether creating `other` would make nothing else than what is there.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.internal == other.internal
            && self.network.is_like(&other.network)
            && self.tags == other.tags
    }

    /// The hosted zone that its name is in, in regions where that is known.
    pub(super) fn zone_id(&self, region: &str) -> Option<&'static str> {
        match self.kind {
            Kind::Application => elb::zone_id::of(region),
            Kind::Network => elb::zone_id::of_network(region),
        }
    }

    /// `app/name/0123456789abcdef`, as target groups, metrics and the descriptions of interfaces have it.
    pub(super) fn path(&self) -> &str {
        self.arn.split_once(":loadbalancer/").map_or(self.arn.as_str(), |(_, path)| path)
    }

    pub(super) fn item(&self) -> Item {
        let item = Item::new("elbv2", "load_balancers", &self.arn, &self.tags, self.state()).named(&self.name);
        item.with("type", self.kind.to_string())
            .with("vpc_id", self.network.vpc_id.as_str())
            .with("scheme", self.scheme())
            .with("dns_name", self.dns_name.as_str())
    }

    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancer.html>
    pub(super) fn render(&self, region: &str, ec2: &ec2::State) -> Value {
        let groups = &self.network.groups;
        let mut tree = json!({
            "LoadBalancerArn": self.arn,
            "DNSName": self.dns_name,
            "CanonicalHostedZoneId": self.zone_id(region),
            "CreatedTime": iso(self.created),
            "LoadBalancerName": self.name,
            "Scheme": self.scheme(),
            "VpcId": self.network.vpc_id,
            "State": {"Code": self.state()},
            "Type": self.kind.to_string(),
            "AvailabilityZones": self.network.render_zones(ec2),
            "IpAddressType": self.network.address_type.to_string(),
        });
        if !groups.is_empty() {
            tree["SecurityGroups"] = json!(groups);
        }
        if self.kind == Kind::Network && !groups.is_empty() {
            tree["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] = self.network.private_link_rules().into();
        }
        tree
    }

    fn state(&self) -> &'static str {
        if self.is_active { "active" } else { "provisioning" }
    }

    fn scheme(&self) -> &'static str {
        if self.internal { "internal" } else { "internet-facing" }
    }
}
