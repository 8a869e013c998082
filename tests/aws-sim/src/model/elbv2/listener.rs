//! One listener: what it is and how it is shown.

use serde_json::{Value, json};

use super::State;
use super::action::Action;
use super::attribute::Attributes;
use super::protocol::Protocol;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A port that a load balancer listens on.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Listener {
    pub(super) arn: String,
    pub(super) load_balancer: String,
    pub(super) port: i64,
    pub(super) protocol: Protocol,
    /// Of secure listeners only.
    pub(super) ssl_policy: Option<String>,
    /// ARNs; the first is the default.
    pub(super) certificates: Vec<String>,
    pub(super) alpn_policy: Option<String>,
    /// The default rule's.
    pub(super) actions: Vec<Action>,
    /// ARN of the default rule.
    pub(super) default_rule: String,
    pub(super) attributes: Attributes,
    pub(super) tags: Tags,
}

impl Listener {
    /// Whether creating `other` would make nothing else than what is there.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.protocol == other.protocol
            && self.ssl_policy == other.ssl_policy
            && self.certificates.first() == other.certificates.first()
            && self.alpn_policy == other.alpn_policy
            && self.actions == other.actions
            && self.tags == other.tags
    }

    pub(super) fn item(&self) -> Item {
        let item = Item::new("elbv2", "listeners", &self.arn, &self.tags, "active");
        item.with("port", self.port).with("protocol", self.protocol.to_string())
    }

    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Listener.html>
    pub(super) fn render(&self) -> Value {
        let mut tree = json!({
            "ListenerArn": self.arn,
            "LoadBalancerArn": self.load_balancer,
            "Port": self.port,
            "Protocol": self.protocol.to_string(),
            "SslPolicy": self.ssl_policy,
            "DefaultActions": self.actions.iter().map(Action::render).collect::<Vec<_>>(),
        });
        if let Some(first) = self.certificates.first() {
            tree["Certificates"] = json!([{ "CertificateArn": first }]);
        }
        if let Some(policy) = &self.alpn_policy {
            tree["AlpnPolicy"] = json!([policy]);
        }
        if self.protocol == Protocol::Https {
            tree["MutualAuthentication"] = json!({"Mode": "off"});
        }
        tree
    }

    /// As DescribeRules shows the default rule.
    pub(super) fn render_default_rule(&self) -> Value {
        json!({
            "RuleArn": self.default_rule,
            "Priority": "default",
            "Conditions": [],
            "Actions": self.actions.iter().map(Action::render).collect::<Vec<_>>(),
            "IsDefault": true,
        })
    }
}

impl State {
    /// The listener that an ARN names, by itself or by its default rule.
    pub(super) fn listener_of_default_rule(&self, arn: &str) -> Option<&Listener> {
        if let Some(listener) = self.listeners.get(arn) {
            return Some(listener);
        }
        let (path, _) = arn.rsplit_once('/')?;
        let listener = self.listeners.get(&path.replacen(":listener-rule/", ":listener/", 1))?;
        (listener.default_rule == arn).then_some(listener)
    }
}
