//! Reading a JSON object field by field, so that every error has its pointer and no field is dropped silently.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde_json::{Map, Value};
use shared::problem::Code;

use super::{Findings, Verdict};

/// How similar a known name must be to be proposed for an unknown one, from 0 to 1.
const SIMILAR: f64 = 0.7;

/// An object of which fields are taken one by one; what is left at the end is unknown.
pub struct Fields {
    pointer: String,
    values: Map<String, Value>,
    known: Vec<&'static str>,
}

/// One field that is there and not null.
pub struct Field {
    /// Where it stands.
    pub pointer: String,
    /// What it holds.
    pub value: Value,
}

impl Fields {
    /// The fields of an object that stands at `pointer`.
    pub fn new(pointer: impl Into<String>, values: Map<String, Value>) -> Self {
        Fields { pointer: pointer.into(), values, known: Vec::new() }
    }

    /// The fields of a body. Clients of the original may wrap it in the resource's name.
    pub fn of_body(mut body: Map<String, Value>, resource: &str) -> Self {
        if body.len() == 1
            && let Some(Value::Object(inner)) = body.get_mut(resource)
        {
            return Fields::new(format!("/{resource}"), std::mem::take(inner));
        }
        Fields::new("", body)
    }

    /// The pointer of a field of this object.
    pub fn pointer_to(&self, name: &str) -> String {
        match self.pointer.as_str() {
            "?" => format!("?{name}"),
            pointer => format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")),
        }
    }

    /// The field that has one of these names: its own first, then names that it had in other times. Null is absent.
    pub fn take(&mut self, names: &[&'static str], found: &mut Findings) -> Option<Field> {
        self.known.extend(names);
        let mut taken: Option<Field> = None;
        for name in names {
            let Some(value) = self.values.shift_remove(*name).filter(|value| !value.is_null()) else { continue };
            let pointer = self.pointer_to(name);
            match &taken {
                Some(first) => found.invalid(pointer, format!("says the same as {}; give one of them", first.pointer)),
                None => taken = Some(Field { pointer, value }),
            }
        }
        taken
    }

    /// The field that has one of these names; that it is absent is a finding.
    pub fn require(&mut self, names: &[&'static str], found: &mut Findings) -> Option<Field> {
        let missing = !names.iter().any(|name| self.values.get(*name).is_some_and(|value| !value.is_null()));
        if let Some(name) = names.first().filter(|_| missing) {
            found.invalid(self.pointer_to(name), "is required");
        }
        self.take(names, found)
    }

    /// Fields of the original that are not built: never accepted and dropped. Asking for nothing is fine.
    pub fn refuse(&mut self, names: &[&'static str], found: &mut Findings) {
        for name in names {
            let Some(field) = self.take(&[*name], found) else { continue };
            let asks_for_nothing = match &field.value {
                Value::Null | Value::Bool(false) => true,
                Value::Array(list) => list.is_empty(),
                Value::Object(object) => object.is_empty(),
                Value::Bool(true) | Value::Number(_) | Value::String(_) => false,
            };
            if !asks_for_nothing {
                found.add(Code::NotSupported, field.pointer, "is not supported yet; leave it out");
            }
        }
    }

    /// Everything that was not taken is unknown.
    pub fn finish(self, found: &mut Findings) {
        for name in self.values.keys() {
            let closest = self.known.iter().map(|known| (strsim::jaro_winkler(name, known), known));
            let closest = closest.filter(|(similar, _)| *similar >= SIMILAR).max_by(|a, b| a.0.total_cmp(&b.0));
            let detail = match closest {
                Some((_, known)) => format!("is not known; did you mean {known:?}?"),
                None => "is not known".to_owned(),
            };
            found.add(Code::UnknownField, self.pointer_to(name), detail);
        }
    }

    /// Every field there is, for objects whose names are free.
    pub fn into_entries(self) -> Vec<(String, Field)> {
        let pointers: Vec<_> = self.values.keys().map(|name| self.pointer_to(name)).collect();
        self.values.into_iter().zip(pointers).map(|((name, value), pointer)| (name, Field { pointer, value })).collect()
    }
}

impl Field {
    /// A text.
    pub fn text(self, found: &mut Findings) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text),
            other => wrong(found, self.pointer, "a string", &other),
        }
    }

