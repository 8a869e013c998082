//! Listeners: a port of the load balancer, and the port of the instances that it leads to.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::policy::{DEFAULT_NEGOTIATION, Policy};
use super::{account_limits, invalid};
use crate::model::acm;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// A port that is listened on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Listener {
    port: i64,
    protocol: Protocol,
    pub(super) instance_port: i64,
    instance_protocol: Protocol,
    pub(super) certificate: Option<String>,
    /// Names of the policies that are enabled on it.
    pub(super) policies: Vec<String>,
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-listener-config.html>
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, serde::Serialize, serde::Deserialize,
)]
#[strum(serialize_all = "UPPERCASE", ascii_case_insensitive)]
enum Protocol {
    Http,
    Https,
    Tcp,
    Ssl,
}

impl Protocol {
    fn read(text: &str) -> Result<Self, AwsError> {
        text.parse().map_err(|_| {
            let message = format!("Listener protocol '{text}' must be one of HTTP, HTTPS, TCP, SSL");
            AwsError::new("UnsupportedProtocol", message)
        })
    }

    fn is_secure(self) -> bool {
        matches!(self, Self::Https | Self::Ssl)
    }

    /// The layer at which requests are understood.
    fn layer(self) -> u8 {
        match self {
            Self::Http | Self::Https => 7,
            Self::Tcp | Self::Ssl => 4,
        }
    }
}

impl Listener {
    fn read(input: &Input<'_>) -> Result<Self, AwsError> {
        let protocol = Protocol::read(input.required("Protocol")?)?;
        let default = if protocol.layer() == 7 { Protocol::Http } else { Protocol::Tcp };
        let instance_protocol = input.text("InstanceProtocol").map(Protocol::read).transpose()?.unwrap_or(default);
        if protocol.layer() != instance_protocol.layer() {
            return Err(invalid("Listener protocol and instance protocol must be of the same layer"));
        }
        let certificate = input.text("SSLCertificateId").filter(|id| !id.is_empty()).map(str::to_owned);
        if protocol.is_secure() && certificate.is_none() {
            return Err(invalid("Secure Listeners need to specify a SSLCertificateId"));
        }
        let (port, instance_port) = (input.required_int("LoadBalancerPort")?, input.required_int("InstancePort")?);
        for (name, number) in [("LoadBalancerPort", port), ("InstancePort", instance_port)] {
            if !(1..=65_535).contains(&number) {
                return Err(invalid(format!("{name} must be between 1 and 65535, but is {number}")));
            }
        }
        let policies = if protocol.is_secure() { vec![DEFAULT_NEGOTIATION.to_owned()] } else { Vec::new() };
        Ok(Self { port, protocol, instance_port, instance_protocol, certificate, policies })
    }

    pub(super) fn understands_http(&self) -> bool {
        self.protocol.layer() == 7
    }

    pub(super) fn is_secure(&self) -> bool {
        self.protocol.is_secure()
    }

    /// Whether it listens alike; its policies may have been changed since.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let policies = other.policies.clone();
        Self { policies, ..self.clone() } == *other
    }

    pub(super) fn render(&self) -> Value {
        let (protocol, instance_protocol): (&str, &str) = (self.protocol.into(), self.instance_protocol.into());
        json!({
            "Listener": {
                "Protocol": protocol,
                "LoadBalancerPort": self.port,
                "InstanceProtocol": instance_protocol,
                "InstancePort": self.instance_port,
                "SSLCertificateId": self.certificate,
            },
            "PolicyNames": self.policies,
        })
    }
}

/// Adds the listeners of a call. One that is there already is no error if it is the same.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancerListeners.html>
pub(super) fn add_all(
    listeners: &mut BTreeMap<i64, Listener>,
    input: &Input<'_>,
    load_balancer: &str,
) -> Result<(), AwsError> {
    let given = input.parts("Listeners");
    if given.is_empty() {
        return Err(invalid("Listeners must have at least one entry"));
    }
    for part in given {
        let listener = Listener::read(&part)?;
        let port = listener.port;
        if listeners.get(&port).is_some_and(|before| !before.is_like(&listener)) {
            let message = format!(
                "A listener already exists for {load_balancer} with LoadBalancerPort {port}, but with a different \
                 InstancePort, Protocol, or SSLCertificateId"
            );
            return Err(AwsError::new("DuplicateListener", message));
        }
        listeners.entry(port).or_insert(listener);
    }
    Ok(())
}

/// Whether the certificates that a call names for its listeners exist.
pub(super) fn check_certificates(context: &mut Context<'_>, input: &Input<'_>) -> Result<(), AwsError> {
    let listeners = input.parts("Listeners");
    let mut named = listeners.iter().filter_map(|part| part.text("SSLCertificateId").filter(|id| !id.is_empty()));
    named.try_for_each(|id| check_certificate(context, id))
}

/// Whether a certificate exists and is issued.
pub(super) fn check_certificate(context: &mut Context<'_>, id: &str) -> Result<(), AwsError> {
    if super::certificate_state(context, id) == acm::Usability::Usable {
        return Ok(());
    }
    Err(AwsError::new("CertificateNotFound", format!("Server Certificate not found for the key: {id}")))
}

/// The policies that listeners have without being told so.
pub(super) fn default_policies(listeners: &BTreeMap<i64, Listener>) -> IndexMap<String, Policy> {
    let secure = listeners.values().any(Listener::is_secure);
    let policy = secure.then(|| (DEFAULT_NEGOTIATION.to_owned(), Policy::sample(DEFAULT_NEGOTIATION)));
    policy.into_iter().collect()
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    check_certificates(context, input)?;
    let balancer = context.region().elb.named_mut(input)?;
    let mut listeners = balancer.listeners.clone();
    add_all(&mut listeners, input, &balancer.name)?;
    account_limits::check_listeners(listeners.len())?;
    for (name, policy) in default_policies(&listeners) {
        balancer.policies.entry(name).or_insert(policy);
    }
    balancer.listeners = listeners;
    Ok(Value::Null)
}

/// Ports without a listener are no error.
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let balancer = context.region().elb.named_mut(input)?;
    let ports: Vec<i64> = input.texts("LoadBalancerPorts").into_iter().filter_map(|port| port.parse().ok()).collect();
    balancer.listeners.retain(|port, _| !ports.contains(port));
    Ok(Value::Null)
}
