//! The calls about instances.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::instance::Instance;
use super::namespace_calls::summary;
use super::operation::{self, Work};
use super::service::Service;
use super::{dns, invalid, paged};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::timing;

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html>
pub(super) fn register(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("InstanceId")?;
    let given = input.part("Attributes").value().as_object().cloned().unwrap_or_default();
    let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
    let mut attributes: BTreeMap<String, String> = given.into_iter().filter_map(text).collect();
    let region = context.region();
    let service = region.servicediscovery.service(input.required("ServiceId")?)?;
    check(service, &attributes)?;
    if let Some(host) = attributes.get("AWS_EC2_INSTANCE_ID") {
        let missing = || invalid(format!("The EC2 instance {host} does not exist."));
        let address = region.ec2.instances.get(host).ok_or_else(missing)?.private_ip.clone();
        attributes.insert("AWS_INSTANCE_IPV4".to_owned(), address);
    }
    let is_healthy = attributes.remove("AWS_INIT_HEALTH_STATUS").is_none_or(|status| status == "HEALTHY");
    let creator = input.text("CreatorRequestId").map(str::to_owned);
    let instance = Instance { id: id.to_owned(), creator, attributes, is_healthy };
    let work = Work::RegisterInstance(service.id.clone(), Box::new(instance));
    operation::begin(context, work, timing::CLOUD_MAP_WORKS)
}

/// An instance brings what the records of its service are made of.
fn check(service: &Service, attributes: &BTreeMap<String, String>) -> Result<(), AwsError> {
    let has = |name: &str| attributes.contains_key(name);
    let needs = |name: &str, record: &str| {
        Err(invalid(format!("The attribute {name} is required for a service with a record of type {record}.")))
    };
    if has("AWS_EC2_INSTANCE_ID") && !service.dns.is_null() {
        return Err(invalid("AWS_EC2_INSTANCE_ID is only supported for services that are discoverable by HTTP alone."));
    }
    if has("AWS_ALIAS_DNS_NAME") {
        return Ok(());
    }
    let is_addressed = has("AWS_INSTANCE_IPV4") || has("AWS_INSTANCE_IPV6");
    for (record, missing, name) in [
        ("A", !has("AWS_INSTANCE_IPV4"), "AWS_INSTANCE_IPV4"),
        ("AAAA", !has("AWS_INSTANCE_IPV6"), "AWS_INSTANCE_IPV6"),
        ("CNAME", !has("AWS_INSTANCE_CNAME"), "AWS_INSTANCE_CNAME"),
        ("SRV", !has("AWS_INSTANCE_PORT"), "AWS_INSTANCE_PORT"),
        ("SRV", !is_addressed, "AWS_INSTANCE_IPV4"),
    ] {
        if missing && service.has(record) {
            return needs(name, record);
        }
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_DeregisterInstance.html>
pub(super) fn deregister(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("InstanceId")?;
    let service = context.region().servicediscovery.service(input.required("ServiceId")?)?;
    found(service, id)?;
    let work = Work::DeregisterInstance(service.id.clone(), id.to_owned());
    operation::begin(context, work, timing::CLOUD_MAP_WORKS)
}

fn found<'s>(service: &'s Service, id: &str) -> Result<&'s Instance, AwsError> {
    service.instances.get(id).ok_or_else(|| AwsError::new("InstanceNotFound", format!("Instance {id} not found.")))
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let account = context.place.account.clone();
    let service = context.region().servicediscovery.service(input.required("ServiceId")?)?;
    let instance = found(service, input.required("InstanceId")?)?;
    Ok(json!({"ResourceOwner": &*account, "Instance": instance.render(&account)}))
}

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_ListInstances.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let account = context.place.account.clone();
    let service = context.region().servicediscovery.service(input.required("ServiceId")?)?;
    let rows = service.instances.values().map(|one| (one.id.clone(), summary(one.render(&account)))).collect();
    let mut answer = paged(input, "Instances", rows)?;
    answer["ResourceOwner"] = json!(&*account);
    Ok(answer)
}

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_GetInstancesHealthStatus.html>
pub(super) fn health(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let service = context.region().servicediscovery.service(input.required("ServiceId")?)?;
    let asked = input.texts("Instances");
    asked.iter().try_for_each(|id| found(service, id).map(|_| ()))?;
    let wanted = service.instances.values().filter(|one| asked.is_empty() || asked.contains(&one.id.as_str()));
    let rows = wanted.map(|one| (one.id.clone(), json!([one.id, one.health()]))).collect();
    let mut answer = paged(input, "Status", rows)?;
    let pairs = answer["Status"].as_array().into_iter().flatten();
    let status: Map<String, Value> =
        pairs.filter_map(|pair| Some((pair[0].as_str()?.to_owned(), pair[1].clone()))).collect();
    answer["Status"] = Value::Object(status);
    Ok(answer)
}

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateInstanceCustomHealthStatus.html>
pub(super) fn update_health(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, healthy) = (input.required("InstanceId")?, input.required("Status")? == "HEALTHY");
    let service = context.region().servicediscovery.service_mut(input.required("ServiceId")?)?;
    found(service, id)?;
    if service.custom_health.is_null() {
        let message = "The health check for the instance that is specified by ServiceId and InstanceId is not a custom \
                       health check.";
        return Err(AwsError::new("CustomHealthNotFound", message));
    }
    let service_id = service.id.clone();
    dns::withdraw(context, &service_id, id);
    let service = context.region().servicediscovery.service_mut(&service_id)?;
    service.revision += 1;
    if let Some(instance) = service.instances.get_mut(id) {
        instance.is_healthy = healthy;
    }
    dns::announce(context, &service_id, id)?;
    Ok(Value::Null)
}
