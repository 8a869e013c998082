//! Patterns for lines in JSON: `{ $.level = "error" && ($.code > 499 || $.user NOT EXISTS) }`.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/extract-json-log-events.html>

use serde_json::Value;

use super::pattern::{Comparison, Wanted};

/// A condition on a JSON tree.
#[derive(Debug)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Compares(Path, Comparison, Wanted),
    IsNull(Path),
    IsTrue(Path, bool),
    NotExists(Path),
}

/// Members and places on the way from the root.
#[derive(Debug)]
pub(super) struct Path(Vec<Step>);

#[derive(Debug)]
enum Step {
    Member(String),
    Place(usize),
    Anywhere,
}

impl Condition {
    /// Reads what is between the braces.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (condition, rest) = any(text.trim())?;
        rest.is_empty().then_some(condition)
    }

    pub(super) fn holds(&self, tree: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(tree)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(tree)),
            Self::Compares(path, comparison, wanted) => {
                let compared = |value: &Value| text_of(value).is_some_and(|have| comparison.holds(&have, wanted));
                path.find(tree).into_iter().any(compared)
            }
            Self::IsNull(path) => path.find(tree).into_iter().any(Value::is_null),
            Self::IsTrue(path, truth) => path.find(tree).into_iter().any(|value| *value == Value::Bool(*truth)),
            Self::NotExists(path) => path.find(tree).is_empty(),
        }
    }
}

fn any(text: &str) -> Option<(Condition, &str)> {
    let (parts, rest) = several(text, "||", all)?;
    Some((Condition::Any(parts), rest))
}

fn all(text: &str) -> Option<(Condition, &str)> {
    let (parts, rest) = several(text, "&&", single)?;
    Some((Condition::All(parts), rest))
}

/// Conditions with a sign between them.
fn several<'a>(
    text: &'a str,
    sign: &str,
    one: fn(&'a str) -> Option<(Condition, &'a str)>,
) -> Option<(Vec<Condition>, &'a str)> {
    let (first, mut rest) = one(text)?;
    let mut parts = vec![first];
    while let Some(after) = rest.strip_prefix(sign) {
        let (next, behind) = one(after.trim_start())?;
        parts.push(next);
        rest = behind;
    }
    Some((parts, rest))
}

fn single(text: &str) -> Option<(Condition, &str)> {
    if let Some(inner) = text.strip_prefix('(') {
        let (condition, rest) = any(inner.trim_start())?;
        return Some((condition, rest.strip_prefix(')')?.trim_start()));
    }
    let (path, rest) = Path::take(text)?;
    if let Some(rest) = rest.strip_prefix("NOT EXISTS") {
        return Some((Condition::NotExists(path), rest.trim_start()));
    }
    if let Some(rest) = rest.strip_prefix("IS ") {
        let rest = rest.trim_start();
        for (word, make) in [
            ("NULL", Condition::IsNull as fn(Path) -> Condition),
            ("TRUE", |path| Condition::IsTrue(path, true)),
            ("FALSE", |path| Condition::IsTrue(path, false)),
        ] {
            if let Some(rest) = rest.strip_prefix(word) {
                return Some((make(path), rest.trim_start()));
            }
        }
        return None;
    }
    let (comparison, rest) = Comparison::take(rest)?;
    let (wanted, rest) = Wanted::take(rest, &['&', '|', ')'])?;
    Some((Condition::Compares(path, comparison, wanted), rest))
}

impl Path {
    /// Cuts `$.a.b[0]` off the beginning of a text.
    fn take(text: &str) -> Option<(Self, &str)> {
        let mut rest = text.strip_prefix('$')?;
        let mut steps = Vec::new();
        loop {
            if let Some(after) = rest.strip_prefix('.') {
                let end =
                    after.find(|one: char| !one.is_alphanumeric() && !"_-@:".contains(one)).unwrap_or(after.len());
                steps.push(Step::Member(after.get(..end).filter(|name| !name.is_empty())?.to_owned()));
                rest = &after[end..];
            } else if let Some(after) = rest.strip_prefix('[') {
                let (inner, after) = after.split_once(']')?;
                steps.push(match inner {
                    "*" => Step::Anywhere,
                    quoted if quoted.starts_with(['"', '\'']) => {
                        Step::Member(quoted.trim_matches(['"', '\'']).to_owned())
                    }
                    place => Step::Place(place.parse().ok()?),
                });
                rest = after;
            } else {
                return (!steps.is_empty()).then(|| (Self(steps), rest.trim_start()));
            }
        }
    }

    fn find<'a>(&self, tree: &'a Value) -> Vec<&'a Value> {
        let mut found = vec![tree];
        for step in &self.0 {
            found = found
                .into_iter()
                .flat_map(|value| match step {
                    Step::Member(name) => value.get(name).into_iter().collect(),
                    Step::Place(place) => value.get(place).into_iter().collect(),
                    Step::Anywhere => value.as_array().into_iter().flatten().collect::<Vec<_>>(),
                })
                .collect();
        }
        found
    }
}

/// Numbers and texts can be compared, other values cannot.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_are_joined_and_nested() {
        let tree = json!({"level": "error", "code": 503, "user": null, "ok": true, "list": [{"n": 1}, {"n": 2}]});
        let holds = |text: &str| Condition::read(text).unwrap().holds(&tree);
        for right in [
            " $.level = \"error\" ",
            "$.level = err*",
            "$.level = %^e%",
            "$.code >= 500 && $.code < 600",
            "($.code = 1 || $.code = 503) && $.level != \"info\"",
            "$.user IS NULL",
            "$.ok IS TRUE",
            "$.name NOT EXISTS",
            "$.list[1].n = 2",
            "$.list[*].n = 1",
        ] {
            assert!(holds(right), "{right}");
        }
        for wrong in ["$.level = \"info\"", "$.code > 503", "$.user NOT EXISTS", "$.ok IS FALSE", "$.name = \"x\""] {
            assert!(!holds(wrong), "{wrong}");
        }
        for broken in ["", "level = 1", "$.a =", "($.a = 1", "$.a = 1 $.b = 2", "$.a IS 1"] {
            assert!(Condition::read(broken).is_none(), "{broken}");
        }
    }
}
