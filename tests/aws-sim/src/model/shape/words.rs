//! Values and constraints in the words of AWS's refusals.

use serde_json::Value;

use super::table::{Kind, Limits, Shape};

/// A value as AWS repeats it in a refusal.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{name}={}", shown(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

/// What the value breaks, each as the end of AWS's sentence.
pub(super) fn broken(shape: &Shape, value: &Value) -> Vec<String> {
    let limits = &shape.limits;
    let size = match (&shape.kind, value) {
        (Kind::Text, Value::String(text)) => Size::Length(text.chars().count()),
        (Kind::List { .. }, Value::Array(items)) => Size::Length(items.len()),
        (Kind::Map { .. }, Value::Object(entries)) => Size::Length(entries.len()),
        (Kind::Integer | Kind::Decimal, value) => match number(value) {
            Some(number) => Size::Value(number),
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let is_within = size.is_within(limits);
    let matches = value.as_str().is_none_or(|text| satisfies(limits, text));
    if is_within && matches { Vec::new() } else { constraints(limits, &size, value) }
}

/// All that narrows a shape, as AWS enumerates it for the elements of a list.
pub(super) fn all(shape: &Shape) -> String {
    let what = if matches!(shape.kind, Kind::Integer | Kind::Decimal) { "value" } else { "length" };
    let limits = &shape.limits;
    let mut all = Vec::new();
    all.extend(limits.max.map(|max| format!("Member must have {what} less than or equal to {max}")));
    all.extend(limits.min.map(|min| format!("Member must have {what} greater than or equal to {min}")));
    all.extend(limits.pattern.as_ref().map(|pattern| pattern_sentence(pattern.text())));
    all.extend((!limits.one_of.is_empty()).then(|| enum_sentence(limits)));
    format!("[{}]", all.join(", "))
}

enum Size {
    Length(usize),
    Value(f64),
}

impl Size {
    #[allow(clippy::cast_precision_loss, reason = "no length is that large")]
    fn number(&self) -> f64 {
        match self {
            Self::Length(length) => *length as f64,
            Self::Value(value) => *value,
        }
    }

    fn is_within(&self, limits: &Limits) -> bool {
        let number = self.number();
        limits.min.is_none_or(|min| number >= min) && limits.max.is_none_or(|max| number <= max)
    }
}

fn satisfies(limits: &Limits, text: &str) -> bool {
    let listed = limits.one_of.is_empty() || limits.one_of.iter().any(|one| one == text);
    listed && limits.pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
}

fn constraints(limits: &Limits, size: &Size, value: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    let (number, what) = (size.number(), if matches!(size, Size::Length(_)) { "length" } else { "value" });
    if let Some(max) = limits.max.filter(|max| number > *max) {
        broken.push(format!("Member must have {what} less than or equal to {max}"));
    }
    if let Some(min) = limits.min.filter(|min| number < *min) {
        broken.push(format!("Member must have {what} greater than or equal to {min}"));
    }
    let Some(text) = value.as_str().filter(|_| matches!(size, Size::Length(_))) else { return broken };
    if let Some(pattern) = limits.pattern.as_ref().filter(|pattern| !pattern.matches(text)) {
        broken.push(pattern_sentence(pattern.text()));
    }
    if !limits.one_of.is_empty() && !limits.one_of.iter().any(|one| one == text) {
        broken.push(enum_sentence(limits));
    }
    broken
}

fn pattern_sentence(pattern: &str) -> String {
    format!("Member must satisfy regular expression pattern: {pattern}")
}

fn enum_sentence(limits: &Limits) -> String {
    format!("Member must satisfy enum value set: [{}]", limits.one_of.join(", "))
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_f64(),
    }
}
