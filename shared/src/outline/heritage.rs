//! The steps of the operations on a heritage.

use super::{PlannedStep, Standing};
use crate::heritage::HeritageSpec;
use crate::names::ServiceName;
use crate::payload::Payload;

pub(super) fn create(_spec: &HeritageSpec, _standing: &Standing<'_>) -> Vec<PlannedStep> {
    Vec::new()
}

pub(super) fn roll_out(_payload: &Payload, _standing: &Standing<'_>) -> Vec<PlannedStep> {
    Vec::new()
}

pub(super) fn scale(_service: &ServiceName, _desired_count: u32) -> Vec<PlannedStep> {
    Vec::new()
}

pub(super) fn delete(_keep_logs: bool, _standing: &Standing<'_>) -> Vec<PlannedStep> {
    Vec::new()
}
