//! Elastic Container Registry: repositories, the images and layers in them, and what is set for them.
//!
//! A registry belongs to an account and a region; calls may name the registry of another account.

mod authorization;
mod image;
mod image_calls;
mod image_id;
mod image_listing;
mod layer_upload;
mod lifecycle_policy;
mod manifest;
mod mutability;
mod pull_through;
mod repository;
mod repository_calls;
mod repository_name;
mod repository_policy;
mod tagging;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use image::has_image;
use pull_through::Rule;
use repository::Repository;
use serde_json::{Value, json};

use super::context::{Context, Handler};
use super::error::{Answer, AwsError};
use super::input::Input;
use super::inventory::Item;
use super::page;

/// What ECR has in one region, by name.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    repositories: BTreeMap<String, Repository>,
    /// By the prefix of the repositories that they fill.
    pull_through: BTreeMap<String, Rule>,
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateRepository" => repository_calls::create,
        "DescribeRepositories" => repository_calls::describe,
        "DeleteRepository" => repository_calls::delete,
        "DescribeRegistry" => repository_calls::registry,
        "PutImageTagMutability" => mutability::put,
        "PutImageScanningConfiguration" => repository_calls::put_scanning,
        "SetRepositoryPolicy" => repository_policy::set,
        "GetRepositoryPolicy" => repository_policy::get,
        "DeleteRepositoryPolicy" => repository_policy::delete,
        "PutLifecyclePolicy" => lifecycle_policy::put,
        "GetLifecyclePolicy" => lifecycle_policy::get,
        "DeleteLifecyclePolicy" => lifecycle_policy::delete,
        "PutImage" => image_calls::put,
        "BatchGetImage" => image_calls::get_several,
        "BatchDeleteImage" => image_calls::delete_several,
        "ListImages" => image_listing::list,
        "DescribeImages" => image_listing::describe,
        "InitiateLayerUpload" => layer_upload::initiate,
        "UploadLayerPart" => layer_upload::part,
        "CompleteLayerUpload" => layer_upload::complete,
        "BatchCheckLayerAvailability" => layer_upload::availability,
        "GetDownloadUrlForLayer" => layer_upload::download_url,
        "GetAuthorizationToken" => authorization::token,
        "CreatePullThroughCacheRule" => pull_through::create,
        "DescribePullThroughCacheRules" => pull_through::describe,
        "DeletePullThroughCacheRule" => pull_through::delete,
        "TagResource" => tagging::tag,
        "UntagResource" => tagging::untag,
        "ListTagsForResource" => tagging::list,
        _ => return None,
    })
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    state.repositories.values().flat_map(Repository::items).collect()
}

/// The registry that a call means: the caller's own unless it names another account's.
fn registry(context: &Context<'_>, input: &Input<'_>) -> Arc<str> {
    input.text("registryId").map_or_else(|| context.place.account.clone(), Into::into)
}

/// The repository that a call names.
fn named<'a>(context: &'a mut Context<'_>, input: &Input<'_>) -> Result<&'a mut Repository, AwsError> {
    let (name, id) = (input.required("repositoryName")?, registry(context, input));
    let region = context.place.region.clone();
    // Asking for an account must not make it.
    let known = context.world.accounts().any(|(account, _)| *account == id);
    let repositories = known.then(|| &mut context.world.account(&id).region(&region).ecr.repositories);
    repositories.and_then(|all| all.get_mut(name)).ok_or_else(|| no_such_repository(name, &id))
}

/// One page under the list's name, with the token for the next.
fn paged(input: &Input<'_>, list: &str, rows: Vec<(String, Value)>) -> Answer {
    let limit = input.int("maxResults")?.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        return Err(unfit("maxResults", "Member must have value between 1 and 1000"));
    }
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("nextToken"));
    let (page, next) = page.ok_or_else(|| unfit("nextToken", "Invalid token"))?;
    Ok(json!({ list: page, "nextToken": next }))
}

fn no_such_repository(name: &str, registry: &str) -> AwsError {
    let message = format!("The repository with name '{name}' does not exist in the registry with id '{registry}'");
    AwsError::new("RepositoryNotFoundException", message)
}

fn unfit(member: &str, constraint: &str) -> AwsError {
    let message = format!("Invalid parameter at '{member}' failed to satisfy constraint: '{constraint}'");
    AwsError::new("InvalidParameterException", message)
}
