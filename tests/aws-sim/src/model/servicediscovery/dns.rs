//! What Route53 knows of namespaces and instances: a zone, and records of each instance that is healthy.
//!
//! <https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html>

use serde_json::{Value, json};

use super::instance::Instance;
use super::namespace::{Kind, Namespace};
use super::service::Service;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::service::Service as Api;

fn route53(context: &mut Context<'_>, operation: &str, tree: &Value) -> Answer {
    let handler = Api::Route53.handler(operation);
    handler.map_or(Ok(Value::Null), |handler| handler(context, &Input::new(Api::Route53, tree)))
}

/// The zone of a namespace in DNS; its id.
pub(super) fn make_zone(context: &mut Context<'_>, namespace: &Namespace) -> Result<Option<String>, AwsError> {
    let mut tree = json!({
        "Name": namespace.name,
        "CallerReference": namespace.id,
        "HostedZoneConfig": {"Comment": "Created by AWS Cloud Map"},
    });
    match namespace.kind {
        Kind::Http => return Ok(None),
        Kind::DnsPublic => {}
        Kind::DnsPrivate => tree["VPC"] = json!({"VPCId": namespace.vpc, "VPCRegion": &*context.place.region}),
    }
    let made = route53(context, "CreateHostedZone", &tree)?;
    Ok(made["HostedZone"]["Id"].as_str().map(|id| id.trim_start_matches("/hostedzone/").to_owned()))
}

pub(super) fn remove_zone(context: &mut Context<'_>, zone: &str) -> Result<(), AwsError> {
    route53(context, "DeleteHostedZone", &json!({ "Id": zone })).map(|_| ())
}

/// The records of an instance come, if it is healthy.
pub(super) fn announce(context: &mut Context<'_>, service: &str, id: &str) -> Result<(), AwsError> {
    change(context, service, id, "UPSERT")
}

/// The records of an instance go, if there are some.
pub(super) fn withdraw(context: &mut Context<'_>, service: &str, id: &str) {
    if let Err(error) = change(context, service, id, "DELETE") {
        tracing::debug!(service, id, %error, "the records of an instance are gone already");
    }
}

fn change(context: &mut Context<'_>, service: &str, id: &str, action: &str) -> Result<(), AwsError> {
    let state = &context.region().servicediscovery;
    let Ok(service) = state.service(service) else { return Ok(()) };
    let Some(instance) = service.instances.get(id).filter(|one| one.is_healthy) else { return Ok(()) };
    let namespace = state.namespace(&service.namespace)?;
    let (Some(zone), records) = (namespace.zone.clone(), records(namespace, service, instance)) else {
        return Ok(());
    };
    let change = |record: Value| json!({"Action": action, "ResourceRecordSet": record});
    let changes: Vec<Value> = records.into_iter().map(change).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let tree = json!({"HostedZoneId": zone, "ChangeBatch": {"Changes": {"Change": changes}}});
    route53(context, "ChangeResourceRecordSets", &tree).map(|_| ())
}

/// One record for each type of the service; a record of type SRV leads to a name of the instance's own.
fn records(namespace: &Namespace, service: &Service, instance: &Instance) -> Vec<Value> {
    let name = format!("{}.{}", service.name, namespace.name);
    let own_name = format!("{}.{name}", instance.id);
    let is_weighted = service.dns["RoutingPolicy"] == "WEIGHTED";
    let mut records = Vec::new();
    for (kind, ttl) in service.records() {
        let plain = |name: &str, kind: &str, value: &str| json!({"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": {"ResourceRecord": [{"Value": value}]}});
        let address = instance.attribute("AWS_INSTANCE_IPV4");
        let value = match kind {
            "SRV" => instance.attribute("AWS_INSTANCE_PORT").map(|port| format!("1 1 {port} {own_name}")),
            "A" => address.map(str::to_owned),
            "AAAA" => instance.attribute("AWS_INSTANCE_IPV6").map(str::to_owned),
            _ => instance.attribute("AWS_INSTANCE_CNAME").map(str::to_owned),
        };
        let Some(value) = value else { continue };
        let mut record = plain(&name, kind, &value);
        record["SetIdentifier"] = json!(instance.id);
        let (policy, set) = if is_weighted { ("Weight", json!(1)) } else { ("MultiValueAnswer", json!(true)) };
        record[policy] = set;
        records.push(record);
        if let Some(address) = address.filter(|_| kind == "SRV") {
            records.push(plain(&own_name, "A", address));
        }
    }
    records
}
