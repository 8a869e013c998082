//! Policies of load balancers: their kinds, and one of them.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancerPolicy.html>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::{Display, EnumString, VariantArray};

use super::conflicting;
use crate::model::elbv2;
use crate::model::error::AwsError;

/// What a secure listener gets that is told no other.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-table.html>
pub(super) const DEFAULT_NEGOTIATION: &str = "ELBSecurityPolicy-2016-08";
/// The attribute of a negotiation policy that takes all others from one of AWS's own.
const REFERENCE: &str = "Reference-Security-Policy";
/// AWS's own negotiation policies that load balancers may refer to.
pub(super) const SAMPLES: [&str; 3] =
    [DEFAULT_NEGOTIATION, "ELBSecurityPolicy-TLS-1-2-2017-01", "ELBSecurityPolicy-TLS-1-1-2017-01"];

/// A named setting of a load balancer that listeners or back ends use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Name and value, in the order in which they came.
    pub(super) attributes: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, VariantArray)]
pub(super) enum Kind {
    #[strum(serialize = "SSLNegotiationPolicyType")]
    SslNegotiation,
    #[strum(serialize = "BackendServerAuthenticationPolicyType")]
    BackendAuthentication,
    #[strum(serialize = "PublicKeyPolicyType")]
    PublicKey,
    #[strum(serialize = "ProxyProtocolPolicyType")]
    ProxyProtocol,
    #[strum(serialize = "AppCookieStickinessPolicyType")]
    AppCookie,
    #[strum(serialize = "LBCookieStickinessPolicyType")]
    BalancerCookie,
}

impl Kind {
    fn description(self) -> &'static str {
        match self {
            Self::SslNegotiation => {
                "Listener policy that defines the ciphers and protocols that will be accepted by the load balancer. This \
                 policy can be associated only with HTTPS/SSL listeners."
            }
            Self::BackendAuthentication => {
                "Policy that controls authentication to back-end server(s) and contains one or more policies, such as an \
                 instance of a PublicKeyPolicyType. This policy can be associated only with back-end servers that are \
                 using HTTPS/SSL."
            }
            Self::PublicKey => {
                "Policy containing a list of public keys to accept when authenticating the back-end server(s). This policy \
                 cannot be applied directly to back-end servers or listeners but must be part of a \
                 BackendServerAuthenticationPolicyType."
            }
            Self::ProxyProtocol => {
                "Policy that controls whether to include the IP address and port of the originating request for TCP \
                 messages. This policy operates on TCP/SSL listeners only"
            }
            Self::AppCookie => {
                "Stickiness policy with session lifetimes controlled by the lifetime of the application-generated cookie. \
                 This policy can be associated only with HTTP/HTTPS listeners."
            }
            Self::BalancerCookie => {
                "Stickiness policy with session lifetimes controlled by the browser (user-agent) or a specified expiration \
                 period. This policy can be associated only with HTTP/HTTPS listeners."
            }
        }
    }

    /// The attribute besides protocols and ciphers: its name, type and how often it may be given.
    fn attribute(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::SslNegotiation => (REFERENCE, "String", "ZERO_OR_ONE"),
            Self::BackendAuthentication => ("PublicKeyPolicyName", "PolicyName", "ONE_OR_MORE"),
            Self::PublicKey => ("PublicKey", "String", "ONE"),
            Self::ProxyProtocol => ("ProxyProtocol", "Boolean", "ONE"),
            Self::AppCookie => ("CookieName", "String", "ONE"),
            Self::BalancerCookie => ("CookieExpirationPeriod", "Long", "ZERO_OR_ONE"),
        }
    }

    pub(super) fn is_stickiness(self) -> bool {
        matches!(self, Self::AppCookie | Self::BalancerCookie)
    }

    /// Whether back ends have it; others belong to listeners, or are part of another.
    pub(super) fn is_of_backends(self) -> bool {
        matches!(self, Self::BackendAuthentication | Self::ProxyProtocol)
    }

    /// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_PolicyTypeDescription.html>
    pub(super) fn render(self) -> Value {
        let (name, kind, cardinality) = self.attribute();
        let mut attributes = vec![json!({"AttributeName": name, "AttributeType": kind, "Cardinality": cardinality})];
        if self == Self::SslNegotiation {
            let flags = negotiation(DEFAULT_NEGOTIATION).into_iter().map(|(name, _)| name);
            attributes.extend(
                flags.map(
                    |name| json!({"AttributeName": name, "AttributeType": "Boolean", "Cardinality": "ZERO_OR_ONE"}),
                ),
            );
        }
        json!({
            "PolicyTypeName": self.to_string(),
            "Description": self.description(),
            "PolicyAttributeTypeDescriptions": attributes,
        })
    }
}

