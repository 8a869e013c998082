//! Finding instances by name.

use serde_json::{Value, json};

use super::instance::Instance;
use super::service::Service;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// Whether an instance has all, or one, of the attributes that are asked for.
fn matches(instance: &Instance, asked: &Value) -> bool {
    let mut pairs = asked.as_object().into_iter().flatten();
    pairs.all(|(name, value)| instance.attribute(name) == value.as_str())
}

/// Healthy instances, unless none is: then all. Optional parameters narrow unless nothing would be left.
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_DiscoverInstances.html>
pub(super) fn discover(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (namespace, name) = (input.required("NamespaceName")?, input.required("ServiceName")?);
    let most = usize::try_from(input.int("MaxResults")?.unwrap_or(100)).unwrap_or(100);
    let service = named(context, input)?;
    let required = input.part("QueryParameters");
    let mut found: Vec<&Instance> = service.instances.values().filter(|one| matches(one, required.value())).collect();
    let preferred = |one: &&Instance| matches(one, input.part("OptionalParameters").value());
    if found.iter().any(preferred) {
        found.retain(preferred);
    }
    let any_healthy = found.iter().any(|one| one.is_healthy);
    match input.text("HealthStatus") {
        Some("HEALTHY") => found.retain(|one| one.is_healthy),
        Some("UNHEALTHY") => found.retain(|one| !one.is_healthy),
        Some("ALL") => {}
        Some(_) | None => found.retain(|one| one.is_healthy || !any_healthy),
    }
    let show = |one: &Instance| {
        json!({
            "InstanceId": one.id,
            "NamespaceName": namespace,
            "ServiceName": name,
            "HealthStatus": one.health(),
            "Attributes": one.attributes,
        })
    };
    let shown: Vec<Value> = found.into_iter().take(most).map(show).collect();
    Ok(json!({"Instances": shown, "InstancesRevision": service.revision}))
}

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_DiscoverInstancesRevision.html>
pub(super) fn revision(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    Ok(json!({"InstancesRevision": named(context, input)?.revision}))
}

fn named<'c>(context: &'c mut Context<'_>, input: &Input<'_>) -> Result<&'c Service, AwsError> {
    let (namespace, name) = (input.required("NamespaceName")?, input.required("ServiceName")?);
    let state = &context.region().servicediscovery;
    let found = state.namespaces.values().find(|one| one.name.eq_ignore_ascii_case(namespace));
    let found = found.ok_or_else(|| AwsError::new("NamespaceNotFound", format!("Namespace {namespace} not found.")))?;
    let service = found.services.get(&name.to_ascii_lowercase());
    let missing = || AwsError::new("ServiceNotFound", format!("Service {name} not found."));
    state.service(service.ok_or_else(missing)?)
}
