//! One load balancer: what it is and how it is shown.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::attributes::Attributes;
use super::health_check::HealthCheck;
use super::listener::Listener;
use super::network::Network;
use super::policy::{Kind, Policy};
use super::registration::Registration;
use super::zone_id;
use crate::model::clock::{Moment, iso};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A classic load balancer.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct LoadBalancer {
    pub(super) name: String,
    pub(super) dns_name: String,
    pub(super) internal: bool,
    pub(super) network: Network,
    /// By the port of the load balancer.
    pub(super) listeners: BTreeMap<i64, Listener>,
    /// By name, in the order in which they were made.
    pub(super) policies: IndexMap<String, Policy>,
    /// The names of policies by the port of the instances.
    pub(super) backends: BTreeMap<i64, Vec<String>>,
    pub(super) health_check: HealthCheck,
    pub(super) attributes: Attributes,
    /// By instance id, in the order of registration.
    pub(super) instances: IndexMap<String, Registration>,
    /// Its network interfaces, one a subnet.
    pub(super) interfaces: Vec<String>,
    pub(super) created: Moment,
    pub(super) tags: Tags,
}

impl LoadBalancer {
    /// Whether creating `other` would make nothing else than what is there.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.internal == other.internal
            && self.network == other.network
            && self.listens_like(other)
            && self.tags == other.tags
    }

    fn listens_like(&self, other: &Self) -> bool {
        let mut pairs = self.listeners.values().zip(other.listeners.values());
        self.listeners.len() == other.listeners.len() && pairs.all(|(one, other)| one.is_like(other))
    }

    pub(super) fn item(&self) -> Item {
        let item = Item::new("elasticloadbalancing", "load_balancers", &self.name, &self.tags, "active");
        item.named(&self.name)
            .with("vpc_id", self.network.vpc_id.as_str())
            .with("scheme", self.scheme())
            .with("dns_name", self.dns_name.as_str())
            .with("instances", self.instances.keys().cloned().collect::<Vec<_>>())
    }

    /// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_LoadBalancerDescription.html>
    pub(super) fn render(&self, region: &str, owner: &str) -> Value {
        let instances: Vec<Value> = self.instances.keys().map(|id| json!({ "InstanceId": id })).collect();
        json!({
            "LoadBalancerName": self.name,
            "DNSName": self.dns_name,
            "CanonicalHostedZoneName": self.dns_name,
            "CanonicalHostedZoneNameID": zone_id::of(region),
            "ListenerDescriptions": self.listeners.values().map(Listener::render).collect::<Vec<_>>(),
            "Policies": self.render_policies(),
            "BackendServerDescriptions": self.render_backends(),
            "AvailabilityZones": self.network.zones(),
            "Subnets": self.network.subnet_ids(),
            "VPCId": self.network.vpc_id,
            "Instances": instances,
            "HealthCheck": self.health_check.render(),
            "SourceSecurityGroup": {"OwnerAlias": owner, "GroupName": self.network.source_group()},
            "SecurityGroups": self.network.group_ids(),
            "CreatedTime": iso(self.created),
            "Scheme": self.scheme(),
        })
    }

    fn render_policies(&self) -> Value {
        let of = |wanted: Kind| self.policies.values().filter(move |policy| policy.kind == wanted);
        let (cookie, period) = ("CookieName", "CookieExpirationPeriod");
        let application =
            of(Kind::AppCookie).map(|it| json!({"PolicyName": it.name, "CookieName": it.attribute(cookie)}));
        let own = of(Kind::BalancerCookie)
            .map(|it| json!({"PolicyName": it.name, "CookieExpirationPeriod": it.attribute(period)}));
        let others = self.policies.values().filter(|policy| !policy.kind.is_stickiness());
        json!({
            "AppCookieStickinessPolicies": application.collect::<Vec<_>>(),
            "LBCookieStickinessPolicies": own.collect::<Vec<_>>(),
            "OtherPolicies": others.map(|policy| policy.name.as_str()).collect::<Vec<_>>(),
        })
    }

    fn render_backends(&self) -> Value {
        self.backends.iter().map(|(port, names)| json!({"InstancePort": port, "PolicyNames": names})).collect()
    }

    fn scheme(&self) -> &'static str {
        if self.internal { "internal" } else { "internet-facing" }
    }
}
