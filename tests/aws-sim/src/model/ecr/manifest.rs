//! What a manifest says: which layers an image is made of, or which images a list of them.

use serde_json::Value;

use super::unfit;
use crate::model::error::AwsError;

/// The parts of a manifest that ECR looks at.
pub(super) struct Manifest {
    pub(super) media_type: String,
    pub(super) artifact_media_type: Option<String>,
    /// Digests of configuration and layers.
    pub(super) layers: Vec<String>,
    /// Digests of images, if it is a list of manifests.
    pub(super) images: Vec<String>,
}

/// Reads one; its media type may be told beside it.
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html>
pub(super) fn read(text: &str, media_type: Option<&str>) -> Result<Manifest, AwsError> {
    let invalid = || unfit("ImageManifest", "Invalid JSON syntax");
    let tree: Value = serde_json::from_str(text).map_err(|_| invalid())?;
    if !tree.is_object() {
        return Err(invalid());
    }
    let own = tree["mediaType"].as_str();
    let Some(media_type) = own.or(media_type) else {
        let message = "image manifest mediatype not provided in manifest or parameter";
        return Err(AwsError::new("InvalidParameterException", message));
    };
    let digests = |member: &str| {
        let parts = tree[member].as_array().into_iter().flatten();
        parts.filter_map(|part| part["digest"].as_str()).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut layers = digests("layers");
    layers.extend(tree["config"]["digest"].as_str().map(str::to_owned));
    Ok(Manifest {
        media_type: media_type.to_owned(),
        artifact_media_type: tree["config"]["mediaType"].as_str().map(str::to_owned),
        layers,
        images: digests("manifests"),
    })
}
