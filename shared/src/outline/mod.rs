//! The outline of each workflow: which steps an operation will take, and what each does to AWS.
//!
//! The API shows it before anything runs (`?dry_run=true`, and the `pending` steps of a queued operation); a test of the
//! worker asserts that its plans have exactly these steps, in this order.

mod district;
mod heritage;
pub mod roll_out;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::district::DistrictSpec;
use crate::heritage::HeritageSpec;
use crate::names::{DistrictName, HeritageName};
use crate::payload::Payload;

/// What a step does to AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Makes something.
    Create,
    /// Changes something.
    Change,
    /// Removes something.
    Remove,
    /// Looks, waits, or starts other operations; changes nothing itself.
    Check,
}

/// One step to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedStep {
    /// The step's name, as it will stand in the operation.
    pub step: String,
    /// What it does to AWS.
    pub effect: Effect,
    /// In words: `one VPC 10.42.0.0/16`.
    pub what: String,
}

impl PlannedStep {
    /// A step to come.
    pub fn new(step: impl Into<String>, effect: Effect, what: impl Into<String>) -> Self {
        PlannedStep { step: step.into(), effect, what: what.into() }
    }
}

/// What stands before an operation, as far as its outline depends on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing<'a> {
    /// The name of the district that is changed, or that holds the heritage.
    pub district: Option<&'a DistrictName>,
    /// What the district is; the district to be made for `provision_district`.
    pub district_spec: Option<&'a DistrictSpec>,
    /// The heritage that is changed, by name.
    pub heritage: Option<&'a HeritageName>,
    /// What the heritage is before the operation.
    pub heritage_spec: Option<&'a HeritageSpec>,
    /// The heritages of the district, for a deletion that takes them along.
    pub heritages: &'a [HeritageName],
}

/// The steps of an operation, in the order of its plan.
pub fn of(payload: &Payload, standing: &Standing<'_>) -> Vec<PlannedStep> {
    match payload {
        Payload::ProvisionDistrict { spec } => district::provision(spec),
        Payload::UpdateDistrict { patch } => district::update(patch, standing),
        Payload::DeleteDistrict { cascade, .. } => district::delete(*cascade, standing),
        Payload::CreateHeritage { spec } => heritage::create(spec, standing),
        Payload::DeployHeritage { .. } | Payload::SetEnvVars { .. } | Payload::UnsetEnvVars { .. } => {
            heritage::roll_out(payload, standing)
        }
        Payload::ScaleService { service, desired_count } => heritage::scale(service, *desired_count),
        Payload::DeleteHeritage { keep_logs } => heritage::delete(*keep_logs, standing),
    }
}
