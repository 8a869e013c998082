//! One secret: its versions, and the staging labels that move between them.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// The version that is read when none is named.
pub(super) const CURRENT: &str = "AWSCURRENT";
/// The version before that.
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";

/// A named value with its earlier and later versions.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) description: Option<String>,
    pub(super) key: Option<String>,
    pub(super) created: Moment,
    pub(super) changed: Moment,
    pub(super) accessed: Option<Moment>,
    /// When the secret is gone for good, once its deletion was asked for.
    pub(super) deleted: Option<Moment>,
    /// Oldest first.
    pub(super) versions: IndexMap<String, Version>,
    pub(super) rotation: Option<Rotation>,
    pub(super) policy: Option<String>,
    pub(super) tags: Tags,
}

/// One version of a secret's value.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Version {
    pub(super) content: Content,
    pub(super) created: Moment,
    pub(super) stages: Vec<String>,
}

/// A value. Bytes stay in base64, as they travel.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Content {
    Text(String),
    Bytes(String),
}

/// How a secret is rotated. No function is ever called, since there is none.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Rotation {
    pub(super) enabled: bool,
    pub(super) function: String,
    pub(super) rules: Value,
    pub(super) next: Option<Moment>,
}

impl Secret {
    /// Values are not shown.
    pub(super) fn item(&self) -> Item {
        let item = Item::new("secretsmanager", "secrets", &self.arn, &self.tags, "available").named(&self.name);
        item.with("versions", self.versions.len())
    }

    /// The version that carries a label.
    pub(super) fn staged(&self, stage: &str) -> Option<(&String, &Version)> {
        self.versions.iter().find(|(_, version)| version.has(stage))
    }

    /// Adds a version that takes the labels; who loses `AWSCURRENT` becomes `AWSPREVIOUS`.
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html>
    pub(super) fn add(&mut self, id: &str, content: Content, stages: &[&str], now: Moment) {
        let first = self.versions.is_empty();
        self.versions.insert(id.to_owned(), Version { content, created: now, stages: Vec::new() });
        if first && !stages.contains(&CURRENT) {
            self.attach(CURRENT, id);
        }
        for stage in stages {
            self.attach(stage, id);
        }
        self.changed = now;
    }

    /// Moves a label to a version, away from any other.
    pub(super) fn attach(&mut self, stage: &str, id: &str) {
        let holder = self.staged(stage).map(|(holder, _)| holder.clone());
        self.detach(stage);
        if let Some(version) = self.versions.get_mut(id) {
            version.stages.push(stage.to_owned());
        }
        if let (CURRENT, Some(holder)) = (stage, holder.filter(|holder| holder != id)) {
            self.attach(PREVIOUS, &holder);
            // The version that is current again is no longer the one before.
            if let Some(version) = self.versions.get_mut(id) {
                version.stages.retain(|one| one != PREVIOUS);
            }
        }
    }

    /// Takes a label from whoever has it.
    pub(super) fn detach(&mut self, stage: &str) {
        for version in self.versions.values_mut() {
            version.stages.retain(|one| one != stage);
        }
    }

    /// As DescribeSecret shows it; `versions_member` is what the call names the versions.
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html>
    pub(super) fn render(&self, versions_member: &str) -> Value {
        let labelled = self.versions.iter().filter(|(_, version)| !version.stages.is_empty());
        let versions: Map<String, Value> = labelled.map(|(id, version)| (id.clone(), json!(version.stages))).collect();
        let rotation = self.rotation.as_ref();
        json!({
            "ARN": self.arn,
            "Name": self.name,
            "Description": self.description,
            "KmsKeyId": self.key,
            "RotationEnabled": rotation.map(|rotation| rotation.enabled),
            "RotationLambdaARN": rotation.map(|rotation| rotation.function.as_str()),
            "RotationRules": rotation.map(|rotation| rotation.rules.clone()),
            "NextRotationDate": rotation.and_then(|rotation| rotation.next).map(epoch),
            "LastChangedDate": epoch(self.changed),
            "LastAccessedDate": self.accessed.map(epoch),
            "DeletedDate": self.deleted.map(epoch),
            "CreatedDate": epoch(self.created),
            "Tags": if self.tags.is_empty() { Value::Null } else { self.tags.write("Key", "Value") },
            versions_member: if versions.is_empty() { Value::Null } else { Value::Object(versions) },
        })
    }

    /// As GetSecretValue shows a version.
    pub(super) fn render_value(&self, id: &str, version: &Version) -> Value {
        let mut tree = json!({
            "ARN": self.arn,
            "Name": self.name,
            "VersionId": id,
            "VersionStages": version.stages,
            "CreatedDate": epoch(version.created),
        });
        match &version.content {
            Content::Text(text) => tree["SecretString"] = json!(text),
            Content::Bytes(bytes) => tree["SecretBinary"] = json!(bytes),
        }
        tree
    }
}

impl Version {
    pub(super) fn has(&self, stage: &str) -> bool {
        self.stages.iter().any(|one| one == stage)
    }
}
