//! Load balancers and target groups that a group's instances are registered with.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-load-balancer.html>

use serde_json::{Value, json};

use super::group::Group;
use super::group_calls::living;
use super::member::{Ailment, Member, Stage};
use super::paging::paged;
use super::{Event, invalid, member};
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::elbv2::target_access::{self, TargetState};
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::{elb, event, timing};

/// For one group. <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html>
const SOURCES: usize = 50;

/// One of them.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Traffic {
    kind: Kind,
    /// A name or an ARN.
    id: String,
    since: Moment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum Kind {
    /// A classic load balancer.
    Balancer,
    TargetGroup,
}

impl Traffic {
    pub(super) fn is_load_balancer(&self) -> bool {
        self.kind == Kind::Balancer
    }

    pub(super) fn is_target_group(&self) -> bool {
        self.kind == Kind::TargetGroup
    }

    pub(super) fn render(&self) -> Value {
        json!({"Identifier": self.id, "Type": self.type_name()})
    }

    fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Balancer => "elb",
            Kind::TargetGroup => "elbv2",
        }
    }
}

impl Group {
    /// Names or ARNs of those of a kind.
    pub(super) fn traffic_of(&self, is_of_kind: fn(&Traffic) -> bool) -> Vec<&str> {
        self.traffic.iter().filter(|one| is_of_kind(one)).map(|one| one.id.as_str()).collect()
    }
}

/// What a group is created with.
pub(super) fn read_all(context: &mut Context<'_>, input: &Input<'_>) -> Result<Vec<Traffic>, AwsError> {
    let mut all = read(context, input, "LoadBalancerNames", Kind::Balancer)?;
    all.extend(read(context, input, "TargetGroupARNs", Kind::TargetGroup)?);
    all.extend(read_sources(context, input)?);
    Ok(all)
}

/// An instance is in service: it gets traffic.
pub(super) fn register(context: &mut Context<'_>, group: &str, instance_id: &str) {
    let Some(group) = context.region().autoscaling.groups.get(group) else { return };
    if group.runs("AddToLoadBalancer") {
        group.traffic.clone().iter().for_each(|one| add(context, one, instance_id));
    }
}

/// An instance is on its way out: it gets no traffic.
pub(super) fn deregister(context: &mut Context<'_>, group: &str, instance_id: &str) {
    let traffic = context.region().autoscaling.groups.get(group).map(|group| group.traffic.clone());
    traffic.unwrap_or_default().iter().for_each(|one| take_out(context, one, instance_id));
}

/// Groups that ask load balancers about their instances do so again and again.
pub(super) fn watch(context: &mut Context<'_>, group: &str) {
    let watch = Event::AskLoadBalancers { group: group.to_owned() };
    context.schedule(timing::SCALING_CHECKS, event::Event::AutoScaling(watch));
}

/// What load balancers say is unwell, the group parts with.
pub(super) fn ask(context: &mut Context<'_>, name: &str) {
    let now = context.now;
    let Some(group) = context.region().autoscaling.groups.get(name) else { return };
    if !group.settings.asks_load_balancers() {
        return;
    }
    let (traffic, grace_period) = (group.traffic.clone(), group.settings.grace_period);
    let is_due = |member: &&Member| member.stage == Stage::InService && !member.is_in_grace(grace_period, now);
    let ids: Vec<String> = group.members.values().filter(is_due).map(|member| member.instance_id.clone()).collect();
    for id in ids {
        if !traffic.iter().any(|one| has_failed(context, one, &id)) {
            continue;
        }
        let group = context.region().autoscaling.group_with(&id);
        if let Some(member) = group.and_then(|group| group.members.get_mut(&id)) {
            member.ailment = Some(Ailment::FailsChecks);
        }
        member::check_health(context, &id);
    }
    watch(context, name);
}

pub(super) fn attach_load_balancers(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let added = read(context, input, "LoadBalancerNames", Kind::Balancer)?;
    attach(context, input, added)
}

pub(super) fn attach_target_groups(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let added = read(context, input, "TargetGroupARNs", Kind::TargetGroup)?;
    attach(context, input, added)
}

pub(super) fn attach_sources(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let added = read_sources(context, input)?;
    attach(context, input, added)
}

pub(super) fn detach_load_balancers(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    detach(context, input, &input.texts("LoadBalancerNames"), "Load Balancers")
}

pub(super) fn detach_target_groups(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    detach(context, input, &input.texts("TargetGroupARNs"), "Target Groups")
}

pub(super) fn detach_sources(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ids: Vec<&str> = input.parts("TrafficSources").iter().filter_map(|one| one.text("Identifier")).collect();
    detach(context, input, &ids, "Traffic Sources")
}

pub(super) fn describe_load_balancers(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    described(
        context,
        input,
        "LoadBalancers",
        Traffic::is_load_balancer,
        |one, state| json!({"LoadBalancerName": one.id, "State": state}),
    )
}

pub(super) fn describe_target_groups(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    described(
        context,
        input,
        "LoadBalancerTargetGroups",
        Traffic::is_target_group,
        |one, state| json!({"LoadBalancerTargetGroupARN": one.id, "State": state}),
    )
}

pub(super) fn describe_sources(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let wanted = input.text("TrafficSourceType").map(str::to_owned);
    let mut answer = described(
        context,
        input,
        "TrafficSources",
        |_| true,
        |one, state| json!({"TrafficSource": one.id, "State": state, "Identifier": one.id, "Type": one.type_name()}),
    )?;
    if let (Some(wanted), Some(rows)) = (wanted, answer["TrafficSources"].as_array_mut()) {
        rows.retain(|row| row["Type"] == wanted.as_str());
    }
    Ok(answer)
}

