//! What instances report: that they are described, whether their checks pass, what they wrote to their console.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::json;

use super::filter::Filters;
use super::instance::{Instance, Stage};
use super::table::Resource;
use super::{State, describing, instance_view};
use crate::model::clock::{Moment, iso};
use crate::model::context::{Context, Place};
use crate::model::error::Answer;
use crate::model::input::Input;
use crate::model::timing;

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let place = context.place.clone();
    let ec2 = &context.region().ec2;
    let (filters, ids) = (Filters::read(input), input.texts("InstanceId"));
    let mut asked: Vec<&Instance> =
        if ids.is_empty() { ec2.instances.values().collect() } else { ec2.instances.find_all(&ids)? };
    asked.retain(|instance| filters.keep_with(&instance.tags, |name| field(ec2, instance, name, &place)));
    let rows = asked.into_iter().map(|instance| (instance.id.clone(), instance)).collect();
    let view = |instance: &Instance| instance_view::reservation(ec2, instance, &place);
    let mut answer = describing::paged(input, Instance::KIND.set, rows, view)?;
    let reservations = answer[Instance::KIND.set].take();
    Ok(json!({ "reservationSet": instance_view::grouped(reservations), "nextToken": answer["nextToken"] }))
}

/// The values under a filter, which ask about the first interface too.
fn field(ec2: &State, instance: &Instance, filter: &str, place: &Place) -> Option<Vec<String>> {
    let known = instance.field(filter);
    if known.is_some() {
        return known;
    }
    let interface = ec2.interfaces.get(&instance.interface_id)?;
    let public = || interface.public.iter().map(|public| public.ip);
    match filter {
        "owner-id" => Some(vec![place.account.to_string()]),
        "ip-address" | "network-interface.association.public-ip" => Some(public().map(|ip| ip.to_string()).collect()),
        "dns-name" => Some(public().map(|ip| super::interface_view::public_dns_name(&place.region, ip)).collect()),
        "private-dns-name" => Some(vec![super::interface_view::private_dns_name(&place.region, interface.private_ip)]),
        "instance.group-id" | "group-id" | "network-interface.group-id" => Some(interface.groups.clone()),
        "instance.group-name" | "group-name" | "network-interface.group-name" => {
            let groups = interface.groups.iter().filter_map(|id| ec2.security_groups.get(id));
            Some(groups.map(|group| group.name.clone()).collect())
        }
        "source-dest-check" => Some(vec![interface.source_dest_check.to_string()]),
        _ => None,
    }
}

/// Running instances only, unless all are asked for.
pub(super) fn describe_status(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (all, now) = (input.flag("IncludeAllInstances")?.unwrap_or(false), context.now);
    let ec2 = &context.region().ec2;
    let (filters, ids) = (Filters::read(input), input.texts("InstanceId"));
    let mut asked: Vec<&Instance> =
        if ids.is_empty() { ec2.instances.values().collect() } else { ec2.instances.find_all(&ids)? };
    asked.retain(|instance| all || instance.is_running());
    asked.retain(|instance| {
        filters.keep_with(&instance.tags, |filter| match filter {
            "instance-status.status" | "system-status.status" => Some(vec![checks(instance, now).to_owned()]),
            "instance-status.reachability" | "system-status.reachability" => {
                reachability(instance, now).map(|one| vec![one.to_owned()])
            }
            _ => instance.field(filter),
        })
    });
    let rows = asked.into_iter().map(|instance| (instance.id.clone(), instance)).collect();
    describing::paged(input, "instanceStatusSet", rows, |instance| {
        let details: Vec<_> = reachability(instance, now)
            .into_iter()
            .map(|status| json!({"name": "reachability", "status": status}))
            .collect();
        let check = json!({"status": checks(instance, now), "details": details});
        json!({
            "instanceId": instance.id,
            "availabilityZone": instance.zone,
            "instanceState": instance.stage.render(),
            "instanceStatus": check,
            "systemStatus": check,
        })
    })
}

/// Checks begin when an instance runs and have passed a while later.
fn checks(instance: &Instance, now: Moment) -> &'static str {
    match (instance.stage, instance.running_since) {
        (Stage::Running, Some(since)) if now - since >= timing::STATUS_CHECKS_PASS => "ok",
        (Stage::Running, _) => "initializing",
        (Stage::Pending | Stage::Stopping | Stage::Stopped | Stage::ShuttingDown | Stage::Terminated, _) => {
            "not-applicable"
        }
    }
}

fn reachability(instance: &Instance, now: Moment) -> Option<&'static str> {
    match checks(instance, now) {
        "ok" => Some("passed"),
        "initializing" => Some("initializing"),
        _ => None,
    }
}

/// The first lines of a boot; nothing before the instance has run.
pub(super) fn console_output(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("InstanceId")?;
    let now = context.now;
    let instance = context.region().ec2.instances.find(id)?;
    let text = format!(
        "[    0.000000] Linux version 6.1 ({})\r\n[  OK  ] Reached target multi-user.target\r\nip-{} login: ",
        instance.architecture,
        instance.private_ip.replace('.', "-")
    );
    let output = instance.running_since.map(|_| BASE64.encode(text));
    Ok(json!({"instanceId": id, "timestamp": iso(now), "output": output}))
}
