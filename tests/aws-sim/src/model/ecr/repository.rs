//! One repository.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::image::Image;
use super::mutability::Mutability;
use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A named set of images.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Repository {
    pub(super) name: String,
    pub(super) arn: String,
    /// The account that owns it.
    pub(super) registry: String,
    pub(super) uri: String,
    pub(super) created: Moment,
    pub(super) mutability: Mutability,
    pub(super) scan_on_push: bool,
    pub(super) encryption: Value,
    pub(super) policy: Option<String>,
    pub(super) lifecycle_policy: Option<String>,
    /// By digest, in the order in which they were pushed.
    pub(super) images: IndexMap<String, Image>,
    /// Sizes by digest.
    pub(super) layers: BTreeMap<String, u64>,
    pub(super) uploads: BTreeMap<String, Upload>,
    pub(super) tags: Tags,
}

/// A layer of which parts have come.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Upload {
    /// Base64, as they travel.
    pub(super) parts: Vec<String>,
    pub(super) sizes: Vec<u64>,
}

impl Repository {
    pub(super) fn items(&self) -> Vec<Item> {
        let repository = Item::new("ecr", "repositories", &self.name, &self.tags, "available").named(&self.name);
        let images = self.images.iter().map(|(digest, image)| {
            let id = format!("{}@{digest}", self.name);
            Item::new("ecr", "images", &id, &Tags::default(), "available").named(&image.tags.join(","))
        });
        std::iter::once(repository.with("images", self.images.len())).chain(images).collect()
    }

    /// The image that carries a tag.
    pub(super) fn tagged(&self, tag: &str) -> Option<(&String, &Image)> {
        self.images.iter().find(|(_, image)| image.tags.iter().any(|one| one == tag))
    }

    /// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Repository.html>
    pub(super) fn render(&self) -> Value {
        json!({
            "repositoryArn": self.arn,
            "registryId": self.registry,
            "repositoryName": self.name,
            "repositoryUri": self.uri,
            "createdAt": epoch(self.created),
            "imageTagMutability": self.mutability.setting,
            "imageTagMutabilityExclusionFilters": self.mutability.filters(),
            "imageScanningConfiguration": {"scanOnPush": self.scan_on_push},
            "encryptionConfiguration": self.encryption,
        })
    }
}
