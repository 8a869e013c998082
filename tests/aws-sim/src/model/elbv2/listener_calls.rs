//! Creating, describing, changing and deleting listeners.

use serde_json::{Value, json};

use super::attribute::Attributes;
use super::listener::Listener;
use super::listing::paged;
use super::load_balancer::{Kind, LoadBalancer};
use super::protocol::Protocol;
use super::{
    State, account_limits, action_checks, association, constraint, invalid, listener_attributes, listener_certificates,
    misconfigured, not_simulated, ssl_policy,
};
use crate::model::context::Context;
use crate::model::elb;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-tls-listener.html>
const ALPN_POLICIES: [&str; 5] = ["HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None"];

/// Repeated with the same settings it answers the same listener.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let balancer_arn = input.required("LoadBalancerArn")?;
    let balancer = context.region().elbv2.load_balancer(balancer_arn)?.clone();
    let port = constraint::number(input, "Port", 1, 65_535)?;
    let port = port.ok_or_else(|| invalid("A listener port must be specified"))?;
    let protocol = input.text("Protocol").ok_or_else(|| invalid("A listener protocol must be specified"))?;
    let protocol = read_protocol(protocol, balancer.kind)?;
    let actions = action_checks::read(input, "DefaultActions", protocol)?;
    let (id, rule) = (context.world.ids.hex(16), context.world.ids.hex(16));
    let arn = format!("{}/{id}", balancer_arn.replacen(":loadbalancer/", ":listener/", 1));
    let mut listener = Listener {
        default_rule: format!("{}/{rule}", arn.replacen(":listener/", ":listener-rule/", 1)),
        arn,
        load_balancer: balancer_arn.to_owned(),
        port,
        protocol,
        ssl_policy: None,
        certificates: Vec::new(),
        alpn_policy: None,
        actions,
        attributes: Attributes::default(),
        tags: elb::read_tags(input)?,
    };
    take_security(context, &mut listener, input)?;
    listener.attributes = listener_attributes::of_new(protocol);
    let state = &mut context.region().elbv2;
    if let Some(before) = rival(state, balancer_arn, &listener) {
        if before.is_like(&listener) {
            return Ok(json!({ "Listeners": [before.render()] }));
        }
        return Err(duplicate(balancer_arn));
    }
    account_limits::check_listeners(state.listeners_of(balancer_arn).count())?;
    association::check(state, &balancer, protocol, &listener.actions)?;
    let answer = json!({ "Listeners": [listener.render()] });
    state.listeners.insert(listener.arn.clone(), listener);
    association::settle(context, balancer_arn);
    Ok(answer)
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListeners.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let state = &context.region().elbv2;
    let (arns, balancer) = (input.texts("ListenerArns"), input.text("LoadBalancerArn"));
    if arns.is_empty() == balancer.is_none() {
        return Err(invalid(if arns.is_empty() {
            "You must specify either listener ARNs or a load balancer ARN"
        } else {
            "Listener ARNs and a load balancer ARN cannot be specified at the same time"
        }));
    }
    let mut rows: Vec<&Listener> = Vec::new();
    for arn in &arns {
        let missing = || AwsError::new("ListenerNotFound", "One or more listeners not found");
        rows.push(state.listeners.get(*arn).ok_or_else(missing)?);
    }
    if let Some(balancer) = balancer {
        state.load_balancer(balancer)?;
        rows.extend(state.listeners_of(balancer));
    }
    paged(input, "Listeners", rows.into_iter().map(|listener| (listener.arn.clone(), listener.render())).collect())
}

/// What is not named stays. The protocol may become a secure one with a certificate.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html>
pub(super) fn modify(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("ListenerArn")?;
    let state = &context.region().elbv2;
    let mut listener = state.listener(arn)?.clone();
    let balancer: LoadBalancer = state.load_balancer(&listener.load_balancer)?.clone();
    listener.port = constraint::number(input, "Port", 1, 65_535)?.unwrap_or(listener.port);
    if let Some(text) = input.text("Protocol") {
        listener.protocol = read_protocol(text, balancer.kind)?;
    }
    if !listener.protocol.is_secure() {
        listener.certificates.clear();
        (listener.ssl_policy, listener.alpn_policy) = (None, None);
    }
    if input.has("DefaultActions") {
        listener.actions = action_checks::read(input, "DefaultActions", listener.protocol)?;
    }
    take_security(context, &mut listener, input)?;
    let state = &mut context.region().elbv2;
    if rival(state, &balancer.arn, &listener).is_some() {
        return Err(duplicate(&balancer.arn));
    }
    association::check(state, &balancer, listener.protocol, &listener.actions)?;
    let answer = json!({ "Listeners": [listener.render()] });
    state.listeners.insert(arn.to_owned(), listener);
    association::settle(context, &balancer.arn);
    Ok(answer)
}

