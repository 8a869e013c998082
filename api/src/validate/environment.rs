//! Environment variables in a body: a map, or the original's list of name and value.

use indexmap::IndexMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::fields::{Field, Fields};
use super::{Findings, Verdict};

/// The longest secret that an SSM parameter of the standard tier holds, in bytes.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html>
const LONGEST_SECRET: usize = 4096;
/// What names and values may have together, in bytes: they stand in a task definition, which has 64 KB.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>
const LARGEST: usize = 60 * 1024;
/// Variables that tell a container its host ports.
const RESERVED: &str = "HOST_PORT_";

/// One variable as asked for. Prints without its value.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Variable {
    /// Not a secret.
    Value(String),
    /// To be sealed.
    Secret(String),
    /// Stands in an SSM parameter or in Secrets Manager, under this name or ARN.
    ValueFrom(String),
    /// Stands in the SSM parameter `/barcelona/<district>/<path>`, as in the original.
    SsmPath(String),
}

impl std::fmt::Debug for Variable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Variable::Value(_) => "Value(***)",
            Variable::Secret(_) => "Secret(***)",
            Variable::ValueFrom(_) => "ValueFrom(***)",
            Variable::SsmPath(_) => "SsmPath(***)",
        })
    }
}

/// Variables by name.
pub type Variables = IndexMap<String, Variable>;

/// Reads `environment` (a list or a map) and `env_vars` (a map) of a heritage.
pub(super) fn read(fields: &mut Fields, found: &mut Findings) -> Variables {
    let mut variables = Variables::new();
    if let Some(field) = fields.take(&["environment"], found) {
        if field.value.is_array() {
            list(field, &mut variables, found)
        } else {
            map(field, false, &mut variables, found)
        }
    }
    if let Some(field) = fields.take(&["env_vars"], found) {
        map(field, false, &mut variables, found);
    }
    variables
}

/// Reads a map of names to values, or to objects that say where a value stands.
pub(super) fn map(field: Field, secret: bool, into: &mut Variables, found: &mut Findings) {
    let pointer = field.pointer.clone();
    let Some(fields) = field.object(found) else { return };
    for (name, field) in fields.into_entries() {
        let pointer = field.pointer.clone();
        let variable = if field.value.is_object() {
            field.object(found).and_then(|mut fields| {
                let variable = source(&mut fields, secret, found);
                fields.finish(found);
                variable
            })
        } else {
            field.text(found).and_then(|text| sized(text, secret, &pointer, found))
        };
        add(&name, pointer, variable, into, found);
    }
    let size: usize = into.iter().map(|(name, variable)| name.len() + length(variable)).sum();
    if size > LARGEST {
        found.invalid(pointer, format!("has {size} bytes; a task definition has place for {LARGEST}"));
    }
}

fn list(field: Field, into: &mut Variables, found: &mut Findings) {
    for item in field.list(found).unwrap_or_default() {
        let Some(mut fields) = item.object(found) else { continue };
        let name = fields.require(&["name"], found);
        let pointer = fields.pointer_to("name");
        let name = name.and_then(|field| field.text(found));
        let variable = source(&mut fields, false, found);
        fields.finish(found);
        if let Some(name) = name {
            add(&name, pointer, variable, into, found);
        }
    }
}

/// One of `value`, `value_from` and `ssm_path`.
fn source(fields: &mut Fields, secret: bool, found: &mut Findings) -> Option<Variable> {
    let secret = fields.take(&["secret"], found).and_then(|field| field.flag(found)).unwrap_or(secret);
    let field = fields.require(&["value", "value_from", "ssm_path"], found)?;
    let pointer = field.pointer.clone();
    let text = field.text(found)?;
    match pointer.rsplit('/').next() {
        Some("value_from") => kept(is_source(&text), Variable::ValueFrom(text), pointer, found),
        Some("ssm_path") => kept(is_path(&text), Variable::SsmPath(text), pointer, found),
        Some(_) | None => sized(text, secret, &pointer, found),
    }
}

fn kept(verdict: Verdict, variable: Variable, pointer: String, found: &mut Findings) -> Option<Variable> {
    verdict.map_err(|why| found.invalid(pointer, why)).ok().map(|()| variable)
}

