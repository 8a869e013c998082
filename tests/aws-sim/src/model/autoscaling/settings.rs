//! What a group is told besides its size and what it launches.

use serde_json::{Map, Value};

use super::invalid;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// Members that are kept as they came, and shown again.
const KEPT: [&str; 8] = [
    "AvailabilityZoneDistribution",
    "AvailabilityZoneImpairmentPolicy",
    "CapacityReservationSpecification",
    "Context",
    "DesiredCapacityType",
    "InstanceMaintenancePolicy",
    "MaxInstanceLifetime",
    "PlacementGroup",
];

/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html>
pub(super) const TERMINATION_POLICIES: [&str; 7] = [
    "AllocationStrategy",
    "ClosestToNextInstanceHour",
    "Default",
    "NewestInstance",
    "OldestInstance",
    "OldestLaunchConfiguration",
    "OldestLaunchTemplate",
];

/// Settings of a group.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Settings {
    /// Seconds.
    pub(super) cooldown: i64,
    pub(super) health_check: String,
    /// Seconds.
    pub(super) grace_period: i64,
    pub(super) termination_policies: Vec<String>,
    pub(super) new_ones_protected: bool,
    pub(super) capacity_rebalance: bool,
    /// Seconds.
    pub(super) warmup: Option<i64>,
    pub(super) service_linked_role: String,
    pub(super) kept: Map<String, Value>,
}

impl Settings {
    pub(super) fn new(service_linked_role: String) -> Self {
        Self {
            cooldown: 300,
            health_check: "EC2".to_owned(),
            grace_period: 0,
            termination_policies: vec!["Default".to_owned()],
            new_ones_protected: false,
            capacity_rebalance: false,
            warmup: None,
            service_linked_role,
            kept: Map::new(),
        }
    }

    /// With what a call sets.
    pub(super) fn changed(mut self, input: &Input<'_>) -> Result<Self, AwsError> {
        self.cooldown = seconds(input, "DefaultCooldown")?.unwrap_or(self.cooldown);
        self.grace_period = seconds(input, "HealthCheckGracePeriod")?.unwrap_or(self.grace_period);
        self.new_ones_protected = input.flag("NewInstancesProtectedFromScaleIn")?.unwrap_or(self.new_ones_protected);
        self.capacity_rebalance = input.flag("CapacityRebalance")?.unwrap_or(self.capacity_rebalance);
        self.warmup = match input.int("DefaultInstanceWarmup")? {
            Some(-1) => None,
            given => given.or(self.warmup),
        };
        if let Some(kinds) = input.text("HealthCheckType") {
            self.health_check = health_check(kinds)?;
        }
        if input.has("TerminationPolicies") {
            self.termination_policies = termination_policies(input)?;
        }
        if let Some(role) = input.text("ServiceLinkedRoleARN") {
            role.clone_into(&mut self.service_linked_role);
        }
        for name in KEPT {
            if let Some(value) = input.get(name) {
                self.kept.insert(name.to_owned(), value.clone());
            }
        }
        if self.kept.get("MaxInstanceLifetime").is_some_and(|seconds| seconds == "0") {
            self.kept.shift_remove("MaxInstanceLifetime");
        }
        Ok(self)
    }

    /// Whether load balancers are asked about instances.
    pub(super) fn asks_load_balancers(&self) -> bool {
        self.health_check.split(',').any(|kind| kind == "ELB")
    }
}

fn seconds(input: &Input<'_>, member: &str) -> Result<Option<i64>, AwsError> {
    match input.int(member)? {
        Some(..0) => Err(invalid(format!("{member} must not be negative."))),
        given => Ok(given),
    }
}

/// One kind, or several separated by commas; `EC2` is always among them.
fn health_check(kinds: &str) -> Result<String, AwsError> {
    let known = |kind: &str| matches!(kind, "EC2" | "ELB" | "EBS" | "VPC_LATTICE");
    let kinds: Vec<&str> = kinds.split(',').map(str::trim).collect();
    if kinds.iter().all(|kind| known(kind)) {
        return Ok(kinds.join(","));
    }
    let message = format!("Invalid HealthCheckType: {}. Valid health check types are [EC2, ELB].", kinds.join(","));
    Err(invalid(message))
}

/// Names, or functions of the caller's own, which are kept but not asked.
fn termination_policies(input: &Input<'_>) -> Result<Vec<String>, AwsError> {
    let given = input.strings("TerminationPolicies");
    let known = |name: &String| TERMINATION_POLICIES.contains(&name.as_str()) || name.starts_with("arn:aws:lambda:");
    match given.iter().find(|name| !known(name)) {
        Some(name) => Err(invalid(format!("Unsupported termination policy: {name}"))),
        None => Ok(given),
    }
}
