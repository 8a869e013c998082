//! Creating, describing and deleting repositories.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::mutability::Mutability;
use super::repository::Repository;
use super::{named, no_such_repository, paged, repository_name, tagging, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = repository_name::checked(input.required("repositoryName")?)?;
    let (mutability, encryption) = (Mutability::read(input)?, encryption(context, input)?);
    let tags = tagging::read(input)?;
    let account = context.place.account.to_string();
    let repository = Repository {
        name: name.to_owned(),
        arn: context.arn("ecr", &format!("repository/{name}")),
        uri: format!("{account}.dkr.ecr.{}.amazonaws.com/{name}", context.place.region),
        registry: account.clone(),
        created: context.now,
        mutability,
        scan_on_push: scan_on_push(input)?,
        encryption,
        policy: None,
        lifecycle_policy: None,
        images: IndexMap::new(),
        layers: BTreeMap::new(),
        uploads: BTreeMap::new(),
        tags,
    };
    let repositories = &mut context.region().ecr.repositories;
    if repositories.contains_key(name) {
        let message = format!("The repository with name '{name}' already exists in the registry with id '{account}'");
        return Err(AwsError::new("RepositoryAlreadyExistsException", message));
    }
    let answer = json!({ "repository": repository.render() });
    repositories.insert(name.to_owned(), repository);
    Ok(answer)
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (names, id, region) =
        (input.texts("repositoryNames"), super::registry(context, input), context.place.region.clone());
    if names.len() > 100 {
        return Err(unfit("repositoryNames", "Member must have length less than or equal to 100"));
    }
    let account = context.world.accounts().find(|(account, _)| **account == id).map(|(_, account)| account);
    let there = account.and_then(|account| account.regions().find(|(name, _)| **name == region));
    let repositories = there.map(|(_, region)| &region.ecr.repositories);
    if names.is_empty() {
        let all = repositories.into_iter().flatten();
        let rows = all.map(|(name, repository)| (name.clone(), repository.render())).collect();
        return paged(input, "repositories", rows);
    }
    if input.has("maxResults") || input.has("nextToken") {
        return Err(unfit("repositoryNames", "can't be used with maxResults or nextToken"));
    }
    let find = |name: &str| {
        let found = repositories.and_then(|all| all.get(name));
        found.map(Repository::render).ok_or_else(|| no_such_repository(name, &id))
    };
    let found: Vec<Value> = names.into_iter().map(find).collect::<Result<_, _>>()?;
    Ok(json!({ "repositories": found }))
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepository.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let forced = input.flag("force")?.unwrap_or(false);
    let repository = named(context, input)?;
    let (name, registry) = (repository.name.clone(), repository.registry.clone());
    if !repository.images.is_empty() && !forced {
        let message = format!(
            "The repository with name '{name}' in registry with id '{registry}' cannot be deleted because it still \
             contains images"
        );
        return Err(AwsError::new("RepositoryNotEmptyException", message));
    }
    let answer = json!({ "repository": repository.render() });
    let region = context.place.region.clone();
    context.world.account(&registry.into()).region(&region).ecr.repositories.remove(&name);
    Ok(answer)
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImageScanningConfiguration.html>
pub(super) fn put_scanning(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let scan_on_push = scan_on_push(input)?;
    let repository = named(context, input)?;
    repository.scan_on_push = scan_on_push;
    Ok(json!({
        "registryId": repository.registry, "repositoryName": repository.name,
        "imageScanningConfiguration": {"scanOnPush": scan_on_push},
    }))
}

/// A registry without replication.
/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRegistry.html>
pub(super) fn registry(context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    Ok(json!({"registryId": &*context.place.account, "replicationConfiguration": {"rules": []}}))
}

fn scan_on_push(input: &Input<'_>) -> Result<bool, AwsError> {
    Ok(input.part("imageScanningConfiguration").flag("scanOnPush")?.unwrap_or(false))
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_EncryptionConfiguration.html>
fn encryption(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let given = input.part("encryptionConfiguration");
    let kind = given.text("encryptionType").unwrap_or("AES256");
    match kind {
        "AES256" if given.has("kmsKey") => Err(unfit("kmsKey", "can only be given with encryptionType KMS")),
        "AES256" => Ok(json!({"encryptionType": kind})),
        "KMS" | "KMS_DSSE" => {
            let own = || format!("key/{}", context.world.ids.uuid());
            let key = given.text("kmsKey").map_or_else(own, str::to_owned);
            let key = if key.starts_with("arn:") { key } else { context.arn("kms", &key) };
            Ok(json!({"encryptionType": kind, "kmsKey": key}))
        }
        _ => Err(unfit("encryptionType", "Member must satisfy enum value set: [AES256, KMS, KMS_DSSE]")),
    }
}
