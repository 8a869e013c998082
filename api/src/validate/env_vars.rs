//! Bodies of `POST` and `DELETE /heritages/{heritage}/env_vars`.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Findings;
use super::environment::{self, Variables};
use super::fields::{Field, Fields};
use crate::problem::Result;

/// Variables to set.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SetRequest {
    /// Names and values; `"secret": true` beside it seals them all.
    #[schema(value_type = Object, example = json!({"RAILS_ENV": "production"}))]
    pub env_vars: Variables,
}

/// Variables to unset.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnsetRequest {
    /// Names.
    #[schema(example = json!(["RAILS_ENV"]))]
    pub env_keys: Vec<String>,
}

/// Reads variables to set.
pub fn set(body: Map<String, Value>) -> Result<SetRequest> {
    let found = &mut Findings::default();
    let mut fields = Fields::new("", body);
    let secret = fields.take(&["secret"], found).and_then(|field| field.flag(found)).unwrap_or_default();
    let mut env_vars = Variables::new();
    if let Some(field) = fields.require(&["env_vars"], found) {
        environment::map(field, secret, &mut env_vars, found);
    }
    fields.finish(found);
    found.unless_any(Some(SetRequest { env_vars }))
}

/// Reads variables to unset.
pub fn unset(body: Map<String, Value>) -> Result<UnsetRequest> {
    let found = &mut Findings::default();
    let mut fields = Fields::new("", body);
    let items = fields.require(&["env_keys"], found).and_then(|field| field.list(found)).unwrap_or_default();
    let env_keys = items.into_iter().filter_map(|item: Field| item.keeping(environment::is_name, found)).collect();
    fields.finish(found);
    found.unless_any(Some(UnsetRequest { env_keys }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::environment::Variable;
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn one_flag_makes_all_values_secrets() {
        let request = set(object(json!({"env_vars": {"A": "1"}, "secret": true}))).unwrap();
        assert_eq!(request.env_vars["A"], Variable::Secret("1".into()));
        assert!(set(object(json!({"env_vars": {}}))).unwrap().env_vars.is_empty());
    }

    #[test]
    fn names_and_values_are_required_and_checked() {
        assert_eq!(set(Map::new()).unwrap_err().0.errors[0].pointer, "/env_vars");
        assert_eq!(set(object(json!({"env_vars": {"A": 1}}))).unwrap_err().0.errors[0].pointer, "/env_vars/A");
        assert_eq!(unset(object(json!({"env_keys": ["A", "b c"]}))).unwrap_err().0.errors[0].pointer, "/env_keys/1");
    }
}
