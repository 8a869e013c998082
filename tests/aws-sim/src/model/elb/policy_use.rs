//! Which policies listeners and back ends use.

use serde_json::Value;

use super::load_balancer::LoadBalancer;
use super::policy::Kind;
use super::policy_calls::not_found;
use super::{conflicting, invalid};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// The policies that are named replace those before.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_SetLoadBalancerPoliciesOfListener.html>
pub(super) fn of_listener(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let balancer = context.region().elb.named_mut(input)?;
    let port = input.required_int("LoadBalancerPort")?;
    let (names, kinds) = named(balancer, input)?;
    let listener = balancer.listeners.get_mut(&port).ok_or_else(|| no_listener(&balancer.name, port))?;
    for kind in &kinds {
        let fits = match kind {
            Kind::AppCookie | Kind::BalancerCookie => listener.understands_http(),
            Kind::SslNegotiation => listener.is_secure(),
            Kind::BackendAuthentication | Kind::PublicKey | Kind::ProxyProtocol => false,
        };
        if !fits {
            return Err(conflicting(format!(
                "A policy of type {kind} cannot be enabled on the listener of port {port}"
            )));
        }
    }
    let several = |of: fn(&Kind) -> bool| kinds.iter().filter(|kind| of(kind)).count() > 1;
    if several(|kind| kind.is_stickiness()) || several(|kind| *kind == Kind::SslNegotiation) {
        return Err(conflicting("Only one policy of a kind can be enabled on a listener"));
    }
    listener.policies = names;
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_SetLoadBalancerPoliciesForBackendServer.html>
pub(super) fn of_backend(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let balancer = context.region().elb.named_mut(input)?;
    let port = input.required_int("InstancePort")?;
    let (names, kinds) = named(balancer, input)?;
    if !balancer.listeners.values().any(|listener| listener.instance_port == port) {
        return Err(conflicting(format!("There is no listener with instance port {port}")));
    }
    if let Some(kind) = kinds.iter().find(|kind| !kind.is_of_backends()) {
        return Err(conflicting(format!("A policy of type {kind} cannot be enabled on back-end servers")));
    }
    if names.is_empty() {
        balancer.backends.remove(&port);
    } else {
        balancer.backends.insert(port, names);
    }
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_SetLoadBalancerListenerSSLCertificate.html>
pub(super) fn set_certificate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (port, certificate) = (input.required_int("LoadBalancerPort")?, input.required("SSLCertificateId")?);
    let balancer = context.region().elb.named(input)?;
    let listener = balancer.listeners.get(&port).ok_or_else(|| no_listener(&balancer.name, port))?;
    if !listener.is_secure() {
        return Err(conflicting(format!("The listener of port {port} is not secure and has no certificate")));
    }
    super::listener::check_certificate(context, certificate)?;
    let balancer = context.region().elb.named_mut(input)?;
    if let Some(listener) = balancer.listeners.get_mut(&port) {
        listener.certificate = Some(certificate.to_owned());
    }
    Ok(Value::Null)
}

/// The policies that a call names, and their kinds.
fn named(balancer: &LoadBalancer, input: &Input<'_>) -> Result<(Vec<String>, Vec<Kind>), AwsError> {
    let names = input.strings("PolicyNames");
    let kind = |name: &String| {
        let policy = balancer.policies.get(name);
        policy.map(|policy| policy.kind).ok_or_else(|| not_found(name, &balancer.name))
    };
    let kinds = names.iter().map(kind).collect::<Result<_, _>>()?;
    if names.iter().enumerate().any(|(place, name)| names[..place].contains(name)) {
        return Err(invalid("A policy name was specified more than once"));
    }
    Ok((names, kinds))
}

fn no_listener(balancer: &str, port: i64) -> AwsError {
    AwsError::new("ListenerNotFound", format!("There is no listener for port {port} of load balancer {balancer}"))
}
