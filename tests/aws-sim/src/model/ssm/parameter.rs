//! One parameter with its versions.

use serde_json::{Value, json};

use super::policy::Policy;
use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A named value with its earlier versions.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) arn: String,
    /// All but the newest.
    pub(super) earlier: Vec<Version>,
    pub(super) newest: Version,
    pub(super) tags: Tags,
}

/// One version: every call of PutParameter makes one.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Version {
    pub(super) number: u64,
    pub(super) value: String,
    pub(super) kind: String,
    pub(super) key_id: Option<String>,
    pub(super) tier: String,
    pub(super) data_type: String,
    pub(super) description: Option<String>,
    pub(super) allowed_pattern: Option<String>,
    pub(super) policies: Vec<Policy>,
    pub(super) labels: Vec<String>,
    pub(super) modified: Moment,
    pub(super) by: String,
}

impl Parameter {
    pub(super) fn latest(&self) -> &Version {
        &self.newest
    }

    /// Oldest first.
    pub(super) fn versions(&self) -> impl Iterator<Item = &Version> {
        self.earlier.iter().chain(std::iter::once(&self.newest))
    }

    pub(super) fn versions_mut(&mut self) -> impl Iterator<Item = &mut Version> {
        self.earlier.iter_mut().chain(std::iter::once(&mut self.newest))
    }

    /// Values of secure strings are not shown.
    pub(super) fn item(&self) -> Item {
        let item = Item::new("ssm", "parameters", &self.name, &self.tags, "available").named(&self.name);
        item.with("type", self.newest.kind.as_str()).with("version", self.newest.number)
    }

    /// As the getting calls show a version. Without decryption a secure string is its ciphertext.
    pub(super) fn render(&self, version: &Version, decrypted: bool, selector: Option<&str>) -> Value {
        json!({
            "Name": self.name,
            "Type": version.kind,
            "Value": version.shown(decrypted),
            "Version": version.number,
            "Selector": selector.map(|selector| format!(":{selector}")),
            "LastModifiedDate": epoch(version.modified),
            "ARN": self.arn,
            "DataType": version.data_type,
        })
    }

    /// As DescribeParameters shows it: without its value.
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterMetadata.html>
    pub(super) fn describe(&self) -> Value {
        let mut tree = self.newest.metadata(&self.name);
        tree["ARN"] = json!(self.arn);
        tree
    }

    /// As GetParameterHistory shows a version.
    pub(super) fn past(&self, version: &Version, decrypted: bool) -> Value {
        let mut tree = version.metadata(&self.name);
        tree["Value"] = json!(version.shown(decrypted));
        tree["Labels"] = json!(version.labels);
        tree
    }
}

impl Version {
    /// The value, or something that stands for its ciphertext.
    fn shown(&self, decrypted: bool) -> String {
        if self.kind == "SecureString" && !decrypted {
            let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&self.value));
            return format!("AQICAHj{digest}");
        }
        self.value.clone()
    }

    fn metadata(&self, name: &str) -> Value {
        json!({
            "Name": name,
            "Type": self.kind,
            "KeyId": self.key_id,
            "LastModifiedDate": epoch(self.modified),
            "LastModifiedUser": self.by,
            "Description": self.description,
            "AllowedPattern": self.allowed_pattern,
            "Version": self.number,
            "Tier": self.tier,
            "Policies": self.policies.iter().map(Policy::render).collect::<Vec<_>>(),
            "DataType": self.data_type,
        })
    }
}
