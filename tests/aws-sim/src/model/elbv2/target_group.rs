//! One target group: what it is and how it is shown.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::{Display, EnumString, VariantNames};

use super::attribute::Attributes;
use super::health_check::{HealthCheck, Subject};
use super::protocol::Protocol;
use super::target::Target;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Where requests go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TargetGroup {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) protocol: Protocol,
    /// Of HTTP and HTTPS only.
    pub(super) version: Option<Version>,
    pub(super) port: i64,
    pub(super) vpc_id: String,
    pub(super) target_type: TargetType,
    pub(super) health_check: HealthCheck,
    pub(super) attributes: Attributes,
    /// By id and port, in the order of registration.
    pub(super) targets: IndexMap<String, Target>,
    /// ARN of the load balancer whose listeners or rules forward here; kept by `association`.
    pub(super) load_balancer: Option<String>,
    pub(super) tags: Tags,
}

/// What targets are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum TargetType {
    Instance,
    Ip,
    /// A load balancer behind another.
    Alb,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, VariantNames)]
pub(super) enum Version {
    #[strum(serialize = "HTTP1")]
    Http1,
    #[strum(serialize = "HTTP2")]
    Http2,
    #[strum(serialize = "GRPC")]
    Grpc,
}

impl TargetGroup {
    /// Whether creating `other` would make nothing else than what is there.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.protocol == other.protocol
            && self.version == other.version
            && self.port == other.port
            && self.vpc_id == other.vpc_id
            && self.target_type == other.target_type
            && self.health_check == other.health_check
            && self.tags == other.tags
    }

    /// What of it decides about its health checks.
    pub(super) fn subject(&self) -> Subject {
        let is_grpc = self.version == Some(Version::Grpc);
        Subject { protocol: self.protocol, target_type: self.target_type, is_grpc }
    }

    pub(super) fn item(&self) -> Item {
        let state = if self.load_balancer.is_some() { "in-use" } else { "unused" };
        let item = Item::new("elbv2", "target_groups", &self.arn, &self.tags, state).named(&self.name);
        item.with("vpc_id", self.vpc_id.as_str()).with("targets", self.targets.keys().cloned().collect::<Vec<_>>())
    }

    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroup.html>
    pub(super) fn render(&self) -> Value {
        let mut tree = json!({
            "TargetGroupArn": self.arn,
            "TargetGroupName": self.name,
            "Protocol": self.protocol.to_string(),
            "ProtocolVersion": self.version.map(|version| version.to_string()),
            "Port": self.port,
            "VpcId": self.vpc_id,
            "LoadBalancerArns": self.load_balancer.iter().collect::<Vec<_>>(),
            "TargetType": self.target_type.to_string(),
            "IpAddressType": "ipv4",
        });
        if let Some(members) = tree.as_object_mut() {
            self.health_check.render_into(members);
        }
        tree
    }
}
