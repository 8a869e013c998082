//! The steps of the operations on a district.

use super::{PlannedStep, Standing};
use crate::district::{DistrictPatch, DistrictSpec};

pub(super) fn provision(_spec: &DistrictSpec) -> Vec<PlannedStep> {
    Vec::new()
}

pub(super) fn update(_patch: &DistrictPatch, _standing: &Standing<'_>) -> Vec<PlannedStep> {
    Vec::new()
}

pub(super) fn delete(_cascade: bool, _standing: &Standing<'_>) -> Vec<PlannedStep> {
    Vec::new()
}
