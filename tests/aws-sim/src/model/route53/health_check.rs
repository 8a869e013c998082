//! Health checks. They are kept for record sets to name; nothing is checked.
//!
//! <https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHealthCheck.html>

use serde_json::{Map, Value, json};

use super::record_set::RecordSet;
use super::{State, invalid, page_size};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html>
pub(super) const MOST: usize = 200;

/// One health check.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct HealthCheck {
    id: String,
    caller_reference: String,
    /// As it was given, for repeats of the call.
    given: Value,
    config: Map<String, Value>,
    version: u64,
    pub(super) tags: Tags,
}

impl HealthCheck {
    pub(super) fn item(&self) -> Item {
        Item::new("route53", "health_checks", &self.id, &self.tags, "available")
    }

    fn render(&self) -> Value {
        json!({
            "Id": self.id,
            "CallerReference": self.caller_reference,
            "HealthCheckConfig": self.config,
            "HealthCheckVersion": self.version,
        })
    }
}

/// A repeat with the same settings answers the same; the reference of one that is deleted stays used.
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (reference, given) = (input.required("CallerReference")?, input.part("HealthCheckConfig"));
    let config = checked(&given)?;
    let route53 = &context.account().route53;
    let there = route53.health_checks.values().find(|check| check.caller_reference == reference);
    if let Some(there) = there.filter(|there| there.given == *given.value()) {
        return Ok(json!({ "HealthCheck": there.render(), "Location": location(&there.id) }));
    }
    if route53.health_check_references.contains(reference) {
        let message = "The health check you're attempting to create already exists.";
        return Err(AwsError::new("HealthCheckAlreadyExists", message).with_status(409));
    }
    if route53.health_checks.len() >= MOST {
        let message = "Limits Exceeded: MAX_HEALTH_CHECKS_BY_OWNER - Cannot create more health checks.";
        return Err(AwsError::new("TooManyHealthChecks", message));
    }
    let check = HealthCheck {
        id: context.world.ids.uuid(),
        caller_reference: reference.to_owned(),
        given: given.value().clone(),
        config,
        version: 1,
        tags: Tags::default(),
    };
    let answer = json!({ "HealthCheck": check.render(), "Location": location(&check.id) });
    let route53 = &mut context.account().route53;
    route53.health_check_references.insert(reference.to_owned());
    route53.health_checks.insert(check.id.clone(), check);
    Ok(answer)
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("HealthCheckId")?;
    let check = context.account().route53.health_checks.get(id).ok_or_else(|| no_such(id))?;
    Ok(json!({ "HealthCheck": check.render() }))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let size = page_size(input, 100)?;
    let marker = input.text("marker");
    let checks = context.account().route53.health_checks.values();
    let mut rest = checks.filter(|check| marker.is_none_or(|marker| check.id.as_str() >= marker));
    let page: Vec<Value> = rest.by_ref().take(size).map(HealthCheck::render).collect();
    let next = rest.next();
    Ok(json!({
        "HealthChecks": {"HealthCheck": page},
        "Marker": marker.unwrap_or_default(),
        "IsTruncated": next.is_some(),
        "NextMarker": next.map(|check| &check.id),
        "MaxItems": size.to_string(),
    }))
}

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_UpdateHealthCheck.html>
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, expected) = (input.required("HealthCheckId")?, input.int("HealthCheckVersion")?);
    let check = context.account().route53.health_checks.get_mut(id).ok_or_else(|| no_such(id))?;
    if expected.is_some_and(|expected| u64::try_from(expected) != Ok(check.version)) {
        let message = "The value of HealthCheckVersion in the request doesn't match the value of HealthCheckVersion in \
                       the health check.";
        return Err(AwsError::new("HealthCheckVersionMismatch", message).with_status(409));
    }
    for (member, value) in input.value().as_object().into_iter().flatten() {
        if !matches!(member.as_str(), "HealthCheckId" | "HealthCheckVersion" | "ResetElements") {
            check.config.insert(member.clone(), value.clone());
        }
    }
    check.version += 1;
    Ok(json!({ "HealthCheck": check.render() }))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("HealthCheckId")?;
    context.account().route53.health_checks.remove(id).map(|_| Value::Null).ok_or_else(|| no_such(id))
}

pub(super) fn count(context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    Ok(json!({ "HealthCheckCount": context.account().route53.health_checks.len() }))
}

/// A record set may name health checks that exist.
pub(super) fn fault(route53: &State, record: &RecordSet) -> Option<String> {
    let id = record.routed_by("HealthCheckId")?.as_str()?;
    let known = route53.health_checks.contains_key(id);
    (!known).then(|| format!("The specified health check does not exist: {id}"))
}

pub(super) fn no_such(id: &str) -> AwsError {
    AwsError::new("NoSuchHealthCheck", format!("A health check with id {id} does not exist.")).with_status(404)
}

/// What was given, with what AWS adds.
fn checked(given: &Input<'_>) -> Result<Map<String, Value>, AwsError> {
    let kind = given.required("Type")?;
    let of_endpoint = matches!(kind, "HTTP" | "HTTPS" | "HTTP_STR_MATCH" | "HTTPS_STR_MATCH" | "TCP");
    let mut config = given.value().as_object().cloned().unwrap_or_default();
    let mut default = |member: &str, value: Value| {
        config.entry(member.to_owned()).or_insert(value);
    };
    default("Inverted", json!(false));
    default("Disabled", json!(false));
    if of_endpoint {
        if !given.has("IPAddress") && !given.has("FullyQualifiedDomainName") {
            return Err(invalid("Invalid parameter : Either IPAddress or FullyQualifiedDomainName must be specified."));
        }
        if kind == "TCP" && !given.has("Port") {
            return Err(invalid("Invalid parameter : Port is required for a TCP health check."));
        }
        if kind.ends_with("_STR_MATCH") != given.has("SearchString") {
            return Err(invalid(
                "Invalid parameter : SearchString goes with the types HTTP_STR_MATCH and HTTPS_STR_MATCH.",
            ));
        }
        let secure = kind.starts_with("HTTPS");
        default("Port", json!(if secure { 443 } else { 80 }));
        default("RequestInterval", json!(30));
        default("FailureThreshold", json!(3));
        default("MeasureLatency", json!(false));
        default("EnableSNI", json!(secure));
    }
    Ok(config)
}

fn location(id: &str) -> String {
    format!("https://route53.amazonaws.com/2013-04-01/healthcheck/{id}")
}
