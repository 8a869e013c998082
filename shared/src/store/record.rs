//! A step as the store keeps it: what everybody may see, and what the engine needs to resume.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::operation::Step;
use crate::time::Timestamp;

/// A step's durable record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// What everybody may see.
    #[serde(flatten)]
    pub view: Step,
    /// Its place in the plan.
    pub index: u32,
    /// What it gave to later steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// What was noted before its call: the value before, the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Value>,
    /// When its wait began; limits count from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Timestamp>,
    /// Tries that failed in a row since the last that did not.
    #[serde(default)]
    pub failures: u32,
    /// The call that failed last; once it is answered, the row of failures has an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<String>,
}