impl Policy {
    /// A policy with what its kind adds to the given attributes, checked.
    pub(super) fn new(name: &str, kind: Kind, given: Vec<(String, String)>) -> Result<Self, AwsError> {
        let (needed, value_type, cardinality) = kind.attribute();
        let values: Vec<&str> =
            given.iter().filter(|(name, _)| name == needed).map(|(_, value)| value.as_str()).collect();
        let enough = match cardinality {
            "ONE" => values.len() == 1,
            "ONE_OR_MORE" => !values.is_empty(),
            _ => values.len() <= 1,
        };
        if !enough {
            return Err(conflicting(format!("Policy type {kind} takes {cardinality} attribute {needed}")));
        }
        let good = |value: &&str| match value_type {
            "Boolean" => matches!(*value, "true" | "false"),
            "Long" => value.parse::<u64>().is_ok(),
            _ => !value.is_empty(),
        };
        if let Some(bad) = values.iter().find(|value| !good(value)) {
            return Err(conflicting(format!("Invalid value '{bad}' for attribute {needed} of policy type {kind}")));
        }
        let flags = if kind == Kind::SslNegotiation { negotiation(DEFAULT_NEGOTIATION) } else { Vec::new() };
        let known = |one: &str| one == needed || flags.iter().any(|(flag, _)| flag == one);
        if let Some((unknown, _)) = given.iter().find(|(one, _)| !known(one)) {
            return Err(conflicting(format!("Policy type {kind} has no attribute {unknown}")));
        }
        let attributes = match values.first() {
            Some(reference) if kind == Kind::SslNegotiation => {
                if !SAMPLES.contains(reference) {
                    return Err(conflicting(format!("There is no security policy {reference}")));
                }
                let reference = (REFERENCE.to_owned(), (*reference).to_owned());
                let flags = negotiation(&reference.1);
                std::iter::once(reference).chain(flags).collect()
            }
            Some(_) | None => given,
        };
        Ok(Self { name: name.to_owned(), kind, attributes })
    }

    /// One of AWS's own negotiation policies.
    pub(super) fn sample(name: &str) -> Self {
        Self { name: name.to_owned(), kind: Kind::SslNegotiation, attributes: negotiation(name) }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_PolicyDescription.html>
    pub(super) fn render(&self) -> Value {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(name, value)| json!({"AttributeName": name, "AttributeValue": value}));
        json!({
            "PolicyName": self.name,
            "PolicyTypeName": self.kind.to_string(),
            "PolicyAttributeDescriptions": attributes.collect::<Vec<_>>(),
        })
    }
}

/// Protocols and ciphers, with whether a policy of AWS's takes them.
fn negotiation(name: &str) -> Vec<(String, String)> {
    let taken = elbv2::security_policy(name);
    let all = elbv2::security_policy(DEFAULT_NEGOTIATION);
    let flag = |label: String, item: &str| (label, taken.contains(&item).to_string());
    let order = ("Server-Defined-Cipher-Order".to_owned(), "true".to_owned());
    let (protocols, ciphers): (Vec<&str>, Vec<&str>) = all.into_iter().partition(|item| item.starts_with("TLSv"));
    let protocols = protocols.into_iter().map(|item| flag(format!("Protocol-{item}"), item));
    protocols.chain([order]).chain(ciphers.into_iter().map(|item| flag(item.to_owned(), item))).collect()
}
