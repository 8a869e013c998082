//! Reading and writing the fields of a hash: words, numbers, and JSON.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{StoreError, error};
use crate::time::Timestamp;

/// A hash as Redis has it: what stands in it may be no text.
pub(super) type Bytes = HashMap<Vec<u8>, Vec<u8>>;

/// The texts of a hash. What is no text has signs in it that stand for what is none, and cannot be read any further.
pub(super) fn lossy(bytes: Bytes) -> HashMap<String, String> {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    bytes.into_iter().map(|(name, value)| (text(name), text(value))).collect()
}

/// A hash as read.
pub(super) struct Fields {
    /// What it is of, for errors.
    record: String,
    fields: HashMap<String, String>,
}

impl Fields {
    /// The fields of `record`; `None` when there is no such record.
    pub(super) fn of(record: impl Into<String>, fields: HashMap<String, String>) -> Option<Fields> {
        (!fields.is_empty()).then(|| Fields { record: record.into(), fields })
    }

    /// The fields as they were read.
    pub(super) fn raw(self) -> HashMap<String, String> {
        self.fields
    }

    /// A text; `None` when absent or empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.fields.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// A text that must be there.
    pub(super) fn required(&self, name: &str) -> Result<String, StoreError> {
        self.text(name).ok_or_else(|| self.corrupt(name, &"it is absent"))
    }

    /// A value that parses from its text: a word, a name, a number.
    pub(super) fn word<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        name: &str,
    ) -> Result<Option<T>, StoreError> {
        self.text(name).map(|text| text.parse().map_err(|wrong| self.corrupt(name, &wrong))).transpose()
    }

    /// A word that must be there.
    pub(super) fn required_word<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        name: &str,
    ) -> Result<T, StoreError> {
        self.word(name)?.ok_or_else(|| self.corrupt(name, &"it is absent"))
    }

    /// A moment.
    pub(super) fn moment(&self, name: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.word(name)?.map(Timestamp))
    }

    /// A value from its JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StoreError> {
        self.text(name).map(|text| parsed(&format!("{}.{name}", self.record), &text)).transpose()
    }

    /// Values from the JSON of all fields whose names begin so, by name.
    pub(super) fn all_json<T: DeserializeOwned>(&self, prefix: &str) -> Result<Vec<T>, StoreError> {
        let mut names: Vec<&String> = self.fields.keys().filter(|name| name.starts_with(prefix)).collect();
        names.sort();
        names.into_iter().filter_map(|name| self.json(name).transpose()).collect()
    }

    /// The error that a field is not as this code writes it.
    pub(super) fn corrupt(&self, name: &str, wrong: &dyn std::fmt::Display) -> StoreError {
        error::corrupt(&format!("{}.{name}", self.record), wrong)
    }
}

/// What could not be read on the way, when the rest is worth showing without it.
#[derive(Default)]
pub(super) struct Unread(Vec<StoreError>);

impl Unread {
    /// What was read; what could not be is remembered, and its default taken.
    pub(super) fn or_default<T: Default>(&mut self, read: Result<T, StoreError>) -> T {
        read.unwrap_or_else(|error| {
            self.0.push(error);
            T::default()
        })
    }

    /// The first thing that could not be read.
    pub(super) fn into_first(self) -> Option<StoreError> {
        self.0.into_iter().next()
    }

    /// What could not be read, in words.
    pub(super) fn into_words(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|error| error::words(&error))
    }
}

/// Reads JSON; the error names the record, never the value.
pub(super) fn parsed<T: DeserializeOwned>(record: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Corrupt(record.to_owned(), source))
}

/// Writes JSON.
pub(super) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Corrupt("argument".to_owned(), source))
}

/// Writes each value as JSON.
pub(super) fn list_json<T: Serialize>(values: &[T]) -> Result<Vec<String>, StoreError> {
    values.iter().map(json).collect()
}

/// Fields on their way into a hash.
#[derive(Default)]
pub(super) struct Writing(Vec<(String, String)>);

impl Writing {
    /// A text.
    pub(super) fn text(mut self, name: &str, value: impl ToString) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    /// A text, when there is one.
    pub(super) fn text_if(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// A value as JSON.
    pub(super) fn json(self, name: &str, value: &impl Serialize) -> Result<Self, StoreError> {
        let text = json(value)?;
        Ok(self.text(name, text))
    }

    /// A value as JSON, when there is one.
    pub(super) fn json_if(self, name: &str, value: Option<&impl Serialize>) -> Result<Self, StoreError> {
        match value {
            Some(value) => self.json(name, value),
            None => Ok(self),
        }
    }

    /// The fields.
    pub(super) fn done(self) -> Vec<(String, String)> {
        self.0
    }
}
