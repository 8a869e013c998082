//! Secrets Manager: secrets and their versions, kept in one region.
//!
//! `secret` is one secret with its staging labels, `identifier` finds one by name or ARN, the other files are groups of
//! calls. `value_from` reads secrets and parameters for ECS.

mod identifier;
mod listing;
mod password;
mod resource_policy;
mod rotation;
mod secret;
mod secret_calls;
mod tagging;
mod value_calls;
mod value_from;
mod version_stage;

use std::collections::BTreeMap;

use secret::Secret;
pub(crate) use value_calls::parameter_reference;
pub(crate) use value_from::value_from;

use super::context::{Context, Handler};
use super::error::AwsError;
use super::inventory::Item;

/// What Secrets Manager has in one region, by name.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    secrets: BTreeMap<String, Secret>,
}

/// What happens by itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Event {
    /// The recovery window of the secret with that ARN is over.
    Gone(String),
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateSecret" => secret_calls::create,
        "DescribeSecret" => secret_calls::describe,
        "UpdateSecret" => secret_calls::update,
        "DeleteSecret" => secret_calls::delete,
        "RestoreSecret" => secret_calls::restore,
        "ListSecrets" => listing::list,
        "GetSecretValue" => value_calls::get,
        "BatchGetSecretValue" => listing::batch_get,
        "PutSecretValue" => value_calls::put,
        "ListSecretVersionIds" => version_stage::list,
        "UpdateSecretVersionStage" => version_stage::update,
        "RotateSecret" => rotation::rotate,
        "CancelRotateSecret" => rotation::cancel,
        "PutResourcePolicy" => resource_policy::put,
        "GetResourcePolicy" => resource_policy::get,
        "DeleteResourcePolicy" => resource_policy::delete,
        "ValidateResourcePolicy" => resource_policy::validate,
        "GetRandomPassword" => password::random,
        "TagResource" => tagging::tag,
        "UntagResource" => tagging::untag,
        _ => return None,
    })
}

/// Lets an event happen.
pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::Gone(arn) => {
            let now = context.now;
            let is_due = |secret: &Secret| secret.arn == arn && secret.deleted.is_some_and(|at| at <= now);
            context.region().secretsmanager.secrets.retain(|_, secret| !is_due(secret));
        }
    }
}

/// What exists. A secret that waits for its deletion is not in it.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    state.secrets.values().filter(|secret| secret.deleted.is_none()).map(Secret::item).collect()
}

fn no_such_secret() -> AwsError {
    AwsError::new("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

/// The secret is not in a state that allows the call.
fn refused(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidRequestException", message)
}

fn marked_for_deletion() -> AwsError {
    refused("You can't perform this operation on the secret because it was marked for deletion.")
}

/// A member breaks a constraint of the API's model.
fn unfit(member: &str, value: &str, constraint: &str) -> AwsError {
    let message = format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    );
    AwsError::new("ValidationException", message)
}

fn not_simulated(what: &str) -> AwsError {
    AwsError::new("NotSimulated", format!("aws-sim does not know {what}")).with_status(501)
}
