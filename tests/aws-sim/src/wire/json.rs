//! JSON as AWS reads and writes it. AWS leaves out members that have no value, so that `null` is never written.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Value};

use crate::model::error::AwsError;

/// Reads the parameters of a call; an empty body has none.
pub(super) fn read(body: &[u8]) -> Result<Map<String, Value>, AwsError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(AwsError::new("SerializationException", "Unexpected field type")),
        Err(_) => Err(AwsError::new("SerializationException", "")),
    }
}

/// Writes an answer; one without members is an empty object.
pub(super) fn write(tree: &Value) -> String {
    match tree {
        Value::Null => "{}".to_owned(),
        tree => serde_json::to_string(&WithoutNulls(tree)).unwrap_or_else(|_| "{}".to_owned()),
    }
}

struct WithoutNulls<'a>(&'a Value);

impl Serialize for WithoutNulls<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(members) => {
                let mut map = serializer.serialize_map(None)?;
                for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                    map.serialize_entry(name, &WithoutNulls(value))?;
                }
                map.end()
            }
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&WithoutNulls(item))?;
                }
                list.end()
            }
            other => other.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_without_value_are_left_out() {
        assert_eq!(write(&json!({"a": null, "b": [{"c": null, "d": 1}]})), r#"{"b":[{"d":1}]}"#);
        assert_eq!(write(&Value::Null), "{}");
    }
}
