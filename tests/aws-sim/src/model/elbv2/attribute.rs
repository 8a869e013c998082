//! Attributes: texts by key, with a table of what each may be.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::{invalid, misconfigured};
use crate::model::error::AwsError;
use crate::model::input::Input;

/// One attribute.
pub(super) struct Spec {
    pub(super) key: &'static str,
    pub(super) default: &'static str,
    pub(super) allowed: Allowed,
}

/// What an attribute may be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Allowed {
    Flag,
    /// A number between two others.
    Number(i64, i64),
    /// The same, or `off`.
    NumberOrOff(i64, i64),
    OneOf(&'static [&'static str]),
    Text,
}

/// The attributes of one resource: all that its kind has.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Attributes(IndexMap<String, String>);

pub(super) const fn spec(key: &'static str, default: &'static str, allowed: Allowed) -> Spec {
    Spec { key, default, allowed }
}

impl Attributes {
    /// What a new resource has.
    pub(super) fn of_new<'s>(specs: impl Iterator<Item = &'s Spec>) -> Self {
        Self(specs.map(|spec| (spec.key.to_owned(), spec.default.to_owned())).collect())
    }

    pub(super) fn get(&self, key: &str) -> &str {
        self.0.get(key).map(String::as_str).unwrap_or_default()
    }

    pub(super) fn is_on(&self, key: &str) -> bool {
        self.get(key) == "true"
    }

    pub(super) fn set(&mut self, key: &str, value: &str) {
        self.0.insert(key.to_owned(), value.to_owned());
    }

    /// The attributes after a call's member `Attributes`. `specs` is of all kinds of the noun; those that this resource
    /// lacks are refused in another way than those that nothing has.
    pub(super) fn changed(
        &self,
        input: &Input<'_>,
        specs: impl Iterator<Item = &'static Spec> + Clone,
        noun: &str,
        kind: &str,
    ) -> Result<Self, AwsError> {
        let given = input.parts("Attributes");
        if given.is_empty() {
            return Err(input.missing("Attributes"));
        }
        let mut changed = self.clone();
        for part in given {
            let (key, value) = (part.required("Key")?, part.text("Value").unwrap_or_default());
            let known = specs.clone().find(|spec| spec.key == key);
            let spec = known.ok_or_else(|| invalid(format!("{noun} attribute key '{key}' is not recognized")))?;
            if !self.0.contains_key(key) {
                return Err(misconfigured(format!("{noun} attribute key '{key}' is not supported for {kind}")));
            }
            spec.allowed.check(key, value)?;
            changed.set(key, value);
        }
        Ok(changed)
    }

    pub(super) fn render(&self) -> Value {
        self.0.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
    }
}

impl Allowed {
    fn check(self, key: &str, value: &str) -> Result<(), AwsError> {
        match self {
            Self::Flag => one_of(key, value, &["true", "false"]),
            Self::OneOf(values) => one_of(key, value, values),
            Self::Number(least, most) => between(key, value, least, most),
            Self::NumberOrOff(..) if value == "off" => Ok(()),
            Self::NumberOrOff(least, most) => between(key, value, least, most),
            Self::Text => Ok(()),
        }
    }
}

fn one_of(key: &str, value: &str, values: &[&str]) -> Result<(), AwsError> {
    if values.contains(&value) {
        return Ok(());
    }
    Err(invalid(format!("'{key}' value '{value}' must be one of [{}]", values.join(", "))))
}

fn between(key: &str, value: &str, least: i64, most: i64) -> Result<(), AwsError> {
    if value.parse().is_ok_and(|number: i64| (least..=most).contains(&number)) {
        return Ok(());
    }
    Err(invalid(format!("'{key}' value '{value}' must be between '{least}-{most}' inclusive")))
}
