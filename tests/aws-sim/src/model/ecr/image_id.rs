//! Which image of a repository is meant: by tag, by digest, or by both.

use serde_json::{Value, json};

use super::repository::Repository;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// A tag, a digest or both.
pub(super) struct ImageId<'a> {
    pub(super) digest: Option<&'a str>,
    pub(super) tag: Option<&'a str>,
}

/// Why no image is meant: code and sentence.
pub(super) type Failure = (&'static str, String);

impl<'a> ImageId<'a> {
    pub(super) fn read(part: &Input<'a>) -> Self {
        Self { digest: part.text("imageDigest"), tag: part.text("imageTag") }
    }

    /// The digest of the image that is meant.
    pub(super) fn find(&self, repository: &Repository) -> Result<String, Failure> {
        let absent = || ("ImageNotFound", "Requested image not found".to_owned());
        let by_tag = self.tag.and_then(|tag| repository.tagged(tag)).map(|(digest, _)| digest.clone());
        match (self.digest, self.tag) {
            (None, None) => {
                let message = "Invalid request parameters: both tag and digest cannot be null";
                Err(("MissingDigestAndTag", message.to_owned()))
            }
            (Some(digest), _) if !is_digest(digest) => {
                let message = format!("Invalid request parameters: image digest should satisfy the regex '{DIGEST}'");
                Err(("InvalidImageDigest", message))
            }
            (Some(digest), None) => {
                repository.images.contains_key(digest).then(|| digest.to_owned()).ok_or_else(absent)
            }
            (None, Some(_)) => by_tag.ok_or_else(absent),
            (Some(digest), Some(tag)) => match by_tag {
                Some(found) if found == digest => Ok(found),
                Some(_) if repository.images.contains_key(digest) => {
                    let message = format!("The tag {tag} does not match the digest {digest}");
                    Err(("ImageTagDoesNotMatchDigest", message))
                }
                Some(_) | None => Err(absent()),
            },
        }
    }

    pub(super) fn render(&self) -> Value {
        json!({"imageDigest": self.digest, "imageTag": self.tag})
    }

    /// The refusal of a call that needs the image.
    pub(super) fn not_found(&self, repository: &Repository) -> AwsError {
        let or_null = |text: Option<&str>| text.unwrap_or("null").to_owned();
        let message = format!(
            "The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within the repository with name \
             '{}' in the registry with id '{}'",
            or_null(self.digest),
            or_null(self.tag),
            repository.name,
            repository.registry
        );
        AwsError::new("ImageNotFoundException", message)
    }
}

const DIGEST: &str = "[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+";

/// Whether a text is an algorithm and its sum.
pub(super) fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, sum)| {
        let known = algorithm.chars().all(|one| one.is_ascii_alphanumeric() || "-_+.".contains(one));
        known && !algorithm.is_empty() && !sum.is_empty() && sum.chars().all(|one| one.is_ascii_hexdigit())
    })
}
