//! Labels: names for versions, each on one version of a parameter at a time.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html>

use serde_json::json;

use super::parameter::{Parameter, Version};
use super::{not_found, selector, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

const MOST: usize = 10;
const LONGEST: usize = 100;

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_LabelParameterVersion.html>
pub(super) fn attach(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let parameter = named(context, input)?;
    let number = u64::try_from(input.int("ParameterVersion")?.unwrap_or_default()).unwrap_or_default();
    let number = if input.has("ParameterVersion") { number } else { parameter.latest().number };
    let labels = input.texts("Labels");
    if let Some(long) = labels.iter().find(|label| label.len() > LONGEST) {
        return Err(unfit("labels", long, "Member must have length less than or equal to 100"));
    }
    let (invalid, valid): (Vec<&str>, Vec<&str>) = labels.into_iter().partition(|label| !is_valid(label));
    let there = version(parameter, number)?.labels.clone();
    let added = valid.iter().filter(|label| !there.iter().any(|one| one == *label)).count();
    if there.len() + added > MOST {
        let message = "A parameter version can have maximum 10 labels.Move one or more labels to another version and try \
                       again.";
        return Err(AwsError::new("ParameterVersionLabelLimitExceeded", message));
    }
    for version in parameter.versions_mut() {
        let is_here = version.number == number;
        version.labels.retain(|label| is_here || !valid.contains(&label.as_str()));
        if is_here {
            let fresh = valid.iter().filter(|label| !there.iter().any(|one| one == *label));
            version.labels.extend(fresh.map(|label| (*label).to_owned()));
        }
    }
    Ok(json!({ "InvalidLabels": invalid, "ParameterVersion": number }))
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UnlabelParameterVersion.html>
pub(super) fn detach(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let number = u64::try_from(input.required_int("ParameterVersion")?).unwrap_or_default();
    let parameter = named(context, input)?;
    let version = version(parameter, number)?;
    let is_there = |label: &&str| version.labels.iter().any(|one| one == label);
    let (removed, invalid): (Vec<&str>, Vec<&str>) = input.texts("Labels").into_iter().partition(is_there);
    version.labels.retain(|label| !removed.contains(&label.as_str()));
    Ok(json!({ "RemovedLabels": removed, "InvalidLabels": invalid }))
}

/// Letters, digits and `.-_`, not beginning with a digit or with what is AWS's.
fn is_valid(label: &str) -> bool {
    let small = label.to_ascii_lowercase();
    let reserved = small.starts_with("aws") || small.starts_with("ssm");
    !reserved
        && !label.starts_with(|one: char| one.is_ascii_digit())
        && label.chars().all(|one| one.is_ascii_alphanumeric() || "_.-".contains(one))
}

fn named<'a>(context: &'a mut Context<'_>, input: &Input<'_>) -> Result<&'a mut Parameter, AwsError> {
    let name = selector::name_in_arn(input.required("Name")?);
    context.region().ssm.parameters.get_mut(name).ok_or_else(not_found)
}

fn version(parameter: &mut Parameter, number: u64) -> Result<&mut Version, AwsError> {
    let absent = selector::no_such_version(&parameter.name, &number.to_string());
    parameter.versions_mut().find(|version| version.number == number).ok_or(absent)
}
