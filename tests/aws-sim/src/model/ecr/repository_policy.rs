//! Who else may use a repository. The policy is kept, not evaluated.

use serde_json::{Value, json};

use super::repository::Repository;
use super::{named, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html>
pub(super) fn set(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let text = input.required("policyText")?;
    let repository = named(context, input)?;
    if !is_policy(text) {
        return Err(unfit("PolicyText", "Invalid repository policy provided"));
    }
    repository.policy = Some(text.to_owned());
    Ok(shown(repository, text))
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let repository = named(context, input)?;
    repository.policy.as_deref().map(|text| shown(repository, text)).ok_or_else(|| absent(repository))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let repository = named(context, input)?;
    let text = repository.policy.take().ok_or_else(|| absent(repository))?;
    Ok(shown(repository, &text))
}

/// Every statement says its effect, for whom and for what; the repository is the resource.
fn is_policy(text: &str) -> bool {
    let policy: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    let statements = match policy.get("Statement") {
        Some(Value::Array(several)) => several.clone(),
        Some(one) => vec![one.clone()],
        None => return false,
    };
    !statements.is_empty()
        && statements.iter().all(|statement| {
            let has = |name: &str| statement.get(name).is_some() || statement.get(format!("Not{name}")).is_some();
            matches!(statement["Effect"].as_str(), Some("Allow" | "Deny")) && has("Principal") && has("Action")
        })
}

fn shown(repository: &Repository, text: &str) -> Value {
    json!({"registryId": repository.registry, "repositoryName": repository.name, "policyText": text})
}

fn absent(repository: &Repository) -> AwsError {
    let message = format!(
        "Repository policy does not exist for the repository with name '{}' in the registry with id '{}'",
        repository.name, repository.registry
    );
    AwsError::new("RepositoryPolicyNotFoundException", message)
}
