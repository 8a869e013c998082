//! Layers: uploaded in parts, then completed under their digest.
//!
//! Only digests and sizes are kept of a complete layer; nobody downloads one.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::image_id::is_digest;
use super::repository::{Repository, Upload};
use super::{named, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// The largest part, and the smallest that is not the last.
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html>
const LARGEST_PART: u64 = 20 * 1024 * 1024;
const SMALLEST_PART: u64 = 5 * 1024 * 1024;

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_InitiateLayerUpload.html>
pub(super) fn initiate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = context.world.ids.uuid();
    named(context, input)?.uploads.insert(id.clone(), Upload::default());
    Ok(json!({"uploadId": id, "partSize": LARGEST_PART}))
}

/// Parts come one behind the other, without a gap.
/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UploadLayerPart.html>
pub(super) fn part(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (first, last) = (input.required_int("partFirstByte")?, input.required_int("partLastByte")?);
    let blob = input.required("layerPartBlob")?;
    let id = input.required("uploadId")?;
    let repository = named(context, input)?;
    let (name, registry) = (repository.name.clone(), repository.registry.clone());
    let upload = upload(repository, id)?;
    let received: u64 = upload.sizes.iter().sum();
    let size = BASE64.decode(blob).map(|bytes| bytes.len() as u64).map_err(|_| unfit("layerPartBlob", "base64"))?;
    let fits = u64::try_from(first).is_ok_and(|first| first == received)
        && u64::try_from(last).is_ok_and(|last| last + 1 == received + size)
        && size <= LARGEST_PART;
    if !fits {
        let message = format!(
            "Invalid layer part upload for upload with id '{id}' in the repository with name '{name}' in the registry \
             with id '{registry}'"
        );
        let last_valid = i64::try_from(received).unwrap_or(i64::MAX) - 1;
        let details = json!({
            "registryId": registry, "repositoryName": name, "uploadId": id, "lastValidByteReceived": last_valid,
        });
        return Err(AwsError::new("InvalidLayerPartException", message).with_details(details));
    }
    upload.parts.push(blob.to_owned());
    upload.sizes.push(size);
    Ok(json!({"registryId": registry, "repositoryName": name, "uploadId": id, "lastByteReceived": last}))
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CompleteLayerUpload.html>
pub(super) fn complete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, digests) = (input.required("uploadId")?, input.strings("layerDigests"));
    if digests.is_empty() || !digests.iter().all(|digest| is_digest(digest)) {
        return Err(unfit("layerDigests", "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"));
    }
    let repository = named(context, input)?;
    let place = place(repository);
    let upload = upload(repository, id)?;
    if upload.sizes.iter().sum::<u64>() == 0 {
        let message = format!("The upload with id '{id}' {place} does not contain any layer parts.");
        return Err(AwsError::new("EmptyUploadException", message));
    }
    if upload.sizes.split_last().is_some_and(|(_, others)| others.iter().any(|size| *size < SMALLEST_PART)) {
        let message = "Layer parts must be at least 5 MiB in size.";
        return Err(AwsError::new("LayerPartTooSmallException", message));
    }
    let mut sum = Sha256::new();
    upload.parts.iter().filter_map(|part| BASE64.decode(part).ok()).for_each(|bytes| sum.update(bytes));
    let (digest, size) = (format!("sha256:{}", hex::encode(sum.finalize())), upload.sizes.iter().sum());
    if !digests.contains(&digest) {
        let message = format!("The digests '[{}]' are not the layer's, which is '{digest}'", digests.join(", "));
        return Err(AwsError::new("InvalidLayerException", message));
    }
    if repository.layers.contains_key(&digest) {
        let message = format!("The layer with digest '{digest}' already exists {place}");
        return Err(AwsError::new("LayerAlreadyExistsException", message));
    }
    repository.uploads.remove(id);
    repository.layers.insert(digest.clone(), size);
    Ok(json!({
        "registryId": repository.registry, "repositoryName": repository.name, "uploadId": id, "layerDigest": digest,
    }))
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchCheckLayerAvailability.html>
pub(super) fn availability(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let digests = input.texts("layerDigests");
    if digests.is_empty() || digests.len() > 100 {
        return Err(unfit("layerDigests", "Member must have length between 1 and 100"));
    }
    let repository = named(context, input)?;
    let (mut layers, mut failures) = (Vec::new(), Vec::new());
    for digest in digests {
        let size = repository.layers.get(digest);
        if !is_digest(digest) {
            failures.push(json!({
                "layerDigest": digest, "failureCode": "InvalidLayerDigest",
                "failureReason": "Invalid layer digest",
            }));
            continue;
        }
        layers.push(json!({
            "layerDigest": digest,
            "layerAvailability": if size.is_some() { "AVAILABLE" } else { "UNAVAILABLE" },
            "layerSize": size,
            "mediaType": size.map(|_| "application/vnd.docker.image.rootfs.diff.tar.gzip"),
        }));
    }
    Ok(json!({ "layers": layers, "failures": failures }))
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html>
pub(super) fn download_url(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (digest, region) = (input.required("layerDigest")?, context.place.region.clone());
    let repository = named(context, input)?;
    if !repository.layers.contains_key(digest) {
        let message = format!("The layer with digest '{digest}' does not exist {}", place(repository));
        return Err(AwsError::new("LayersNotFoundException", message));
    }
    let (registry, name) = (&repository.registry, &repository.name);
    let url =
        format!("https://prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com/{registry}/{name}/{digest}");
    Ok(json!({"downloadUrl": url, "layerDigest": digest}))
}

fn place(repository: &Repository) -> String {
    let (name, registry) = (&repository.name, &repository.registry);
    format!("in the repository with name '{name}' in the registry with id '{registry}'")
}

fn upload<'a>(repository: &'a mut Repository, id: &str) -> Result<&'a mut Upload, AwsError> {
    let (name, registry) = (&repository.name, &repository.registry);
    let message = format!(
        "Upload with id '{id}' could not be found for the repository with name '{name}' in the registry with id \
         '{registry}'"
    );
    repository.uploads.get_mut(id).ok_or_else(|| AwsError::new("UploadNotFoundException", message))
}
