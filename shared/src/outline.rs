//! The outline of each workflow: which steps an operation will take, and what each does to AWS.
//!
//! The API shows it before anything runs (`?dry_run=true`, and the `pending` steps of a queued operation); a test of the
//! worker asserts that its plans have exactly these steps, in this order.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
