//! Tags: small sets of key and value, with AWS's rules for them.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::error::AwsError;
use super::input::Input;

/// The most tags that a resource may have. <https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html>
const LIMIT: usize = 50;

/// The tags of one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Tags(IndexMap<String, String>);

impl Tags {
    /// Reads a list of structures with the members `key` and `value`, which services spell differently.
    pub(crate) fn read(parts: &[Input<'_>], key: &str, value: &str) -> Result<Self, AwsError> {
        let mut tags = Self::default();
        for part in parts {
            tags.set(part.required(key)?, part.text(value).unwrap_or_default());
        }
        Ok(tags)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    pub(crate) fn set(&mut self, key: &str, value: &str) {
        self.0.insert(key.to_owned(), value.to_owned());
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.0.shift_remove(key);
    }

    /// Adds the others; theirs win.
    pub(crate) fn merge(&mut self, others: &Self) {
        self.0.extend(others.0.iter().map(|(key, value)| (key.clone(), value.clone())));
    }

    /// Whether there are more than a resource may have once `others` are merged.
    pub(crate) fn too_many_with(&self, others: &Self) -> bool {
        self.0.len() + others.0.keys().filter(|key| !self.0.contains_key(*key)).count() > LIMIT
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A list of structures with the members `key` and `value`.
    pub(crate) fn write(&self, key: &str, value: &str) -> Value {
        self.iter().map(|(k, v)| json!({ key: k, value: v })).collect()
    }

    /// As the control API shows them.
    pub(crate) fn as_map(&self) -> Value {
        self.iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect()
    }
}
