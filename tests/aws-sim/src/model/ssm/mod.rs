//! SSM Parameter Store, with the public parameters that name ECS's machine images.

mod listing;
mod parameter;
mod public;
mod tagging;

use std::collections::BTreeMap;

use parameter::Parameter;

use super::context::{Context, Handler};
use super::inventory::Item;

/// What Parameter Store has in one region, by name.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    parameters: BTreeMap<String, Parameter>,
}

impl State {
    /// The value of a parameter, given by name or ARN. For services that read parameters themselves.
    pub(crate) fn value(&self, name_or_arn: &str) -> Option<&str> {
        let name = name_or_arn.split_once(":parameter").map_or(name_or_arn, |(_, name)| name);
        let found = self.parameters.get(name).or_else(|| self.parameters.get(name.strip_prefix('/')?));
        found.map(Parameter::value)
    }
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "PutParameter" => parameter::put,
        "GetParameter" => parameter::get,
        "GetParameters" => parameter::get_several,
        "GetParameterHistory" => parameter::history,
        "DeleteParameter" => parameter::delete,
        "DeleteParameters" => parameter::delete_several,
        "GetParametersByPath" => listing::by_path,
        "DescribeParameters" => listing::describe,
        "AddTagsToResource" => tagging::add,
        "RemoveTagsFromResource" => tagging::remove,
        "ListTagsForResource" => tagging::list,
        _ => return None,
    })
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    state.parameters.values().map(Parameter::item).collect()
}

/// The decrypted value that a `valueFrom` of a container definition names, by name or ARN.
pub(crate) fn value(context: &mut Context<'_>, name_or_arn: &str) -> Option<String> {
    context.region().ssm.value(name_or_arn).map(str::to_owned)
}
