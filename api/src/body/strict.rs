//! Reading JSON and noticing keys that stand twice in an object, of which serde_json silently takes the last.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The document, and JSON pointers to the keys that stand twice, in the order in which they came.
pub(super) fn read(bytes: &[u8]) -> (Result<Value, serde_json::Error>, Vec<String>) {
    let twice = RefCell::default();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let document = Strict { at: String::new(), twice: &twice }.deserialize(&mut reader);
    let document = document.and_then(|document| reader.end().map(|()| document));
    (document, twice.into_inner())
}

/// Reads the value at a JSON pointer.
struct Strict<'a> {
    at: String,
    twice: &'a RefCell<Vec<String>>,
}

impl Strict<'_> {
    fn below(&self, key: &str) -> Self {
        // <https://www.rfc-editor.org/rfc/rfc6901#section-3>
        let key = key.replace('~', "~0").replace('/', "~1");
        Strict { at: format!("{}/{key}", self.at), twice: self.twice }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = vec![];
        while let Some(item) = items.next_element_seed(self.below(&array.len().to_string()))? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let below = self.below(&key);
            if object.contains_key(&key) {
                self.twice.borrow_mut().push(below.at.clone());
            }
            let value = entries.next_value_seed(below)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}
