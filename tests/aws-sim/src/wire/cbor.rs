//! Smithy's RPC over CBOR, which newer SDKs speak to Cloud Map: the operation is in the path, and times and bytes have
//! types of their own.
//!
//! <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ciborium::value::{Integer, Value as Cbor};
use serde_json::{Map, Number, Value, json};

use crate::model::error::AwsError;
use crate::model::shape::{Kind, ShapeId, Table};

/// How deep a request may nest.
const DEPTH: usize = 32;

/// The tag of a number of seconds since 1970.
const TIMESTAMP: u64 = 1;

/// The operation that a path names.
pub(super) fn operation<'a>(table: &Table, path: &'a str) -> Option<&'a str> {
    path.strip_prefix("/service/")?.strip_prefix(table.target.as_str())?.strip_prefix("/operation/")
}

/// Reads the parameters of a call; an empty body has none.
pub(super) fn read(body: &[u8]) -> Result<Map<String, Value>, AwsError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let unreadable = || AwsError::new("SerializationException", "");
    let value = ciborium::de::from_reader_with_recursion_limit(body, DEPTH).map_err(|_| unreadable())?;
    match tree(value) {
        Some(Value::Object(members)) => Ok(members),
        _ => Err(unreadable()),
    }
}

fn tree(value: Cbor) -> Option<Value> {
    Some(match value {
        Cbor::Null => Value::Null,
        Cbor::Bool(flag) => Value::Bool(flag),
        Cbor::Integer(number) => Value::Number(Number::from_i128(number.into())?),
        Cbor::Float(number) => Value::Number(Number::from_f64(number)?),
        Cbor::Text(text) => Value::String(text),
        Cbor::Bytes(bytes) => Value::String(BASE64_STANDARD.encode(bytes)),
        Cbor::Tag(_, inner) => tree(*inner)?,
        Cbor::Array(items) => Value::Array(items.into_iter().map(tree).collect::<Option<_>>()?),
        Cbor::Map(entries) => {
            let entry = |(name, value)| match name {
                Cbor::Text(name) => Some((name, tree(value)?)),
                _ => None,
            };
            Value::Object(entries.into_iter().map(entry).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// Writes an answer of this shape.
pub(super) fn write(table: &Table, shape: Option<ShapeId>, tree: &Value) -> Vec<u8> {
    let answer = if tree.is_null() { Cbor::Map(Vec::new()) } else { typed(table, shape, tree) };
    bytes(&answer)
}

/// Writes an error.
pub(super) fn write_error(error: &AwsError) -> Vec<u8> {
    let mut body = json!({"__type": error.code, "message": error.message});
    if let (Some(members), Some(Value::Object(details))) = (body.as_object_mut(), error.details.as_deref()) {
        members.extend(details.clone());
    }
    bytes(&typed(&Table::default(), None, &body))
}

fn bytes(value: &Cbor) -> Vec<u8> {
    let mut out = Vec::new();
    // Writing into memory does not fail.
    ciborium::into_writer(value, &mut out).ok();
    out
}

fn typed(table: &Table, shape: Option<ShapeId>, tree: &Value) -> Cbor {
    let kind = shape.and_then(|shape| table.kind(shape));
    match (tree, kind) {
        (Value::Number(number), Some(Kind::Timestamp)) => {
            Cbor::Tag(TIMESTAMP, Box::new(Cbor::Float(number.as_f64().unwrap_or_default())))
        }
        (Value::String(text), Some(Kind::Blob)) => Cbor::Bytes(BASE64_STANDARD.decode(text).unwrap_or_default()),
        (Value::Object(members), kind) => {
            let inner = |name: &str| match kind {
                Some(Kind::Structure { members, .. }) => {
                    members.iter().find(|member| member.name == name).map(|member| member.shape)
                }
                Some(Kind::Map { value, .. }) => Some(value.shape),
                _ => None,
            };
            let present = members.iter().filter(|(_, value)| !value.is_null());
            Cbor::Map(present.map(|(name, it)| (Cbor::Text(name.clone()), typed(table, inner(name), it))).collect())
        }
        (Value::Array(items), kind) => {
            let element = if let Some(Kind::List { element, .. }) = kind { Some(element.shape) } else { None };
            Cbor::Array(items.iter().map(|item| typed(table, element, item)).collect())
        }
        (Value::Null, _) => Cbor::Null,
        (Value::Bool(flag), _) => Cbor::Bool(*flag),
        (Value::String(text), _) => Cbor::Text(text.clone()),
        (Value::Number(number), _) => match number.as_i64() {
            Some(whole) => Cbor::Integer(Integer::from(whole)),
            None => Cbor::Float(number.as_f64().unwrap_or_default()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::service::Service;

    #[test]
    fn times_and_numbers_keep_their_types() {
        let table = Table::of(Service::CloudMap);
        let shape = table.operation("GetNamespace").and_then(|operation| operation.output);
        let answer = json!({"Namespace": {"Id": "ns-1", "CreateDate": 1.5, "ServiceCount": 2, "Arn": null}});
        let Ok(Cbor::Map(read)) = ciborium::from_reader::<Cbor, _>(write(table, shape, &answer).as_slice()) else {
            panic!("not a map");
        };
        let Cbor::Map(namespace) = &read[0].1 else { panic!("not a map") };
        assert_eq!(namespace.len(), 3);
        assert_eq!(namespace[1].1, Cbor::Tag(1, Box::new(Cbor::Float(1.5))));
        assert_eq!(namespace[2].1, Cbor::Integer(2.into()));
    }

    #[test]
    fn what_is_read_is_a_tree_and_what_is_broken_is_refused() {
        let mut body = Vec::new();
        ciborium::into_writer(&json!({"Name": "a", "Tags": [{"Key": "k"}]}), &mut body).unwrap();
        assert_eq!(Value::Object(read(&body).unwrap()), json!({"Name": "a", "Tags": [{"Key": "k"}]}));
        for broken in
            [b"\xff".as_slice(), b"\x01", &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], &[0x81; 4096]]
        {
            assert!(read(broken).is_err());
        }
    }
}
