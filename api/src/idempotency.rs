//! Idempotency keys: the same key and the same body give the same operation.
//!
//! A key's scope is the actor, the route and the resource that it means, so that all paths of a resource are one. Bodies
//! are compared as HMAC of their canonical JSON after aliases, keyed by the caller's token: whoever reads Redis cannot
//! guess the secrets in them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use shared::operation::Target;
use shared::problem::Code;
use shared::store::Idempotency;

use crate::accept::Change;
use crate::problem::{Refused, Result};
use crate::sender::Sender;

/// The key of a request in its scope; `None` when it has none.
pub fn of<C: Change>(sender: &Sender, change: &C) -> Result<Option<Idempotency>> {
    let Some(key) = &sender.idempotency_key else { return Ok(None) };
    let body = serde_json::to_value(change).map_err(defect)?;
    let body = canonical(body).to_string();
    let mut hmac = Hmac::<Sha256>::new_from_slice(sender.caller.token.reveal().as_bytes()).map_err(defect)?;
    hmac.update(body.as_bytes());
    Ok(Some(Idempotency {
        key: key.clone(),
        scope: scope(&sender.caller.actor, C::ROUTE, &change.target(), key),
        body: hex::encode(hmac.finalize().into_bytes()),
    }))
}

fn defect(error: impl std::fmt::Display) -> Refused {
    tracing::error!(%error, "an idempotency key cannot be computed");
    Refused::new(Code::Internal, "the idempotency key cannot be used")
}

fn scope(actor: &str, route: &str, target: &Target, key: &str) -> String {
    let heritage = target.heritage.as_ref().map_or("", |name| name.as_str());
    let service = target.service.as_ref().map_or("", |name| name.as_str());
    let mut hash = Sha256::new();
    for part in [actor, route, target.district.as_str(), heritage, service, key] {
        hash.update(part);
        hash.update([0]);
    }
    hex::encode(hash.finalize())
}

/// The same JSON with the fields of every object in one order.
fn canonical(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut fields: Vec<_> = object.into_iter().map(|(name, value)| (name, canonical(value))).collect();
            fields.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(Map::from_iter(fields))
        }
        Value::Array(items) => Value::Array(items.into_iter().map(canonical).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_fields_does_not_matter_and_that_of_lists_does() {
        let one = canonical(json!({"b": {"d": 1, "c": [1, 2]}, "a": 2})).to_string();
        assert_eq!(one, canonical(json!({"a": 2, "b": {"c": [1, 2], "d": 1}})).to_string());
        assert_ne!(one, canonical(json!({"a": 2, "b": {"c": [2, 1], "d": 1}})).to_string());
    }

    #[test]
    fn a_scope_is_one_actors_on_one_resource() {
        let target = |district: &str| Target { district: district.parse().unwrap(), heritage: None, service: None };
        let scope_of = |actor, district| scope(actor, "update_district", &target(district), "k");
        assert_eq!(scope_of("token:a", "dev"), scope_of("token:a", "dev"));
        assert_ne!(scope_of("token:a", "dev"), scope_of("token:b", "dev"));
        assert_ne!(scope_of("token:a", "dev"), scope_of("token:a", "prod"));
    }
}
