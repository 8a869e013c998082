//! Putting, getting and deleting images.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::image::Image;
use super::image_id::ImageId;
use super::repository::Repository;
use super::{manifest, named, unfit};
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html>
const LARGEST_BATCH: usize = 100;

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let text = input.required("imageManifest")?;
    let (now, tag) = (context.now, input.text("imageTag"));
    let repository = named(context, input)?;
    let digest = format!("sha256:{}", hex::encode(Sha256::digest(text)));
    if input.text("imageDigest").is_some_and(|given| given != digest) {
        let message = "The specified image digest does not match the digest that Amazon ECR calculated for the image.";
        return Err(AwsError::new("ImageDigestDoesNotMatchException", message));
    }
    let image = new_image(repository, text, input.text("imageManifestMediaType"), now)?;
    check_place(repository, &digest, tag)?;
    if let Some(tag) = tag {
        for other in repository.images.values_mut() {
            other.tags.retain(|one| one != tag);
        }
    }
    let there = repository.images.entry(digest.clone()).or_insert(image);
    there.tags.extend(tag.map(str::to_owned));
    let shown = repository.images.get(&digest).map(|image| image.render(repository, &digest, tag));
    Ok(json!({ "image": shown }))
}

/// The image of a manifest, whose layers or images must be in the repository.
fn new_image(repository: &Repository, text: &str, media_type: Option<&str>, now: Moment) -> Result<Image, AwsError> {
    let manifest = manifest::read(text, media_type)?;
    let place = format!("with name '{}' in the registry with id '{}'", repository.name, repository.registry);
    let missing: Vec<&str> =
        manifest.layers.iter().map(String::as_str).filter(|layer| !repository.layers.contains_key(*layer)).collect();
    if !missing.is_empty() {
        let digests = missing.join(", ");
        let message = format!(
            "Layers with digests '[{digests}]' required for pushing image into repository {place} do not exist"
        );
        return Err(AwsError::new("LayersNotFoundException", message));
    }
    let missing: Vec<&str> =
        manifest.images.iter().map(String::as_str).filter(|image| !repository.images.contains_key(*image)).collect();
    if !missing.is_empty() {
        let digests = missing.join(", ");
        let message = format!(
            "Images with digests '[{digests}]' required for pushing image into repository {place} do not exist"
        );
        return Err(AwsError::new("ReferencedImagesNotFoundException", message));
    }
    Ok(Image {
        manifest: text.to_owned(),
        media_type: manifest.media_type,
        size: manifest.layers.iter().filter_map(|layer| repository.layers.get(layer)).sum(),
        artifact_media_type: manifest.artifact_media_type,
        pushed: now,
        refers_to: manifest.images,
        tags: Vec::new(),
    })
}

/// An image is put once with a tag, and an immutable tag stays where it is.
fn check_place(repository: &Repository, digest: &str, tag: Option<&str>) -> Result<(), AwsError> {
    let there = repository.images.get(digest);
    let exists = there.is_some_and(|image| tag.is_none_or(|tag| image.tags.iter().any(|one| one == tag)));
    if exists {
        let tagged = tag.map(|tag| format!(" and tag '{tag}'")).unwrap_or_default();
        let message = format!(
            "Image with digest '{digest}'{tagged} already exists in the repository with name '{}' in registry with id \
             '{}'",
            repository.name, repository.registry
        );
        return Err(AwsError::new("ImageAlreadyExistsException", message));
    }
    let Some(tag) = tag else { return Ok(()) };
    if repository.tagged(tag).is_some() && repository.mutability.fixes(tag) {
        let message = format!(
            "The image tag '{tag}' already exists in the '{}' repository and cannot be overwritten because the \
             repository is immutable.",
            repository.name
        );
        return Err(AwsError::new("ImageTagAlreadyExistsException", message));
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html>
pub(super) fn get_several(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let parts = at_most_a_batch(input)?;
    let repository = named(context, input)?;
    let (mut images, mut failures) = (Vec::new(), Vec::new());
    for id in parts.iter().map(ImageId::read) {
        match id.find(repository) {
            Ok(digest) => {
                let image = repository.images.get(&digest);
                images.extend(image.map(|image| image.render(repository, &digest, id.tag)));
            }
            Err((code, reason)) => failures.push(failure(&id, code, &reason)),
        }
    }
    Ok(json!({ "images": images, "failures": failures }))
}

/// By tag only the tag goes, and the image with its last one; by digest everything.
/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html>
pub(super) fn delete_several(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let parts = at_most_a_batch(input)?;
    let repository = named(context, input)?;
    let (mut deleted, mut failures) = (Vec::new(), Vec::new());
    for id in parts.iter().map(ImageId::read) {
        match delete(repository, &id) {
            Ok(gone) => deleted.extend(gone),
            Err((code, reason)) => failures.push(failure(&id, code, &reason)),
        }
    }
    Ok(json!({ "imageIds": deleted, "failures": failures }))
}

fn delete(repository: &mut Repository, id: &ImageId<'_>) -> Result<Vec<Value>, super::image_id::Failure> {
    let digest = id.find(repository)?;
    let lists = repository.images.iter().filter(|(_, image)| image.refers_to.contains(&digest));
    let lists: Vec<&str> = lists.map(|(list, _)| list.as_str()).collect();
    let Some(image) = repository.images.get(&digest) else { return Ok(Vec::new()) };
    let last = id.tag.is_none() || image.tags.len() <= 1;
    if last && !lists.is_empty() {
        let message = format!("Requested image referenced by manifest list: [{}]", lists.join(", "));
        return Err(("ImageReferencedByManifestList", message));
    }
    let gone = |tag: Option<&str>| json!({"imageDigest": digest, "imageTag": tag});
    let answer = match id.tag {
        Some(tag) => vec![gone(Some(tag))],
        None if image.tags.is_empty() => vec![gone(None)],
        None => image.tags.iter().map(|tag| gone(Some(tag))).collect(),
    };
    if last {
        repository.images.shift_remove(&digest);
    } else if let (Some(tag), Some(image)) = (id.tag, repository.images.get_mut(&digest)) {
        image.tags.retain(|one| one != tag);
    }
    Ok(answer)
}

fn failure(id: &ImageId<'_>, code: &str, reason: &str) -> Value {
    json!({"imageId": id.render(), "failureCode": code, "failureReason": reason})
}

fn at_most_a_batch<'a>(input: &Input<'a>) -> Result<Vec<Input<'a>>, AwsError> {
    let parts = input.parts("imageIds");
    if parts.is_empty() || parts.len() > LARGEST_BATCH {
        return Err(unfit("imageIds", "Member must have length between 1 and 100"));
    }
    Ok(parts)
}
