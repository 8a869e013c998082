//! The load balancers of services, as calls name them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusal::{invalid, not_simulated};
use super::task_definition::TaskDefinition;
use crate::model::context::Context;
use crate::model::elb;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// Who sends requests to tasks, and to which of their ports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Balancer {
    pub(super) target: Target,
    pub(super) container: String,
    pub(super) port: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Target {
    /// A classic load balancer, by name.
    Classic(String),
}

impl Balancer {
    pub(super) fn is_classic(&self) -> bool {
        matches!(self.target, Target::Classic(_))
    }

    pub(super) fn render(&self) -> Value {
        let Target::Classic(name) = &self.target;
        json!({"loadBalancerName": name, "containerName": self.container, "containerPort": self.port})
    }

    fn read(part: &Input<'_>) -> Result<Self, AwsError> {
        if part.has("targetGroupArn") {
            return Err(not_simulated("target groups"));
        }
        let name = part.text("loadBalancerName").unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(invalid("Load Balancer Name can not be blank."));
        }
        let container = part.text("containerName").unwrap_or_default().to_owned();
        if container.is_empty() {
            return Err(invalid("Container Name can not be blank."));
        }
        let port = part.int("containerPort")?.ok_or_else(|| invalid("Container Port can not be blank."))?;
        Ok(Self { target: Target::Classic(name), container, port })
    }
}

/// The load balancers of a call: there, and for a port that the definition has.
pub(super) fn read(
    context: &mut Context<'_>,
    input: &Input<'_>,
    definition: &TaskDefinition,
) -> Result<Vec<Balancer>, AwsError> {
    let parts = input.parts("loadBalancers");
    let balancers = parts.iter().map(Balancer::read).collect::<Result<Vec<_>, _>>()?;
    check_ports(&balancers, definition)?;
    if balancers.len() > 1 && balancers.iter().any(Balancer::is_classic) {
        return Err(invalid("Services can be attached to at most one classic load balancer."));
    }
    for Balancer { target: Target::Classic(name), .. } in &balancers {
        if !elb::exists(context, name) {
            return Err(invalid(format!("The load balancer {name} does not exist.")));
        }
    }
    Ok(balancers)
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