fn described(
    context: &mut Context<'_>,
    input: &Input<'_>,
    list: &str,
    is_of_kind: fn(&Traffic) -> bool,
    render: fn(&Traffic, &str) -> Value,
) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let group = context.region().autoscaling.group(name)?;
    let (traffic, members): (Vec<Traffic>, Vec<String>) = (
        group.traffic.iter().filter(|one| is_of_kind(one)).cloned().collect(),
        group.members.keys().cloned().collect(),
    );
    let mut rows = Vec::new();
    for one in traffic {
        let state = state(context, &one, &members);
        rows.push((one.id.clone(), render(&one, state)));
    }
    paged(input, list, rows, 100)
}

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LoadBalancerTargetGroupState.html>
fn state(context: &mut Context<'_>, one: &Traffic, members: &[String]) -> &'static str {
    if one.since + timing::SCALING_REACTS > context.now {
        "Adding"
    } else if members.iter().any(|id| is_in_service(context, one, id)) {
        "InService"
    } else {
        "Added"
    }
}

fn attach(context: &mut Context<'_>, input: &Input<'_>, added: Vec<Traffic>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let group = living(context, name)?;
    if group.traffic.len() + added.len() > SOURCES {
        return Err(AwsError::new("LimitExceeded", "You have reached the limit of traffic sources for the group."));
    }
    let added: Vec<Traffic> =
        added.into_iter().filter(|one| !group.traffic.iter().any(|have| have.id == one.id)).collect();
    group.traffic.extend(added.iter().cloned());
    let in_service = group.members.values().filter(|member| member.stage == Stage::InService);
    let ids: Vec<String> = in_service.map(|member| member.instance_id.clone()).collect();
    for one in &added {
        ids.iter().for_each(|id| add(context, one, id));
    }
    Ok(json!({}))
}

fn detach(context: &mut Context<'_>, input: &Input<'_>, ids: &[&str], kind: &str) -> Answer {
    let group = living(context, input.required("AutoScalingGroupName")?)?;
    if ids.iter().any(|id| !group.traffic.iter().any(|one| one.id == *id)) {
        return Err(invalid(format!("Trying to remove {kind} that are not part of the group")));
    }
    let removed: Vec<Traffic> = group.traffic.iter().filter(|one| ids.contains(&one.id.as_str())).cloned().collect();
    group.traffic.retain(|one| !ids.contains(&one.id.as_str()));
    let members: Vec<String> = group.members.keys().cloned().collect();
    for one in &removed {
        members.iter().for_each(|id| take_out(context, one, id));
    }
    Ok(json!({}))
}

fn read(context: &mut Context<'_>, input: &Input<'_>, member: &str, kind: Kind) -> Result<Vec<Traffic>, AwsError> {
    input.texts(member).into_iter().map(|id| checked(context, kind, id)).collect()
}

fn read_sources(context: &mut Context<'_>, input: &Input<'_>) -> Result<Vec<Traffic>, AwsError> {
    let mut sources = Vec::new();
    for part in input.parts("TrafficSources") {
        let id = part.required("Identifier")?;
        let kind = match part.text("Type") {
            Some("elb") => Kind::Balancer,
            Some("elbv2") => Kind::TargetGroup,
            None if id.contains(":targetgroup/") => Kind::TargetGroup,
            None => Kind::Balancer,
            Some(other) => return Err(invalid(format!("aws-sim does not know traffic sources of the type {other}."))),
        };
        sources.push(checked(context, kind, id)?);
    }
    Ok(sources)
}

fn checked(context: &mut Context<'_>, kind: Kind, id: &str) -> Result<Traffic, AwsError> {
    let (exists, what) = match kind {
        Kind::Balancer => (elb::exists(context, id), "Load Balancers"),
        Kind::TargetGroup => (target_access::target_group(context, id).is_some(), "Target Groups"),
    };
    if exists {
        return Ok(Traffic { kind, id: id.to_owned(), since: context.now });
    }
    Err(invalid(format!("Provided {what} may not be valid. Please ensure they exist and try again.")))
}

fn add(context: &mut Context<'_>, to: &Traffic, instance_id: &str) {
    match to.kind {
        Kind::Balancer => elb::register(context, &to.id, instance_id),
        Kind::TargetGroup => target_access::register_target(context, &to.id, instance_id, None, None),
    }
}

fn take_out(context: &mut Context<'_>, from: &Traffic, instance_id: &str) {
    match from.kind {
        Kind::Balancer => elb::deregister(context, &from.id, instance_id),
        Kind::TargetGroup => target_access::deregister_target(context, &from.id, instance_id, None),
    }
}

fn has_failed(context: &mut Context<'_>, asked: &Traffic, instance_id: &str) -> bool {
    match asked.kind {
        Kind::Balancer => elb::has_failed(context, &asked.id, instance_id),
        Kind::TargetGroup => target_is(context, &asked.id, instance_id, TargetState::Unhealthy),
    }
}

fn is_in_service(context: &mut Context<'_>, asked: &Traffic, instance_id: &str) -> bool {
    match asked.kind {
        Kind::Balancer => elb::is_in_service(context, &asked.id, instance_id),
        Kind::TargetGroup => target_is(context, &asked.id, instance_id, TargetState::Healthy),
    }
}

fn target_is(context: &mut Context<'_>, group: &str, instance_id: &str, state: TargetState) -> bool {
    target_access::target_health(context, group, instance_id, None).is_some_and(|health| health.state == state)
}
