//! Where tasks run: launch types, capacity provider strategies, platform versions and networks, as calls give them.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_types.html>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::capacity_strategy::{self, Share};
use super::container::NetworkMode;
use super::network::{self, Network};
use super::refusal::invalid;
use super::task_definition::TaskDefinition;
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::input::Input;
use crate::model::service::Service;

/// The newest platform of Fargate.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html>
pub(super) const LATEST_PLATFORM: &str = "1.4.0";
const PLATFORMS: [&str; 7] = ["LATEST", "1.4.0", "1.3.0", "1.2.0", "1.1.0", "1.0.0", "1.4"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, Serialize, Deserialize)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum LaunchType {
    Ec2,
    Fargate,
}

/// What a call says of where its tasks run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// None if capacity providers decide.
    pub(super) launch: Option<LaunchType>,
    pub(super) shares: Vec<Share>,
    /// As it was asked for.
    pub(super) platform: Option<String>,
    pub(super) network: Option<Network>,
}

impl Plan {
    /// Whether its tasks run on Fargate.
    pub(super) fn is_fargate(&self) -> bool {
        self.launch == Some(LaunchType::Fargate) || self.shares.iter().any(Share::is_fargate)
    }

    /// The plan of parts that were read before: `launchType`, `capacityProviderStrategy`, `networkConfiguration`.
    pub(super) fn of(launch: Option<&str>, shares: &Value, network: &Value) -> Self {
        let launch = launch.and_then(|text| text.parse().ok());
        if launch.is_some() && network.is_null() {
            return Self { launch, ..Self::default() };
        }
        let tree = serde_json::json!({"capacityProviderStrategy": shares, "networkConfiguration": network});
        let input = Input::new(Service::Ecs, &tree);
        Self {
            launch,
            shares: capacity_strategy::read(&input, "capacityProviderStrategy").unwrap_or_default(),
            platform: None,
            network: network::read(&input),
        }
    }
}

/// Reads and checks the plan of a call. Without a word the cluster's default strategy holds, and without that EC2.
pub(super) fn read(
    context: &mut Context<'_>,
    input: &Input<'_>,
    definition: &TaskDefinition,
) -> Result<Plan, AwsError> {
    let mut shares = capacity_strategy::read(input, "capacityProviderStrategy")?;
    let mut launch = input.text("launchType").map(launch_type).transpose()?;
    if launch.is_some() && !shares.is_empty() {
        return Err(invalid(
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
        ));
    }
    if shares.is_empty() && launch.is_none() {
        shares = context.region().ecs.living_cluster(input)?.default_shares.clone();
    }
    if shares.is_empty() {
        launch.get_or_insert(LaunchType::Ec2);
    }
    capacity_strategy::check(context, input, &shares)?;
    let network = network::read(input);
    let plan = Plan { launch, shares, platform: input.text("platformVersion").map(str::to_owned), network };
    check_platform(&plan, definition)?;
    check_rules(input, &plan)?;
    check_network(context, input, &plan, definition)?;
    Ok(plan)
}

fn launch_type(text: &str) -> Result<LaunchType, AwsError> {
    match text {
        "EXTERNAL" => Err(super::refusal::not_simulated("external instances")),
        "MANAGED_INSTANCES" => Err(super::refusal::not_simulated("managed instances")),
        other => other.parse().map_err(|_| invalid("Launch type should be one of [EC2,FARGATE,EXTERNAL]")),
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html>
fn check_platform(plan: &Plan, definition: &TaskDefinition) -> Result<(), AwsError> {
    if !plan.is_fargate() {
        return match &plan.platform {
            Some(_) => Err(invalid("The platform version must be null when specifying an EC2 launch type.")),
            None => Ok(()),
        };
    }
    if !definition.runs_on_fargate() {
        return Err(invalid("Task definition does not support launch_type FARGATE."));
    }
    match plan.platform.as_deref() {
        Some(wanted) if !PLATFORMS.contains(&wanted) => {
            Err(AwsError::new("PlatformUnknownException", "The specified platform does not exist."))
        }
        Some(old) if old.starts_with("1.3") || old.starts_with("1.2") || old.starts_with("1.1") || old == "1.0.0" => {
            let needs_newer = definition.storage_gib() > 20 || definition.architecture.as_deref() == Some("arm64");
            if needs_newer {
                let message = "The task definition uses features that the specified platform version does not support.";
                return Err(AwsError::new("PlatformTaskDefinitionIncompatibilityException", message));
            }
            Ok(())
        }
        Some(_) | None => Ok(()),
    }
}

fn check_rules(input: &Input<'_>, plan: &Plan) -> Result<(), AwsError> {
    if !plan.is_fargate() {
        return Ok(());
    }
    for (member, noun) in [("placementConstraints", "constraints"), ("placementStrategy", "strategies")] {
        if !input.parts(member).is_empty() {
            return Err(invalid(format!("Placement {noun} are not supported with FARGATE launch type.")));
        }
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html>
fn check_network(
    context: &mut Context<'_>,
    input: &Input<'_>,
    plan: &Plan,
    definition: &TaskDefinition,
) -> Result<(), AwsError> {
    let given = input.part("networkConfiguration").has("awsvpcConfiguration");
    match (&plan.network, definition.mode) {
        (None, NetworkMode::Awsvpc) => {
            Err(invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified."))
        }
        (Some(network), NetworkMode::Awsvpc) => {
            if network.is_public && !plan.is_fargate() {
                return Err(invalid("Assign public IP is not supported for this launch type."));
            }
            network.check(context)
        }
        (Some(_), NetworkMode::Bridge | NetworkMode::Host | NetworkMode::None) => {
            Err(invalid("Network Configuration is not valid for the given networkMode of this task definition."))
        }
        (None, NetworkMode::Bridge | NetworkMode::Host | NetworkMode::None) if given => {
            Err(invalid("Network Configuration is not valid for the given networkMode of this task definition."))
        }
        (None, NetworkMode::Bridge | NetworkMode::Host | NetworkMode::None) => Ok(()),
    }
}
