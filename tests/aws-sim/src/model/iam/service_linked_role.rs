//! Roles that services make for themselves, and that only these services may change.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html>

use serde_json::{Value, json};

use super::holder::Holder;
use super::listing;
use super::managed_policy;
use super::refusal::{invalid_input, no_such_entity};
use super::role::Role;
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::event;
use crate::model::input::Input;
use crate::model::timing;
use crate::model::{autoscaling, ecs, elb, elbv2};

/// What is known of a service's role: the service, the role's name behind `AWSServiceRoleFor`, its policy, and whether
/// an account may have several, told apart by a suffix.
struct Known {
    service: &'static str,
    short: &'static str,
    policy: &'static str,
    suffixed: bool,
}

const fn known(service: &'static str, short: &'static str, policy: &'static str, suffixed: bool) -> Known {
    Known { service, short, policy, suffixed }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html>
const KNOWN: [Known; 12] = [
    known("ecs.amazonaws.com", "ECS", "AmazonECSServiceRolePolicy", false),
    known("ecs-compute.amazonaws.com", "ECSCompute", "AmazonECSComputeServiceRolePolicy", false),
    known("autoscaling.amazonaws.com", "AutoScaling", "AutoScalingServiceRolePolicy", true),
    known(
        "elasticloadbalancing.amazonaws.com",
        "ElasticLoadBalancing",
        "AWSElasticLoadBalancingServiceRolePolicy",
        false,
    ),
    known(
        "ecs.application-autoscaling.amazonaws.com",
        "ApplicationAutoScaling_ECSService",
        "AWSApplicationAutoscalingECSServicePolicy",
        false,
    ),
    known(
        "ec2.application-autoscaling.amazonaws.com",
        "ApplicationAutoScaling_EC2SpotFleetRequest",
        "AWSApplicationAutoscalingEC2SpotFleetRequestPolicy",
        false,
    ),
    known("spot.amazonaws.com", "EC2Spot", "AWSEC2SpotServiceRolePolicy", false),
    known("replication.ecr.amazonaws.com", "ECRReplication", "ECRReplicationServiceRolePolicy", false),
    known(
        "pullthroughcache.ecr.amazonaws.com",
        "ECRPullThroughCache",
        "AWSECRPullThroughCache_ServiceRolePolicy",
        false,
    ),
    known("ecr.amazonaws.com", "ECRTemplate", "ECRTemplateServiceRolePolicy", false),
    known("events.amazonaws.com", "CloudWatchEvents", "CloudWatchEventsServiceRolePolicy", false),
    known(
        "apidestinations.events.amazonaws.com",
        "AmazonEventBridgeApiDestinations",
        "AmazonEventBridgeApiDestinationsServiceRolePolicy",
        false,
    ),
];

/// A deletion that was asked for.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Deletion {
    role: String,
    asked: Moment,
    /// Why it failed, once it has ended.
    outcome: Option<Result<(), String>>,
}

