//! Records of districts and heritages: their fields as Redis keeps them.

use super::fields::{Fields, Writing, json};
use super::{RecordChange, StoreError, Unfinished};
use crate::district::District;
use crate::heritage::{Heritage, HeritageSpec};
use crate::names::{DistrictName, HeritageName};
use crate::resource::{Condition, Lifecycle};

type Written = Vec<(String, String)>;

/// Each condition is a field of its own, so that one is replaced without reading the others.
const CONDITION: &str = "condition:";

/// The field of one condition, and its value.
pub(super) fn condition(condition: &Condition) -> Result<(String, String), StoreError> {
    Ok((format!("{CONDITION}{}", condition.kind), json(condition)?))
}

fn conditions(writing: Writing, conditions: &[Condition]) -> Result<Writing, StoreError> {
    conditions.iter().try_fold(writing, |writing, it| writing.json(&format!("{CONDITION}{}", it.kind), it))
}

/// The host ports that a specification names: those stay reserved.
fn ports(spec: &HeritageSpec) -> String {
    let mappings = spec.services.iter().flat_map(|service| &service.port_mappings);
    mappings.map(|mapping| mapping.host_port.to_string()).collect::<Vec<_>>().join(" ")
}

/// The fields of the record that a create makes visible; state and moments are the script's.
pub(super) fn made(district: Option<&District>, heritage: Option<&Heritage>) -> Result<Written, StoreError> {
    let mut writing = Writing::default();
    if let Some(district) = district {
        writing = writing.json("spec", &district.spec)?.json("ids", &district.ids)?;
        writing = conditions(writing, &district.conditions)?;
    }
    if let Some(heritage) = heritage {
        writing = writing.json_if("spec", heritage.applied.as_ref())?.json("services", &heritage.services)?;
        writing = conditions(writing, &heritage.conditions)?;
    }
    Ok(writing.done())
}

/// Where a record stands after an operation, and its fields; `None` when it is removed.
pub(super) fn changed(change: &RecordChange) -> Result<(Option<Lifecycle>, Written), StoreError> {
    let (state, writing) = match change {
        RecordChange::DistrictRemoved | RecordChange::HeritageRemoved => (None, Writing::default()),
        RecordChange::District { state, spec, ids, condition } => {
            let writing = Writing::default().json_if("spec", spec.as_ref())?.json_if("ids", ids.as_ref())?;
            (Some(*state), conditions(writing, std::slice::from_ref(condition))?)
        }
        RecordChange::Heritage { state, spec, services, condition } => {
            let writing = Writing::default()
                .json_if("spec", spec.as_ref())?
                .text_if("ports", spec.as_ref().map(ports))
                .json_if("services", services.as_ref())?;
            (Some(*state), conditions(writing, std::slice::from_ref(condition))?)
        }
    };
    Ok((state, writing.done()))
}

/// Where a thing stands: one that is there while something is on its way to it is being changed.
fn state(fields: &Fields, unfinished: &[Unfinished]) -> Result<Lifecycle, StoreError> {
    let recorded = fields.required_word("state")?;
    Ok(if recorded == Lifecycle::Active && !unfinished.is_empty() { Lifecycle::Updating } else { recorded })
}

/// A district from its fields, with its revision.
pub(super) fn district(
    name: &DistrictName,
    fields: &Fields,
    unfinished: &[Unfinished],
) -> Result<(District, u64), StoreError> {
    let district = District {
        name: name.clone(),
        spec: fields.json("spec")?.ok_or_else(|| fields.corrupt("spec", &"it is absent"))?,
        ids: fields.json("ids")?.unwrap_or_default(),
        state: state(fields, unfinished)?,
        conditions: fields.all_json(CONDITION)?,
        created_at: fields.moment("created_at")?.unwrap_or_default(),
        updated_at: fields.moment("updated_at")?.unwrap_or_default(),
    };
    Ok((district, fields.required_word("revision")?))
}

/// A heritage from its fields, with its revision.
pub(super) fn heritage(
    district: &DistrictName,
    name: &HeritageName,
    fields: &Fields,
    unfinished: &[Unfinished],
) -> Result<(Heritage, u64), StoreError> {
    let heritage = Heritage {
        district: district.clone(),
        name: name.clone(),
        applied: fields.json("spec")?,
        services: fields.json("services")?.unwrap_or_default(),
        state: state(fields, unfinished)?,
        conditions: fields.all_json(CONDITION)?,
        created_at: fields.moment("created_at")?.unwrap_or_default(),
        updated_at: fields.moment("updated_at")?.unwrap_or_default(),
    };
    Ok((heritage, fields.required_word("revision")?))
}
