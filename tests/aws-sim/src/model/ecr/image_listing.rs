//! Lists of a repository's images.

use serde_json::{Value, json};

use super::image::Image;
use super::image_id::ImageId;
use super::{named, paged, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// A row for each tag, and one for an image without.
/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImages.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let keeps = by_tag_status(input)?;
    let repository = named(context, input)?;
    let mut rows = Vec::new();
    for (digest, image) in repository.images.iter().filter(|(_, image)| keeps(image)) {
        if image.tags.is_empty() {
            rows.push((digest.clone(), json!({ "imageDigest": digest })));
        }
        rows.extend(
            image.tags.iter().map(|tag| (format!("{digest} {tag}"), json!({"imageDigest": digest, "imageTag": tag}))),
        );
    }
    paged(input, "imageIds", rows)
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let keeps = by_tag_status(input)?;
    let parts = input.parts("imageIds");
    if !parts.is_empty() && (input.has("maxResults") || input.has("nextToken")) {
        return Err(unfit("imageIds", "can't be used with maxResults or nextToken"));
    }
    let repository = named(context, input)?;
    if parts.is_empty() {
        let kept = repository.images.iter().filter(|(_, image)| keeps(image));
        let rows = kept.map(|(digest, image)| (digest.clone(), image.detail(repository, digest))).collect();
        return paged(input, "imageDetails", rows);
    }
    let find = |id: ImageId<'_>| {
        let digest = id.find(repository).map_err(|_| id.not_found(repository))?;
        let image = repository.images.get(&digest).ok_or_else(|| id.not_found(repository))?;
        Ok(image.detail(repository, &digest))
    };
    let found: Vec<Value> = parts.iter().map(ImageId::read).map(find).collect::<Result<_, AwsError>>()?;
    Ok(json!({ "imageDetails": found }))
}

/// The member `filter`, which keeps images with or without a tag.
fn by_tag_status(input: &Input<'_>) -> Result<fn(&Image) -> bool, AwsError> {
    Ok(match input.part("filter").text("tagStatus") {
        None | Some("ANY") => |_| true,
        Some("TAGGED") => |image| !image.tags.is_empty(),
        Some("UNTAGGED") => |image| image.tags.is_empty(),
        Some(_) => return Err(unfit("tagStatus", "Member must satisfy enum value set: [TAGGED, UNTAGGED, ANY]")),
    })
}
