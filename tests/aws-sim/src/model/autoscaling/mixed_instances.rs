//! Groups of several instance types, some on demand and some spot.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups.html>

use serde_json::{Value, json};

use super::group::Group;
use super::invalid;
use super::launch_spec::{Template, read_template};
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// Types for one group. <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html>
const OVERRIDES: usize = 40;

/// A mixed instances policy.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Mixed {
    pub(super) template: Template,
    overrides: Vec<Override>,
    distribution: Distribution,
}

/// A type that may be launched instead of the template's own.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Override {
    instance_type: String,
    weight: Option<i64>,
}

/// How on-demand and spot instances share a group.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Distribution {
    on_demand_strategy: String,
    on_demand_base: i64,
    /// Percent of what is above the base.
    on_demand_above: i64,
    spot_strategy: String,
    spot_pools: Option<i64>,
    spot_price: Option<String>,
}

/// What one instance shall be, where the group has a choice.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) instance_type: Option<String>,
    pub(super) weight: i64,
    pub(super) is_spot: bool,
}

impl Default for Choice {
    fn default() -> Self {
        Self { instance_type: None, weight: 1, is_spot: false }
    }
}

impl Mixed {
    pub(super) fn read(context: &mut Context<'_>, input: &Input<'_>) -> Result<Self, AwsError> {
        let named = input.part("LaunchTemplate");
        let template = read_template(context, &named.part("LaunchTemplateSpecification"))?;
        let overrides: Vec<Override> = named.parts("Overrides").iter().map(Override::read).collect::<Result<_, _>>()?;
        if overrides.len() > OVERRIDES {
            return Err(invalid(format!("The number of overrides exceeds the limit of {OVERRIDES}.")));
        }
        if overrides.iter().any(|one| one.weight.is_some()) && overrides.iter().any(|one| one.weight.is_none()) {
            return Err(invalid("WeightedCapacity must be specified for either all or none of the overrides."));
        }
        let distribution = Distribution::read(&input.part("InstancesDistribution"))?;
        Ok(Self { template, overrides, distribution })
    }

    pub(super) fn render(&self) -> Value {
        let overrides = self.overrides.iter().map(|one| {
            json!({"InstanceType": one.instance_type, "WeightedCapacity": one.weight.map(|weight| weight.to_string())})
        });
        let split = &self.distribution;
        json!({
            "LaunchTemplate": {
                "LaunchTemplateSpecification": self.template.render(),
                "Overrides": overrides.collect::<Vec<_>>(),
            },
            "InstancesDistribution": {
                "OnDemandAllocationStrategy": split.on_demand_strategy,
                "OnDemandBaseCapacity": split.on_demand_base,
                "OnDemandPercentageAboveBaseCapacity": split.on_demand_above,
                "SpotAllocationStrategy": split.spot_strategy,
                "SpotInstancePools": split.spot_pools,
                "SpotMaxPrice": split.spot_price,
            },
        })
    }

    /// The types in the order in which they are tried: as listed.
    pub(super) fn choices(&self, on_demand: bool) -> Vec<Choice> {
        if self.overrides.is_empty() {
            return vec![Choice { is_spot: !on_demand, ..Choice::default() }];
        }
        let choice = |one: &Override| Choice {
            instance_type: Some(one.instance_type.clone()),
            weight: one.weight.unwrap_or(1),
            is_spot: !on_demand,
        };
        self.overrides.iter().map(choice).collect()
    }

    /// Whether the group's next instance is one on demand: the base first, then as many as the percentage asks for.
    pub(super) fn wants_on_demand(&self, group: &Group) -> bool {
        let have: i64 = group.staying().filter(|member| !member.is_spot).map(|member| member.weight).sum();
        let above = (group.size.desired - self.distribution.on_demand_base).max(0);
        let wanted = self.distribution.on_demand_base + (above * self.distribution.on_demand_above + 99) / 100;
        have < wanted
    }
}

impl Override {
    fn read(input: &Input<'_>) -> Result<Self, AwsError> {
        if input.has("InstanceRequirements") {
            return Err(invalid("aws-sim does not choose instance types by their attributes."));
        }
        let weight = input.int("WeightedCapacity")?;
        if weight.is_some_and(|weight| !(1..=999).contains(&weight)) {
            return Err(invalid("WeightedCapacity must be between 1 and 999."));
        }
        Ok(Self { instance_type: input.required("InstanceType")?.to_owned(), weight })
    }
}

impl Distribution {
    fn read(input: &Input<'_>) -> Result<Self, AwsError> {
        let spot_strategy = input.text("SpotAllocationStrategy").unwrap_or("lowest-price").to_owned();
        let on_demand_above = input.int("OnDemandPercentageAboveBaseCapacity")?.unwrap_or(100);
        if !(0..=100).contains(&on_demand_above) {
            return Err(invalid("OnDemandPercentageAboveBaseCapacity must be between 0 and 100."));
        }
        let spot_pools = input.int("SpotInstancePools")?;
        if spot_pools.is_some() && spot_strategy != "lowest-price" {
            return Err(invalid(
                "SpotInstancePools option is only available with the lowest-price allocation strategy.",
            ));
        }
        let spot_pools = spot_pools.or((spot_strategy == "lowest-price").then_some(2));
        Ok(Self {
            on_demand_strategy: input.text("OnDemandAllocationStrategy").unwrap_or("prioritized").to_owned(),
            on_demand_base: input.int("OnDemandBaseCapacity")?.unwrap_or(0),
            on_demand_above,
            spot_strategy,
            spot_pools,
            spot_price: input.text("SpotMaxPrice").filter(|price| !price.is_empty()).map(str::to_owned),
        })
    }
}