    /// A text that something reads, or says what is wrong with it.
    pub fn parse<T: FromStr<Err: Display>>(self, found: &mut Findings) -> Option<T> {
        let pointer = self.pointer.clone();
        self.text(found)?.parse().map_err(|why: T::Err| found.invalid(pointer, why.to_string())).ok()
    }

    /// A text that keeps a rule.
    pub fn keeping(self, rule: impl FnOnce(&str) -> Verdict, found: &mut Findings) -> Option<String> {
        let pointer = self.pointer.clone();
        let text = self.text(found)?;
        rule(&text).map_err(|why| found.invalid(pointer, why)).ok()?;
        Some(text)
    }

    /// A whole number in a range.
    pub fn number(self, range: RangeInclusive<u32>, found: &mut Findings) -> Option<u32> {
        let number = match &self.value {
            Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
            other => return wrong(found, self.pointer, "a number", other),
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let detail = format!("must be a whole number from {} to {}", range.start(), range.end());
            found.invalid(self.pointer, detail);
        }
        number
    }

    /// True or false.
    pub fn flag(self, found: &mut Findings) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(flag),
            other => wrong(found, self.pointer, "true or false", &other),
        }
    }

    /// The items of a list.
    pub fn list(self, found: &mut Findings) -> Option<Vec<Field>> {
        match self.value {
            Value::Array(items) => {
                let pointer = |nth| format!("{}/{nth}", self.pointer);
                Some(items.into_iter().enumerate().map(|(nth, value)| Field { pointer: pointer(nth), value }).collect())
            }
            other => wrong(found, self.pointer, "a list", &other),
        }
    }

    /// An object.
    pub fn object(self, found: &mut Findings) -> Option<Fields> {
        match self.value {
            Value::Object(values) => Some(Fields::new(self.pointer, values)),
            other => wrong(found, self.pointer, "an object", &other),
        }
    }
}

/// Tells what stands where something else should, without telling the value: it may be a secret.
fn wrong<T>(found: &mut Findings, pointer: String, wanted: &str, value: &Value) -> Option<T> {
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    found.invalid(pointer, format!("must be {wanted}, and is {is}"));
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        match value {
            Value::Object(object) => Fields::of_body(object, "district"),
            other => panic!("{other} is not an object"),
        }
    }

    fn codes(found: Findings) -> Vec<(String, String)> {
        let errors = found.into_problem().map(|problem| problem.errors).unwrap_or_default();
        errors.into_iter().map(|error| (error.pointer, error.detail)).collect()
    }

    #[test]
    fn an_unknown_field_is_named_with_the_nearest_known_one() {
        let mut found = Findings::default();
        let mut body = fields(json!({"cluster_sise": 1, "x/y": 1}));
        body.take(&["cluster_size", "nat_type"], &mut found);
        body.finish(&mut found);
        let found = codes(found);
        assert_eq!(found[0], ("/cluster_sise".into(), "is not known; did you mean \"cluster_size\"?".into()));
        assert_eq!(found[1], ("/x~1y".into(), "is not known".into()));
    }

    #[test]
    fn a_wrapped_body_is_read_inside_and_pointed_into() {
        let mut found = Findings::default();
        let mut body = fields(json!({"district": {"name": 5}}));
        assert!(body.require(&["name"], &mut found).and_then(|field| field.text(&mut found)).is_none());
        assert_eq!(codes(found), [("/district/name".into(), "must be a string, and is a number".into())]);
    }

    #[test]
    fn an_alias_is_the_field_and_both_at_once_are_refused() {
        let mut found = Findings::default();
        let names = &["image_name", "container_name"];
        let field = fields(json!({"container_name": "nginx"})).take(names, &mut found).unwrap();
        assert_eq!(field.pointer, "/container_name");
        assert!(fields(json!({"image_name": "a", "container_name": "b"})).take(names, &mut found).is_some());
        assert_eq!(codes(found)[0].0, "/container_name");
    }

    #[test]
    fn what_is_not_built_is_refused_unless_it_asks_for_nothing() {
        let mut found = Findings::default();
        let names = &["before_deploy", "hosts", "force_ssl", "dockercfg"];
        let body = json!({"before_deploy": null, "hosts": [], "force_ssl": false, "dockercfg": {"a": "b"}});
        fields(body).refuse(names, &mut found);
        assert_eq!(codes(found).iter().map(|(pointer, _)| pointer.as_str()).collect::<Vec<_>>(), ["/dockercfg"]);
    }
}
