//! The calls about service deployments and service revisions.

use serde_json::{Value, json};

use super::reference::{missing, short};
use super::refusal::{invalid, no_service};
use super::service::Service;
use super::service_deployment::{KEPT, ServiceDeployment, Status};
use super::{ServiceKey, scheduler};
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

/// Newest first, 20 on a page unless the caller says otherwise.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = short(input.required("service")?);
    let limit = input.int("maxResults")?.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        return Err(invalid("maxResults must be between 1 and 100."));
    }
    let statuses = input.texts("status").into_iter().map(status).collect::<Result<Vec<_>, _>>()?;
    let created = input.part("createdAt");
    let (after, before) = (moment(&created, "after"), moment(&created, "before"));
    let now = context.now;
    let service = context.region().ecs.living_cluster(input)?.services.get(name).ok_or_else(no_service)?;
    let wanted = |one: &&ServiceDeployment| {
        let seconds = one.created.timestamp_millis();
        one.created + KEPT > now
            && (statuses.is_empty() || statuses.contains(&one.status))
            && after.is_none_or(|after| seconds >= after)
            && before.is_none_or(|before| seconds <= before)
    };
    let found = service.history.iter().filter(wanted);
    // Ordered by age for the token: the newest, which has the highest place, comes first.
    let rows = found.map(|one| (order(one.created), one.render_brief(service))).collect();
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("nextToken").filter(|token| !token.is_empty()));
    let (page, next) = page.ok_or_else(|| invalid("Invalid token."))?;
    Ok(json!({"serviceDeployments": page, "nextToken": next}))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceDeployments.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    describe_each(context, input, ["serviceDeploymentArns", "serviceDeployments"], |service, arn| {
        service.history.iter().find(|one| one.arn == arn).map(|one| one.render(service))
    })
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html>
pub(super) fn describe_revisions(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    describe_each(context, input, ["serviceRevisionArns", "serviceRevisions"], |service, arn| {
        let revisions = service.history.iter().map(|one| &one.target);
        let mut revisions = revisions.chain(&service.last_completed);
        revisions.find(|one| one.arn == arn).map(|one| one.render(&service.arn, &service.cluster_arn))
    })
}

/// Rolls back, unless the caller wants it to stop where it is.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html>
pub(super) fn stop(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("serviceDeploymentArn")?;
    let wanted = match input.text("stopType").unwrap_or("ROLLBACK") {
        "ROLLBACK" => Status::RollbackRequested,
        "ABORT" => Status::StopRequested,
        other => return Err(invalid(format!("Invalid stopType: {other}."))),
    };
    let key = service_key(arn)?;
    let now = context.now;
    let service = context.region().ecs.service_mut(&key);
    let record = service.and_then(|service| service.history.iter_mut().find(|one| one.arn == arn));
    let record = record.ok_or_else(|| {
        let message = "The service deploy ARN that you specified in the StopServiceDeployment doesn't exist. You can \
                       use ListServiceDeployments to retrieve the service deployment ARNs.";
        AwsError::new("ServiceDeploymentNotFoundException", message)
    })?;
    match record.status {
        Status::Pending | Status::InProgress => record.become_so_on_request(wanted, now),
        Status::StopRequested | Status::RollbackRequested | Status::RollbackInProgress => {}
        Status::Stopped | Status::Successful | Status::RollbackSuccessful | Status::RollbackFailed => {
            let message = "The service deployment has already finished and can not be stopped.";
            return Err(AwsError::new("ConflictException", message));
        }
    }
    scheduler::wake(context, &key);
    Ok(json!({ "serviceDeploymentArn": arn }))
}

fn describe_each(
    context: &mut Context<'_>,
    input: &Input<'_>,
    [asked, list]: [&str; 2],
    find: impl Fn(&Service, &str) -> Option<Value>,
) -> Answer {
    let arns = input.texts(asked);
    if arns.is_empty() {
        return Err(invalid(format!("{asked} cannot be empty.")));
    }
    if arns.len() > 20 {
        return Err(invalid(format!("{asked} can have at most 20 items.")));
    }
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in arns {
        let key = service_key(arn)?;
        let service = context.region().ecs.service_mut(&key);
        match service.and_then(|service| find(service, arn)) {
            Some(shown) => found.push(shown),
            None => failures.push(missing(arn)),
        }
    }
    Ok(json!({ list: found, "failures": failures }))
}

/// The service in the ARN of a service deployment or a revision.
fn service_key(arn: &str) -> Result<ServiceKey, AwsError> {
    let resource = arn.splitn(6, ':').nth(5).filter(|_| arn.starts_with("arn:"));
    let parts: Vec<&str> = resource.unwrap_or_default().split('/').collect();
    match parts.as_slice() {
        ["service-deployment" | "service-revision", cluster, service, _] => Ok(ServiceKey::new(cluster, service)),
        _ => Err(invalid(format!("Invalid identifier: {arn}."))),
    }
}

fn status(name: &str) -> Result<Status, AwsError> {
    name.parse().map_err(|_| invalid(format!("Invalid service deployment status: {name}.")))
}

/// Milliseconds since 1970 of a member in seconds.
fn moment(part: &Input<'_>, member: &str) -> Option<i64> {
    let seconds = part.get(member)?.as_f64()?;
    #[allow(clippy::cast_possible_truncation, reason = "a moment in milliseconds is far below 2^63")]
    let milliseconds = (seconds * 1000.0) as i64;
    Some(milliseconds)
}

/// A text that is the smaller the later the moment is.
fn order(created: Moment) -> String {
    format!("{:020}", i64::MAX - created.timestamp_micros())
}