/// Its rules go with it.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteListener.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("ListenerArn")?;
    let state = &mut context.region().elbv2;
    let balancer = state.listener(arn)?.load_balancer.clone();
    remove(state, arn);
    association::settle(context, &balancer);
    Ok(Value::Null)
}

/// Takes a listener and its rules away; what that means for target groups is for the caller to settle.
pub(super) fn remove(state: &mut State, arn: &str) {
    let rules: Vec<String> = state.rules_of(arn).map(|rule| rule.arn.clone()).collect();
    for rule in rules {
        state.rules.remove(&rule);
    }
    state.listeners.remove(arn);
}

/// Another listener on the same port. TCP and UDP of the same port are two things.
fn rival<'s>(state: &'s State, balancer_arn: &str, of: &Listener) -> Option<&'s Listener> {
    let udp = |protocol| matches!(protocol, Protocol::Udp | Protocol::TcpUdp);
    let tcp = |protocol| protocol != Protocol::Udp;
    let collides = |one: Protocol, other: Protocol| (udp(one) && udp(other)) || (tcp(one) && tcp(other));
    let mut others = state.listeners_of(balancer_arn).filter(|one| one.arn != of.arn);
    others.find(|one| one.port == of.port && collides(one.protocol, of.protocol))
}

fn read_protocol(text: &str, kind: Kind) -> Result<Protocol, AwsError> {
    let protocol: Protocol = constraint::enumerated(text, "protocol")?;
    let (fits, names) = match kind {
        Kind::Application => (protocol.is_http(), "HTTP, HTTPS"),
        Kind::Network if matches!(protocol, Protocol::Quic | Protocol::TcpQuic) => {
            return Err(not_simulated("listeners with the protocol QUIC"));
        }
        Kind::Network => (protocol.is_transport(), "UDP, TCP, TLS, TCP_UDP"),
    };
    if fits { Ok(protocol) } else { Err(invalid(format!("Listener protocol '{text}' must be one of '{names}'"))) }
}

/// Certificate, security policy and ALPN policy, which secure listeners have and others cannot have.
fn take_security(context: &mut Context<'_>, listener: &mut Listener, input: &Input<'_>) -> Result<(), AwsError> {
    let protocol = listener.protocol;
    for (member, noun) in
        [("Certificates", "Certificates"), ("SslPolicy", "SSL policies"), ("AlpnPolicy", "ALPN policies")]
    {
        if input.has(member) && !protocol.is_secure() {
            return Err(invalid(format!("{noun} cannot be specified for {protocol} listeners")));
        }
    }
    if input.part("MutualAuthentication").text("Mode").is_some_and(|mode| mode != "off") {
        return Err(not_simulated("mutual authentication"));
    }
    if !protocol.is_secure() {
        return Ok(());
    }
    if let Some(name) = input.text("SslPolicy") {
        ssl_policy::check(name)?;
        listener.ssl_policy = Some(name.to_owned());
    }
    listener.ssl_policy.get_or_insert_with(|| ssl_policy::DEFAULT.to_owned());
    let given = input.parts("Certificates");
    match given.as_slice() {
        [] if listener.certificates.is_empty() => {
            return Err(invalid(format!("A certificate must be specified for {protocol} listeners")));
        }
        [] => {}
        [one] => {
            let arn = one.required("CertificateArn")?;
            listener_certificates::check(context, arn)?;
            listener.certificates.retain(|known| known != arn);
            if !listener.certificates.is_empty() {
                listener.certificates.remove(0);
            }
            listener.certificates.insert(0, arn.to_owned());
        }
        _ => return Err(misconfigured("You must specify exactly one certificate")),
    }
    take_alpn_policy(listener, input)
}

fn take_alpn_policy(listener: &mut Listener, input: &Input<'_>) -> Result<(), AwsError> {
    let policies = input.texts("AlpnPolicy");
    let Some(policy) = policies.first() else { return Ok(()) };
    if listener.protocol != Protocol::Tls {
        return Err(invalid("ALPN policies can be specified only for TLS listeners"));
    }
    if policies.len() > 1 {
        return Err(invalid("You can specify only one ALPN policy"));
    }
    if !ALPN_POLICIES.contains(policy) {
        return Err(AwsError::new("ALPNPolicyNotFound", format!("ALPN policy '{policy}' is not supported")));
    }
    listener.alpn_policy = Some((*policy).to_owned());
    Ok(())
}

fn duplicate(balancer_arn: &str) -> AwsError {
    let message = format!("A listener already exists on this port for this load balancer '{balancer_arn}'");
    AwsError::new("DuplicateListener", message)
}
