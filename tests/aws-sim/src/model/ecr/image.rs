//! One image, and whether there is one that a container definition names.

use std::sync::Arc;

use serde_json::{Value, json};

use super::repository::Repository;
use crate::model::clock::{Moment, epoch};
use crate::model::context::Context;

/// A manifest with its tags.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Image {
    pub(super) manifest: String,
    pub(super) media_type: String,
    /// Of its configuration and layers together, in bytes.
    pub(super) size: u64,
    pub(super) artifact_media_type: Option<String>,
    pub(super) pushed: Moment,
    /// Digests of the images that a list of manifests is made of.
    pub(super) refers_to: Vec<String>,
    pub(super) tags: Vec<String>,
}

impl Image {
    /// As PutImage and BatchGetImage show it.
    pub(super) fn render(&self, repository: &Repository, digest: &str, tag: Option<&str>) -> Value {
        json!({
            "registryId": repository.registry,
            "repositoryName": repository.name,
            "imageId": {"imageDigest": digest, "imageTag": tag},
            "imageManifest": self.manifest,
            "imageManifestMediaType": self.media_type,
        })
    }

    /// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html>
    pub(super) fn detail(&self, repository: &Repository, digest: &str) -> Value {
        json!({
            "registryId": repository.registry,
            "repositoryName": repository.name,
            "imageDigest": digest,
            "imageTags": if self.tags.is_empty() { Value::Null } else { json!(self.tags) },
            "imageSizeInBytes": self.size,
            "imagePushedAt": epoch(self.pushed),
            "imageManifestMediaType": self.media_type,
            "artifactMediaType": self.artifact_media_type,
            "imageStatus": "ACTIVE",
        })
    }
}

/// Whether an image can be pulled, given as `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG` or with a digest behind an
/// `@`. Of other registries nothing is known, so that they have every image, also behind a pull-through cache.
pub(crate) fn has_image(context: &Context<'_>, reference: &str) -> bool {
    let Some((host, rest)) = reference.split_once('/') else { return true };
    let Some((account, region)) = place(host) else { return true };
    let (name, digest) = rest.split_once('@').map_or((rest, None), |(name, digest)| (name, Some(digest)));
    let (name, tag) = name.split_once(':').map_or((name, "latest"), |(name, tag)| (name, tag));
    let account = context.world.accounts().find(|(id, _)| ***id == *account).map(|(_, account)| account);
    let region: Arc<str> = region.into();
    let mut regions = account.into_iter().flat_map(|account| account.regions());
    let Some((_, found)) = regions.find(|(id, _)| **id == region) else { return false };
    let is_cached = found.ecr.pull_through.keys().any(|prefix| name.starts_with(&format!("{prefix}/")));
    is_cached
        || found.ecr.repositories.get(name).is_some_and(|repository| match digest {
            Some(digest) => repository.images.contains_key(digest),
            None => repository.tagged(tag).is_some(),
        })
}

/// Account and region of a registry's host name.
fn place(host: &str) -> Option<(&str, &str)> {
    let (account, rest) = host.split_once(".dkr.ecr.")?;
    Some((account, rest.strip_suffix(".amazonaws.com")?))
}
