//! The calls about services.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::namespace::{self, Namespace};
use super::namespace_calls::summary;
use super::operation::{self, Work};
use super::service::{Kind, Service};
use super::{invalid, is_wanted, paged, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::timing;

/// The same request again makes no second service.
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateService.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, creator, account) =
        (input.required("Name")?, input.text("CreatorRequestId"), context.place.account.clone());
    let named = input.text("NamespaceId").or_else(|| input.part("DnsConfig").text("NamespaceId"));
    let state = &context.region().servicediscovery;
    let namespace = state.namespace(named.ok_or_else(|| invalid("NamespaceId must be specified."))?)?.clone();
    if let Some(other) = namespace.services.get(&name.to_ascii_lowercase()) {
        let other = state.service(other)?;
        if creator.is_some() && other.creator.as_deref() == creator {
            return Ok(json!({"Service": other.render(&account)}));
        }
        let details = json!({"CreatorRequestId": other.creator, "ServiceId": other.id, "ServiceArn": other.arn});
        let message = "A service with the same name already exists.";
        return Err(AwsError::new("ServiceAlreadyExists", message).with_details(details));
    }
    let kind = check(input, &namespace)?;
    let tags = tagging::read(input)?;
    let id = format!("srv-{}", context.world.ids.hex(16));
    let service = Service {
        arn: context.arn("servicediscovery", &format!("service/{id}")),
        id: id.clone(),
        name: name.to_owned(),
        namespace: namespace.id.clone(),
        description: input.text("Description").map(str::to_owned),
        dns: dns(input, &namespace.id),
        kind,
        health_check: with_threshold(input, "HealthCheckConfig"),
        custom_health: with_threshold(input, "HealthCheckCustomConfig"),
        created: context.now,
        creator: creator.map(str::to_owned),
        instances: BTreeMap::new(),
        revision: 1,
        tags,
    };
    let shown = service.render(&account);
    let state = &mut context.region().servicediscovery;
    if let Some(namespace) = state.namespaces.get_mut(&namespace.id) {
        namespace.services.insert(name.to_ascii_lowercase(), id.clone());
    }
    state.services.insert(id, service);
    Ok(json!({ "Service": shown }))
}

/// What kinds of namespaces allow.
fn check(input: &Input<'_>, namespace: &Namespace) -> Result<Kind, AwsError> {
    let has_dns = input.has("DnsConfig");
    let is_http = input.text("Type") == Some("HTTP");
    if input.has("HealthCheckConfig") && input.has("HealthCheckCustomConfig") {
        return Err(invalid("You can specify HealthCheckConfig or HealthCheckCustomConfig, but not both."));
    }
    if namespace.kind == namespace::Kind::Http || is_http {
        let message = "DnsConfig can't be specified for a service that is only discoverable by HTTP.";
        return if has_dns { Err(invalid(message)) } else { Ok(Kind::Http) };
    }
    if !has_dns {
        return Err(invalid("DnsConfig must be specified for a service in a DNS namespace."));
    }
    if input.has("HealthCheckConfig") && namespace.kind == namespace::Kind::DnsPrivate {
        return Err(invalid("HealthCheckConfig can't be specified for a service in a private DNS namespace."));
    }
    let records = input.part("DnsConfig").parts("DnsRecords");
    let has = |wanted: &str| records.iter().any(|record| record.text("Type") == Some(wanted));
    if has("CNAME") && records.len() > 1 {
        return Err(invalid("A CNAME record can't be combined with other records."));
    }
    if has("CNAME") && input.part("DnsConfig").text("RoutingPolicy") != Some("WEIGHTED") {
        return Err(invalid("The routing policy of a CNAME record must be WEIGHTED."));
    }
    Ok(Kind::DnsHttp)
}

fn dns(input: &Input<'_>, namespace: &str) -> Value {
    let Some(given) = input.get("DnsConfig") else { return Value::Null };
    let mut dns = json!({"NamespaceId": namespace, "RoutingPolicy": "MULTIVALUE", "DnsRecords": given["DnsRecords"]});
    if let Some(policy) = given.get("RoutingPolicy") {
        dns["RoutingPolicy"] = policy.clone();
    }
    dns
}

/// One failure counts unless more are asked for.
fn with_threshold(input: &Input<'_>, member: &str) -> Value {
    let Some(given) = input.get(member) else { return Value::Null };
    let mut shown = given.clone();
    if shown.get("FailureThreshold").is_none() {
        shown["FailureThreshold"] = json!(1);
    }
    shown
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let account = context.place.account.clone();
    let service = context.region().servicediscovery.service(input.required("Id")?)?;
    Ok(json!({"Service": service.render(&account)}))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let account = context.place.account.clone();
    let field = |one: &Service, filter: &str| match filter {
        "NAMESPACE_ID" => Some(one.namespace.clone()),
        "RESOURCE_OWNER" => Some(account.to_string()),
        _ => None,
    };
    let services = context.region().servicediscovery.services.values();
    let wanted = services.filter(|one| is_wanted(input, |filter| field(one, filter)));
    let rows: Vec<(String, Value)> = wanted.map(|one| (one.id.clone(), summary(one.render(&account)))).collect();
    paged(input, "Services", rows)
}

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateService.html>
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = context.region().servicediscovery.service(input.required("Id")?)?.id.clone();
    let work = Work::UpdateService(id, input.part("Service").value().clone());
    operation::begin(context, work, timing::CLOUD_MAP_WORKS)
}

/// Instances go first.
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteService.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let state = &mut context.region().servicediscovery;
    let service = state.service(input.required("Id")?)?;
    if !service.instances.is_empty() {
        let message = "The service can't be deleted because it still contains registered instances.";
        return Err(AwsError::new("ResourceInUse", message));
    }
    let (id, namespace, name) = (service.id.clone(), service.namespace.clone(), service.name.to_ascii_lowercase());
    state.services.remove(&id);
    if let Some(namespace) = state.namespaces.get_mut(&namespace) {
        namespace.services.remove(&name);
    }
    Ok(json!({}))
}
