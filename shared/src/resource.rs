//! What districts and heritages have in common: where they stand, and why.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::OperationId;
use crate::time::Timestamp;

/// Where a resource stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, strum::Display, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Lifecycle {
    /// Accepted, being made.
    Creating,
    /// There, and as asked for.
    Active,
    /// There, and being changed.
    Updating,
    /// Being removed.
    Deleting,
    /// Making it failed and something of it is left; delete or retry.
    Failed,
    /// Removing it failed; delete again.
    DeleteFailed,
}

/// One observation about a resource, in the shape that Kubernetes made common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Condition {
    /// What is observed: `Ready`, `LastChange`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it holds.
    pub status: bool,
    /// One word why.
    pub reason: String,
    /// A sentence.
    pub message: String,
    /// The operation that said so.
    pub operation: Option<OperationId>,
    /// When it was said.
    pub at: Timestamp,
}
