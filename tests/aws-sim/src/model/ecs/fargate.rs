//! What Fargate asks of task definitions.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html>

use super::container::{Container, NetworkMode};
use super::placement::Needs;
use super::refusal::client;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// CPU units, and the MiB that go with them: from, to, in steps of.
const SIZES: [(i64, i64, i64, i64); 7] = [
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

/// What containers on Fargate may not have.
const NOT_SUPPORTED: [&str; 6] =
    ["links", "privileged", "dnsServers", "dnsSearchDomains", "extraHosts", "dockerSecurityOptions"];

const LOG_DRIVERS: [&str; 3] = ["awslogs", "splunk", "awsfirelens"];

/// Whether Fargate has machines of that size.
pub(super) fn has_size(needs: Needs) -> bool {
    SIZES.iter().any(|(cpu, least, most, step)| {
        let odd = needs.cpu == 256 && needs.memory == 1536;
        needs.cpu == *cpu && (*least..=*most).contains(&needs.memory) && needs.memory % step == 0 && !odd
    })
}

pub(super) fn no_such_size(needs: Needs) -> String {
    format!(
        "No Fargate configuration exists for given values: {} CPU, {} memory. See the Amazon ECS documentation for the \
         valid values.",
        needs.cpu, needs.memory
    )
}

/// Refuses a definition that is to run on Fargate and cannot.
pub(super) fn check(
    input: &Input<'_>,
    mode: NetworkMode,
    needs: (Option<i64>, Option<i64>),
    containers: &[Container],
) -> Result<(), AwsError> {
    if mode != NetworkMode::Awsvpc {
        return Err(client("Fargate only supports network mode \u{2018}awsvpc\u{2019}."));
    }
    let Some(cpu) = needs.0 else { return Err(client("Fargate requires that 'cpu' be defined at the task level.")) };
    let Some(memory) = needs.1 else {
        return Err(client("Fargate requires that 'memory' be defined at the task level."));
    };
    if !has_size(Needs { cpu, memory }) {
        return Err(client(no_such_size(Needs { cpu, memory })));
    }
    if input.has("ipcMode") {
        return Err(client("Tasks using the Fargate launch type do not support ipcMode."));
    }
    if input.text("pidMode").is_some_and(|mode| mode != "task") {
        return Err(client("Tasks using the Fargate launch type only support pidMode 'task'."));
    }
    if !input.parts("placementConstraints").is_empty() {
        return Err(client("Fargate compatible task definitions do not support placement constraints."));
    }
    check_containers(input, containers)
}

fn check_containers(input: &Input<'_>, containers: &[Container]) -> Result<(), AwsError> {
    let has_role = input.text("executionRoleArn").is_some_and(|role| !role.is_empty());
    for (part, container) in input.parts("containerDefinitions").iter().zip(containers) {
        for member in NOT_SUPPORTED {
            let is_set = match part.get(member) {
                None => false,
                Some(value) => value != &serde_json::json!(false) && value != &serde_json::json!([]),
            };
            if is_set {
                return Err(client(format!("Fargate compatible task definitions do not support {member}.")));
            }
        }
        if part.part("linuxParameters").has("devices") || part.part("linuxParameters").has("sharedMemorySize") {
            let member = if part.part("linuxParameters").has("devices") { "devices" } else { "sharedMemorySize" };
            return Err(client(format!("Fargate compatible task definitions do not support {member}.")));
        }
        if let Some(driver) = part.part("logConfiguration").text("logDriver")
            && !LOG_DRIVERS.contains(&driver)
        {
            return Err(client(format!("Fargate compatible task definitions do not support log driver {driver}.")));
        }
        if container.log.is_some() && !has_role {
            let message = "Fargate requires task definition to have execution role ARN to support log driver awslogs.";
            return Err(client(message));
        }
        if container.is_private_image() && !has_role {
            let message = "Fargate requires task definition to have execution role ARN to support ECR images.";
            return Err(client(message));
        }
        if container.stop_timeout.is_some_and(|seconds| seconds > 120) {
            return Err(client("The stopTimeout of tasks on Fargate can be at most 120 seconds."));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_goes_with_cpu() {
        let fits = |cpu, memory| has_size(Needs { cpu, memory });
        assert!(fits(256, 512) && fits(256, 2048) && fits(1024, 3072) && fits(16384, 32768));
        assert!(!fits(256, 1536) && !fits(256, 4096) && !fits(512, 1536) && !fits(100, 512) && !fits(8192, 17408));
    }
}