/// A service makes its role unless the account has it, as it does when it is used for the first time.
pub(crate) fn ensure(context: &mut Context<'_>, service: &str) {
    if let Some(known) = KNOWN.iter().find(|known| known.service == service)
        && !context.account().iam.roles.contains_key(&name_of(known, None))
    {
        make(context, known, None, None);
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let service = listing::name(input, "AWSServiceName", 128)?;
    let suffix = input.has("CustomSuffix").then(|| listing::name(input, "CustomSuffix", 64)).transpose()?;
    let description = listing::description(input)?;
    let known = KNOWN.iter().find(|known| known.service == service).ok_or_else(|| {
        invalid_input(format!("Service {service} does not exist or does not support service-linked roles."))
    })?;
    if suffix.is_some() && !known.suffixed {
        return Err(invalid_input(format!("Custom suffix is not allowed for {service}")));
    }
    let name = name_of(known, suffix);
    if context.account().iam.roles.contains_key(&name) {
        let message =
            format!("Service role name {name} has been taken in this account, please try a different suffix.");
        return Err(invalid_input(message));
    }
    let mut shown = make(context, known, suffix, description);
    shown["RoleLastUsed"] = Value::Null;
    Ok(json!({ "Role": shown }))
}

/// The deletion takes a while, and fails while the service still uses the role.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceLinkedRole.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let now = context.now;
    let uuid = context.world.ids.uuid();
    let iam = &mut context.account().iam;
    let role = Role::find(iam, input)?;
    if !role.is_service_linked() {
        return Err(invalid_input(format!("The role {} is not a service-linked role.", role.name)));
    }
    let task = format!("task{}{}/{uuid}", role.path, role.name);
    let deletion = Deletion { role: role.name.clone(), asked: now, outcome: None };
    iam.deletions.insert(task.clone(), deletion);
    let goes = super::Event::LinkedRoleGoes { task: task.clone() };
    context.schedule(timing::LINKED_ROLE_GOES, event::Event::Iam(goes));
    Ok(json!({ "DeletionTaskId": task }))
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLinkedRoleDeletionStatus.html>
pub(super) fn deletion_status(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let task = input.required("DeletionTaskId")?;
    let now = context.now;
    let deletion = context.account().iam.deletions.get(task);
    let deletion = deletion.ok_or_else(|| no_such_entity(format!("Deletion task {task} cannot be found.")))?;
    Ok(match &deletion.outcome {
        None if deletion.asked == now => json!({"Status": "NOT_STARTED"}),
        None => json!({"Status": "IN_PROGRESS"}),
        Some(Ok(())) => json!({"Status": "SUCCEEDED"}),
        Some(Err(reason)) => json!({"Status": "FAILED", "Reason": {"Reason": reason}}),
    })
}

/// The deletion comes to its end.
pub(super) fn goes(context: &mut Context<'_>, task: &str) {
    let Some(name) = context.account().iam.deletions.get(task).map(|deletion| deletion.role.clone()) else { return };
    let outcome = if is_used(context, &name) {
        Err("A service-linked role is required for the resources that still use it.".to_owned())
    } else {
        Ok(())
    };
    let iam = &mut context.account().iam;
    if outcome.is_ok() {
        iam.roles.remove(&name);
    }
    if let Some(deletion) = iam.deletions.get_mut(task) {
        deletion.outcome = Some(outcome);
    }
}

fn make(context: &mut Context<'_>, known: &Known, suffix: Option<&str>, description: Option<String>) -> Value {
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": known.service}, "Action": "sts:AssumeRole"},
    ]});
    let (name, path) = (name_of(known, suffix), format!("/aws-service-role/{}/", known.service));
    let mut role = Role { description, ..Role::new(context, &name, &path, &trust.to_string()) };
    let arn = format!("arn:aws:iam::aws:policy/aws-service-role/{}", known.policy);
    role.permissions.attached.extend(managed_policy::find(&arn).map(|_| arn));
    let shown = role.render_whole();
    context.account().iam.roles.insert(name, role);
    shown
}

fn name_of(known: &Known, suffix: Option<&str>) -> String {
    let start = format!("AWSServiceRoleFor{}", known.short);
    suffix.map_or(start.clone(), |suffix| format!("{start}_{suffix}"))
}

/// Whether the service of a role has something in any region for which it needs the role.
fn is_used(context: &mut Context<'_>, role: &str) -> bool {
    let mut regions = context.account().regions();
    match role {
        "AWSServiceRoleForECS" => regions.any(|(_, region)| !ecs::inventory(&region.ecs).is_empty()),
        "AWSServiceRoleForElasticLoadBalancing" => regions
            .any(|(_, region)| !elb::inventory(&region.elb).is_empty() || !elbv2::inventory(&region.elbv2).is_empty()),
        name if name.starts_with("AWSServiceRoleForAutoScaling") => {
            regions.any(|(_, region)| autoscaling::uses_role(&region.autoscaling, name))
        }
        _ => false,
    }
}
