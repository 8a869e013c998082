//! The load balancers of services, as calls name them.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::container::NetworkMode;
use super::refusal::invalid;
use super::task_definition::TaskDefinition;
use crate::model::context::Context;
use crate::model::elb;
use crate::model::elbv2::target_access::{self, TargetType};
use crate::model::error::AwsError;
use crate::model::input::Input;

/// As many target groups may a service have.
const MOST: usize = 5;

/// Who sends requests to tasks, and to which of their ports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Balancer {
    pub(super) target: Target,
    pub(super) container: String,
    pub(super) port: i64,
    /// What a deployment needs that moves the traffic from one target group to another.
    pub(super) shift: Option<Box<Shift>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Target {
    /// A classic load balancer, by name.
    Classic(String),
    /// A target group, by ARN.
    Group(String),
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AdvancedConfiguration.html>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Shift {
    pub(super) other_group: String,
    /// The rule, or the listener, that the traffic comes by.
    pub(super) production: Option<String>,
    pub(super) test: Option<String>,
    role: Option<String>,
}

impl Balancer {
    pub(super) fn is_classic(&self) -> bool {
        matches!(self.target, Target::Classic(_))
    }

    /// Its name or ARN.
    pub(super) fn name(&self) -> &str {
        match &self.target {
            Target::Classic(name) | Target::Group(name) => name,
        }
    }

    /// The target groups that its tasks may be in.
    pub(super) fn groups(&self) -> impl Iterator<Item = &str> {
        let own = Some(self.name()).filter(|_| !self.is_classic());
        own.into_iter().chain(self.shift.iter().map(|shift| shift.other_group.as_str()))
    }

    pub(super) fn render(&self) -> Value {
        let (name, arn) = match &self.target {
            Target::Classic(name) => (Some(name), None),
            Target::Group(arn) => (None, Some(arn)),
        };
        let advanced = self.shift.as_ref().map(|shift| {
            json!({
                "alternateTargetGroupArn": shift.other_group,
                "productionListenerRule": shift.production,
                "testListenerRule": shift.test,
                "roleArn": shift.role,
            })
        });
        json!({
            "loadBalancerName": name,
            "targetGroupArn": arn,
            "containerName": self.container,
            "containerPort": self.port,
            "advancedConfiguration": advanced,
        })
    }

    fn read(part: &Input<'_>) -> Result<Self, AwsError> {
        let text = |member: &str| part.text(member).filter(|text| !text.is_empty()).map(str::to_owned);
        let target = match (text("loadBalancerName"), text("targetGroupArn")) {
            (Some(_), Some(_)) => {
                return Err(invalid("Load balancer name and target group ARN can not both be specified."));
            }
            (Some(name), None) => Target::Classic(name),
            (None, Some(arn)) => Target::Group(arn),
            (None, None) => return Err(invalid("Load Balancer Name can not be blank.")),
        };
        let container = text("containerName").ok_or_else(|| invalid("Container Name can not be blank."))?;
        let port = part.int("containerPort")?.ok_or_else(|| invalid("Container Port can not be blank."))?;
        Ok(Self { target, container, port, shift: Shift::read(&part.part("advancedConfiguration"))?.map(Box::new) })
    }
}

impl Shift {
    fn read(part: &Input<'_>) -> Result<Option<Self>, AwsError> {
        if part.value().is_null() {
            return Ok(None);
        }
        let text = |member: &str| part.text(member).filter(|text| !text.is_empty()).map(str::to_owned);
        let other = text("alternateTargetGroupArn");
        let other_group = other.ok_or_else(|| invalid("alternateTargetGroupArn can not be blank."))?;
        Ok(Some(Self {
            other_group,
            production: text("productionListenerRule"),
            test: text("testListenerRule"),
            role: text("roleArn"),
        }))
    }
}

/// The load balancers of a call: there, able to reach the tasks, and for ports that the definition has.
pub(super) fn read(
    context: &mut Context<'_>,
    input: &Input<'_>,
    definition: &TaskDefinition,
) -> Result<Vec<Balancer>, AwsError> {
    let parts = input.parts("loadBalancers");
    let balancers = parts.iter().map(Balancer::read).collect::<Result<Vec<_>, _>>()?;
    if balancers.len() > 1 && balancers.iter().any(Balancer::is_classic) {
        return Err(invalid("Services can be attached to at most one classic load balancer."));
    }
    if balancers.len() > MOST {
        return Err(invalid(format!("Services can be attached to at most {MOST} target groups.")));
    }
    check_ports(&balancers, definition)?;
    for balancer in &balancers {
        match &balancer.target {
            Target::Classic(name) if definition.mode == NetworkMode::Awsvpc => {
                let message = format!("Classic load balancer {name} can not be used with the awsvpc network mode.");
                return Err(invalid(message));
            }
            Target::Classic(name) if !elb::exists(context, name) => {
                return Err(invalid(format!("The load balancer {name} does not exist.")));
            }
            Target::Classic(_) => {}
            Target::Group(_) => {
                for arn in balancer.groups() {
                    check_group(context, arn, definition)?;
                }
            }
        }
    }
    Ok(balancers)
}

/// The target group is there, takes targets of the tasks' kind, and a load balancer sends it requests.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html>
fn check_group(context: &mut Context<'_>, arn: &str, definition: &TaskDefinition) -> Result<(), AwsError> {
    let Some(group) = target_access::target_group(context, arn) else {
        return Err(invalid(
            "Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role \
             being passed has the proper permissions.",
        ));
    };
    let wanted = match definition.mode {
        NetworkMode::Awsvpc => TargetType::Ip,
        NetworkMode::Bridge | NetworkMode::Host | NetworkMode::None => TargetType::Instance,
    };
    if group.target_type != wanted {
        let (kind, mode): (_, &str) = (group.target_type, definition.mode.into());
        return Err(invalid(format!(
            "The provided target group {arn} has target type {kind}, which is incompatible with the {mode} network mode \
             specified in the task definition."
        )));
    }
    if group.load_balancer.is_none() {
        let message = format!("The target group with targetGroupArn {arn} does not have an associated load balancer.");
        return Err(invalid(message));
    }
    Ok(())
}

pub(super) fn check_ports(balancers: &[Balancer], definition: &TaskDefinition) -> Result<(), AwsError> {
    for Balancer { container, port, .. } in balancers {
        let Some(found) = definition.container(container) else {
            return Err(invalid(format!("The container {container} does not exist in the task definition.")));
        };
        if !found.ports.iter().any(|mapping| i64::from(mapping.container) == *port) {
            let message = format!("The container {container} did not have a container port {port} defined.");
            return Err(invalid(message));
        }
    }
    Ok(())
}
