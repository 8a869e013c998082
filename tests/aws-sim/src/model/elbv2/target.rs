//! Targets: what is registered, how it stands, and how it goes.

use super::protocol::Protocol;
use super::target_group_attributes::deregistration_delay;
use super::{Event, target_group::TargetGroup};
use crate::model::context::Context;
use crate::model::{event, timing};

/// Something that requests are sent to.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Target {
    /// An instance, an address or a load balancer.
    pub(super) id: String,
    pub(super) port: i64,
    /// What a call said of its zone: one, or `all`.
    pub(super) zone: Option<String>,
    /// Tells this registration from earlier ones of the same target.
    pub(super) token: String,
    pub(super) standing: Standing,
    /// Answers in a row that speak against the standing.
    pub(super) against: i64,
    /// The interface that has its address, as far as that was looked up.
    pub(super) interface_id: Option<String>,
}

/// What a load balancer thinks of a target.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Standing {
    Registering,
    /// Asked, but not often enough.
    Initial,
    Healthy,
    Unhealthy(Fault),
    Draining,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Fault {
    /// Nothing came back.
    TimedOut,
    /// Nobody listens.
    Refused,
    /// The answer has a code that the matcher does not take.
    Code(i64),
}

/// The name of a target in its group.
pub(super) fn key(id: &str, port: i64) -> String {
    format!("{id}:{port}")
}

/// Registers a target, which exists as far as that matters. Repeating it changes nothing, unless the target drains.
pub(super) fn add(context: &mut Context<'_>, group_arn: &str, id: &str, port: i64, zone: Option<String>) {
    let token = context.world.ids.hex(16);
    let Some(group) = context.region().elbv2.target_groups.get_mut(group_arn) else { return };
    let key = key(id, port);
    if group.targets.get(&key).is_some_and(|known| known.standing != Standing::Draining) {
        return;
    }
    let (id, standing) = (id.to_owned(), Standing::Registering);
    let target = Target { id, port, zone, token: token.clone(), standing, against: 0, interface_id: None };
    group.targets.insert(key.clone(), target);
    if group.load_balancer.is_some() {
        schedule_first_check(context, group_arn, key, token);
    }
}

/// Begins to check all targets of a group that has come into use.
pub(super) fn begin_all(context: &mut Context<'_>, group_arn: &str) {
    for (key, token) in restart_all(context, group_arn) {
        schedule_first_check(context, group_arn, key, token);
    }
}

/// Stops checking the targets of a group that is used no longer; those that drain go at once.
pub(super) fn end_all(context: &mut Context<'_>, group_arn: &str) {
    restart_all(context, group_arn);
}

/// Takes a target out: it drains for a while if anything is sent to it, else it is gone at once.
pub(super) fn remove(context: &mut Context<'_>, group_arn: &str, key: &str) {
    let token = context.world.ids.hex(16);
    let Some(group) = context.region().elbv2.target_groups.get_mut(group_arn) else { return };
    let delay = deregistration_delay(group);
    let in_use = group.load_balancer.is_some();
    let Some(target) = group.targets.get_mut(key).filter(|target| target.standing != Standing::Draining) else {
        return;
    };
    if !in_use {
        group.targets.shift_remove(key);
        return;
    }
    (target.standing, target.token) = (Standing::Draining, token.clone());
    let drained = Event::Drained { group: group_arn.to_owned(), target: key.to_owned(), token };
    context.schedule(delay, event::Event::ElbV2(drained));
}

/// A drained target is gone, unless it was registered again.
pub(super) fn forget(context: &mut Context<'_>, group_arn: &str, key: &str, token: &str) {
    let Some(group) = context.region().elbv2.target_groups.get_mut(group_arn) else { return };
    if group.targets.get(key).is_some_and(|target| target.token == token) {
        group.targets.shift_remove(key);
    }
}

/// The keys under which a call's target is registered: one port, or all of them where it names none.
pub(super) fn keys_of(group: &TargetGroup, id: &str, port: Option<i64>) -> Vec<String> {
    match port {
        Some(port) => vec![key(id, port)],
        None => group.targets.iter().filter(|(_, target)| target.id == id).map(|(key, _)| key.clone()).collect(),
    }
}

fn schedule_first_check(context: &mut Context<'_>, group_arn: &str, key: String, token: String) {
    let group = context.region().elbv2.target_groups.get(group_arn);
    let takes = match group.map(|group| group.protocol) {
        Some(Protocol::Tcp | Protocol::Tls | Protocol::Udp | Protocol::TcpUdp) => timing::NETWORK_TARGET_REGISTERING,
        Some(_) | None => timing::APPLICATION_TARGET_REGISTERING,
    };
    let check = Event::Check { group: group_arn.to_owned(), target: key, token };
    context.schedule(takes, event::Event::ElbV2(check));
}

fn restart_all(context: &mut Context<'_>, group_arn: &str) -> Vec<(String, String)> {
    let Some(group) = context.region().elbv2.target_groups.get_mut(group_arn) else { return Vec::new() };
    group.targets.retain(|_, target| target.standing != Standing::Draining);
    let keys: Vec<String> = group.targets.keys().cloned().collect();
    let mut restarted = Vec::new();
    for key in keys {
        let token = context.world.ids.hex(16);
        let groups = &mut context.region().elbv2.target_groups;
        if let Some(target) = groups.get_mut(group_arn).and_then(|group| group.targets.get_mut(&key)) {
            (target.token, target.standing, target.against) = (token.clone(), Standing::Registering, 0);
        }
        restarted.push((key, token));
    }
    restarted
}