fn sized(text: String, secret: bool, pointer: &str, found: &mut Findings) -> Option<Variable> {
    if !secret {
        return Some(Variable::Value(text));
    }
    let verdict = match text.len() {
        1..=LONGEST_SECRET => Ok(()),
        length => Err(format!("has {length} bytes; a secret has 1 to {LONGEST_SECRET}")),
    };
    kept(verdict, Variable::Secret(text), pointer.to_owned(), found)
}

fn add(name: &str, pointer: String, variable: Option<Variable>, into: &mut Variables, found: &mut Findings) {
    match is_name(name) {
        Err(why) => found.invalid(pointer, why),
        Ok(()) if into.contains_key(name) => found.invalid(pointer, format!("gives {name} a second time")),
        Ok(()) => into.extend(variable.map(|variable| (name.to_owned(), variable))),
    }
}

fn length(variable: &Variable) -> usize {
    match variable {
        Variable::Value(text) | Variable::ValueFrom(text) | Variable::SsmPath(text) => text.len(),
        // Only the parameter's name stands in the task definition.
        Variable::Secret(_) => 0,
    }
}

/// A name that every shell can set.
pub(super) fn is_name(text: &str) -> Verdict {
    let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if !starts || text.len() > 255 || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err("is not a variable's name: letters, digits and '_', not beginning with a digit".to_owned());
    }
    if text.starts_with(RESERVED) {
        return Err(format!("begins with {RESERVED}; such variables tell a container its host ports"));
    }
    Ok(())
}

/// A parameter's name, or an ARN of SSM or Secrets Manager.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html>
fn is_source(text: &str) -> Verdict {
    let services = ["ssm", "secretsmanager"];
    let is_arn =
        text.strip_prefix("arn:").is_some_and(|rest| rest.split(':').nth(1).is_some_and(|it| services.contains(&it)));
    if is_arn || (!text.starts_with("arn:") && is_path(text).is_ok()) {
        return Ok(());
    }
    Err("is neither a parameter's name nor an ARN of SSM or Secrets Manager".to_owned())
}

fn is_path(text: &str) -> Verdict {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte);
    if (1..=900).contains(&text.len()) && text.bytes().all(is_fine) {
        return Ok(());
    }
    Err("is not the name of a parameter: letters, digits, '_', '.', '-' and '/'".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn reading(body: Value) -> (Variables, Vec<String>) {
        let mut found = Findings::default();
        let mut fields = Fields::new("", body.as_object().unwrap().clone());
        let variables = read(&mut fields, &mut found);
        let errors = found.into_problem().map(|problem| problem.errors).unwrap_or_default();
        (variables, errors.into_iter().map(|error| error.pointer).collect())
    }

    #[test]
    fn lists_and_maps_say_the_same() {
        let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:a";
        let list = json!({"environment": [{"name": "A", "value": "1"}, {"name": "B", "value_from": arn},
            {"name": "C", "ssm_path": "shop/url"}, {"name": "D", "value": "x", "secret": true}]});
        let map = json!({"environment": {"A": "1", "B": {"value_from": arn}, "C": {"ssm_path": "shop/url"},
            "D": {"value": "x", "secret": true}}});
        assert_eq!(reading(list), reading(map.clone()));
        assert_eq!(reading(map).0["D"], Variable::Secret("x".into()));
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let body = json!({"environment": [{"name": "1A", "value": "1"}, {"name": "B"}, {"name": "C", "value": 1},
            {"name": "E", "value": "1", "value_from": "x"}], "env_vars": {"a-b": "1", "HOST_PORT_TCP_80": "1"}});
        let (_, errors) = reading(body);
        let wanted = [
            "/environment/0/name",
            "/environment/1/value",
            "/environment/2/value",
            "/environment/3/value_from",
            "/env_vars/a-b",
            "/env_vars/HOST_PORT_TCP_80",
        ];
        assert_eq!(errors, wanted);
    }

    #[test]
    fn values_never_show_when_printed() {
        assert!(!format!("{:?}", Variable::Secret("hunter2".into())).contains("hunter2"));
    }
}
