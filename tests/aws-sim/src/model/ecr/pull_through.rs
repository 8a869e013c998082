//! Rules by which a registry would fill repositories from other registries. They are kept; nothing is pulled.

use serde_json::{Value, json};

use super::{paged, unfit};
use crate::model::clock::{Moment, epoch};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// The registries that rules can be for.
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html>
const UPSTREAMS: [(&str, &str); 6] = [
    ("public.ecr.aws", "ecr-public"),
    ("registry.k8s.io", "k8s"),
    ("quay.io", "quay"),
    ("registry-1.docker.io", "docker-hub"),
    ("ghcr.io", "github-container-registry"),
    ("registry.gitlab.com", "gitlab-container-registry"),
];

/// Where images below a prefix come from.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Rule {
    url: String,
    registry: String,
    credential: Option<String>,
    created: Moment,
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (prefix, url) = (input.required("ecrRepositoryPrefix")?, input.required("upstreamRegistryUrl")?);
    let upstream = UPSTREAMS.iter().find(|(known, _)| *known == url);
    let Some((_, registry)) = upstream else {
        let message = "The upstream registry is not supported by Amazon ECR for pull through cache rules.";
        return Err(AwsError::new("UnsupportedUpstreamRegistryException", message));
    };
    let rule = Rule {
        url: url.to_owned(),
        registry: (*registry).to_owned(),
        credential: input.text("credentialArn").map(str::to_owned),
        created: context.now,
    };
    let account = context.place.account.clone();
    let rules = &mut context.region().ecr.pull_through;
    if rules.contains_key(prefix) {
        let message = format!(
            "A pull through cache rule with the repository prefix '{prefix}' already exists in the registry with id \
             '{account}'"
        );
        return Err(AwsError::new("PullThroughCacheRuleAlreadyExistsException", message));
    }
    let answer = shown(&account, prefix, &rule);
    rules.insert(prefix.to_owned(), rule);
    Ok(answer)
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribePullThroughCacheRules.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefixes = input.texts("ecrRepositoryPrefixes");
    if prefixes.len() > 100 {
        return Err(unfit("ecrRepositoryPrefixes", "Member must have length less than or equal to 100"));
    }
    let account = context.place.account.clone();
    let rules = &context.region().ecr.pull_through;
    if let Some(absent) = prefixes.iter().find(|prefix| !rules.contains_key(**prefix)) {
        return Err(no_such_rule(absent, &account));
    }
    let kept = rules.iter().filter(|(prefix, _)| prefixes.is_empty() || prefixes.contains(&prefix.as_str()));
    let rows = kept.map(|(prefix, rule)| (prefix.clone(), shown(&account, prefix, rule))).collect();
    paged(input, "pullThroughCacheRules", rows)
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeletePullThroughCacheRule.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (prefix, account) = (input.required("ecrRepositoryPrefix")?, context.place.account.clone());
    let rule = context.region().ecr.pull_through.remove(prefix);
    rule.map(|rule| shown(&account, prefix, &rule)).ok_or_else(|| no_such_rule(prefix, &account))
}

fn shown(account: &str, prefix: &str, rule: &Rule) -> Value {
    json!({
        "ecrRepositoryPrefix": prefix,
        "upstreamRegistryUrl": rule.url,
        "upstreamRegistry": rule.registry,
        "credentialArn": rule.credential,
        "createdAt": epoch(rule.created),
        "registryId": account,
    })
}

fn no_such_rule(prefix: &str, account: &str) -> AwsError {
    let message = format!(
        "The pull through cache rule with the repository prefix '{prefix}' does not exist in the registry with id \
         '{account}'"
    );
    AwsError::new("PullThroughCacheRuleNotFoundException", message)
}
