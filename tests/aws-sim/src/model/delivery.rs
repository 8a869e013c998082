//! What EventBridge and its Scheduler do once a target's time has come: they call another service.
//!
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html>
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html>

use serde_json::{Map, Value, json};

use super::context::{Context, Place};
use super::error::AwsError;
use super::input::Input;
use super::service::Service;
use super::{events, logs};

/// The part of an ARN that stands for any API of any service.
const ANY_API: &str = "arn:aws:scheduler:::aws-sdk:";

/// Calls the target's service. `by` is what started tasks say of their origin.
pub(crate) fn deliver(context: &mut Context<'_>, target: &Value, payload: &str, by: &str) -> Result<(), AwsError> {
    let arn = target["Arn"].as_str().unwrap_or_default();
    if let Some(api) = arn.strip_prefix(ANY_API) {
        return call_any_api(context, api, payload);
    }
    let Some(to) = Destination::parse(arn) else { return Err(AwsError::new("InvalidTarget", arn)) };
    match to.service {
        "ecs" => run_task(context, &to, target, payload, by),
        "logs" => {
            let group = to.resource.strip_prefix("log-group:").unwrap_or(to.resource);
            let stream = context.id("event");
            let group = group.strip_suffix(":*").unwrap_or(group).to_owned();
            at(context, &to, |there| logs::write(there, &group, &stream, payload));
            Ok(())
        }
        "events" => {
            let bus = to.resource.strip_prefix("event-bus/").unwrap_or(to.resource).to_owned();
            let about = &target["EventBridgeParameters"];
            let kind = about["DetailType"].as_str().unwrap_or("Scheduled Event").to_owned();
            let source = about["Source"].as_str().unwrap_or("aws.scheduler").to_owned();
            let detail = serde_json::from_str(payload).unwrap_or(json!({}));
            at(context, &to, |there| events::publish(there, &bus, &source, &kind, &[], detail));
            Ok(())
        }
        other => {
            // Nobody shall take it for done that a service was called which there is not.
            context.world.calls.record_unknown(other, "Invoke");
            Ok(())
        }
    }
}

/// Where an ARN points to.
struct Destination<'a> {
    service: &'a str,
    place: Place,
    resource: &'a str,
}

impl<'a> Destination<'a> {
    fn parse(arn: &'a str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':').skip(2);
        let (service, region, account, resource) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Self { service, place: Place { account: account.into(), region: region.into() }, resource })
    }
}

fn at<T>(context: &mut Context<'_>, to: &Destination<'_>, act: impl FnOnce(&mut Context<'_>) -> T) -> T {
    let (now, access_key) = (context.now, context.access_key.clone());
    act(&mut Context { world: context.world, place: to.place.clone(), now, access_key })
}

fn run_task(
    context: &mut Context<'_>,
    to: &Destination<'_>,
    target: &Value,
    payload: &str,
    by: &str,
) -> Result<(), AwsError> {
    let mut input = run_task_input(&target["EcsParameters"], payload);
    input.insert("cluster".into(), target["Arn"].clone());
    input.insert("startedBy".into(), by.into());
    let answer = at(context, to, |there| call(there, Service::Ecs, "RunTask", &Value::Object(input)))?;
    match answer["failures"].as_array().and_then(|failures| failures.first()) {
        Some(failure) => Err(AwsError::new("Failure", failure["reason"].as_str().unwrap_or_default())),
        None => Ok(()),
    }
}

/// The parameters of a target, as RunTask spells them.
fn run_task_input(parameters: &Value, payload: &str) -> Map<String, Value> {
    let mut input = Map::new();
    for (name, value) in parameters.as_object().into_iter().flatten() {
        let (name, value) = match name.as_str() {
            "TaskDefinitionArn" => ("taskDefinition".to_owned(), value.clone()),
            "TaskCount" => ("count".to_owned(), value.clone()),
            "EnableECSManagedTags" => ("enableECSManagedTags".to_owned(), value.clone()),
            other => (uncapitalised(other), lowered(value)),
        };
        input.insert(name, value);
    }
    if let Ok(overrides @ Value::Object(_)) = serde_json::from_str(payload) {
        input.insert("overrides".into(), overrides);
    }
    input
}

/// An API by its name in the SDKs, such as `ecs:updateService`.
fn call_any_api(context: &mut Context<'_>, api: &str, payload: &str) -> Result<(), AwsError> {
    let (scope, action) = api.split_once(':').unwrap_or((api, ""));
    let operation = capitalised(action);
    let known = scope.parse::<Service>().ok().filter(|service| service.handler(&operation).is_some());
    let input = serde_json::from_str(payload).unwrap_or(json!({}));
    let (service, input) = match known {
        Some(service @ (Service::Ecs | Service::Logs | Service::Ecr)) => (service, lowered(&input)),
        // Their parameters are called alike in SDKs and on the wire; those of EC2 are not.
        Some(service) if service != Service::Ec2 => (service, input),
        Some(_) | None => {
            context.world.calls.record_unknown(scope, &operation);
            return Ok(());
        }
    };
    call(context, service, &operation, &input).map(|_| ())
}

/// Calls an operation as a caller would, without faults and without a place in the log of calls.
pub(crate) fn call(
    context: &mut Context<'_>,
    service: Service,
    operation: &str,
    input: &Value,
) -> Result<Value, AwsError> {
    let unknown = || AwsError::new("UnknownOperation", operation.to_owned());
    let handler = service.handler(operation).ok_or_else(unknown)?;
    handler(context, &Input::new(service, input))
}

/// The tree with all its names beginning with a small letter.
fn lowered(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (uncapitalised(name), lowered(value))).collect(),
        Value::Array(items) => items.iter().map(lowered).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn uncapitalised(name: &str) -> String {
    let mut name = name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    name
}

fn capitalised(name: &str) -> String {
    let mut name = name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}
