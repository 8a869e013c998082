//! Systems Manager: Parameter Store with AWS's public parameters, and sessions on instances.
//!
//! `parameter` is one parameter with its versions, `selector` finds one by name, version or label, `public` knows what
//! AWS publishes; `instance` and `session` are about instances that the agent runs on.

mod deleting;
mod expiry;
mod filter;
mod instance;
mod label;
mod listing;
mod name;
mod parameter;
mod policy;
mod public;
mod put;
mod reading;
mod selector;
mod session;
mod tagging;

use std::collections::BTreeMap;

use parameter::Parameter;
pub(crate) use selector::value;
use session::Session;

use super::context::{Context, Handler};
use super::error::AwsError;
use super::inventory::Item;

/// What Systems Manager has in one region.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    /// By name.
    parameters: BTreeMap<String, Parameter>,
    /// By id.
    sessions: BTreeMap<String, Session>,
}

/// What happens by itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Event {
    /// The time has come that a policy of the parameter with that name gives for its end.
    Expires(String),
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "PutParameter" => put::put,
        "GetParameter" => reading::get,
        "GetParameters" => reading::get_several,
        "GetParameterHistory" => reading::history,
        "GetParametersByPath" => listing::by_path,
        "DescribeParameters" => listing::describe,
        "DeleteParameter" => deleting::one,
        "DeleteParameters" => deleting::several,
        "LabelParameterVersion" => label::attach,
        "UnlabelParameterVersion" => label::detach,
        "AddTagsToResource" => tagging::add,
        "RemoveTagsFromResource" => tagging::remove,
        "ListTagsForResource" => tagging::list,
        "DescribeInstanceInformation" => instance::describe,
        "GetConnectionStatus" => session::connection,
        "StartSession" => session::start,
        "TerminateSession" => session::terminate,
        "DescribeSessions" => session::describe,
        _ => return None,
    })
}

/// Lets an event happen.
pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::Expires(name) => expiry::expire(context, &name),
    }
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    state.parameters.values().map(Parameter::item).collect()
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

/// A member breaks a constraint of the API's model.
fn unfit(member: &str, value: &str, constraint: &str) -> AwsError {
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    ))
}

/// AWS gives no sentence with this code.
fn not_found() -> AwsError {
    AwsError::new("ParameterNotFound", "")
}
