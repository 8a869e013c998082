//! Identifiers that Barcelona draws itself.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ulid::Ulid;
use utoipa::ToSchema;

/// `op_` and a ULID: sorts by the moment of acceptance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "op_01J9ZK3M7Q4V8R2T6X0BDEFGHJ")]
pub struct OperationId(String);

/// Why a text is not an operation id.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not an operation id: op_ and 26 characters of a ULID")]
pub struct NotAnOperationId(String);

impl OperationId {
    /// Draws a new id.
    pub fn draw() -> Self {
        OperationId(format!("op_{}", Ulid::generate()))
    }

    /// The id of the child that `parent` starts for `label`: the same whenever it is asked for, so that a parent that is
    /// run again finds its children instead of starting others.
    pub fn of_child(parent: &OperationId, label: &str) -> Self {
        let digest = Sha256::new().chain_update(parent.as_str()).chain_update("/").chain_update(label).finalize();
        let mut random = [0_u8; 16];
        random.copy_from_slice(&digest[..16]);
        let born = parent.as_str().strip_prefix("op_").and_then(|id| Ulid::from_string(id).ok());
        let child = Ulid::from_parts(born.map_or(0, |ulid| ulid.timestamp_ms()), u128::from_be_bytes(random));
        OperationId(format!("op_{child}"))
    }

    /// Reads an id.
    pub fn parse(text: &str) -> Result<Self, NotAnOperationId> {
        match text.strip_prefix("op_").map(Ulid::from_string) {
            Some(Ok(ulid)) => Ok(OperationId(format!("op_{ulid}"))),
            Some(Err(_)) | None => Err(NotAnOperationId(text.to_owned())),
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for OperationId {
    type Error = NotAnOperationId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl std::str::FromStr for OperationId {
    type Err = NotAnOperationId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl From<OperationId> for String {
    fn from(id: OperationId) -> String {
        id.0
    }
}

impl std::fmt::Display for OperationId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_op_and_a_ulid_is_an_operation_id() {
        let drawn = OperationId::draw();
        assert_eq!(OperationId::parse(drawn.as_str()).unwrap(), drawn);
        for wrong in ["", "op_", "op_123", "01J9ZK3M7Q4V8R2T6X0BDEFGHJ", "xx_01J9ZK3M7Q4V8R2T6X0BDEFGHJ"] {
            assert!(OperationId::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_child_is_the_same_each_time_and_differs_by_label() {
        let parent = OperationId::draw();
        assert_eq!(OperationId::of_child(&parent, "web"), OperationId::of_child(&parent, "web"));
        assert_ne!(OperationId::of_child(&parent, "web"), OperationId::of_child(&parent, "worker"));
    }
}
