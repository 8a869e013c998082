//! Policy documents: what IAM takes for one, how large it may be, and how answers show it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

mod condition;
mod grammar;
mod resource;
mod trust;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

pub(crate) use condition::{Facts, holds};
pub(super) use grammar::{Purpose, check};
pub(crate) use trust::{Caller, lets_in};
pub(super) use trust::{check_principals, lets_service_in};

use crate::model::error::AwsError;

/// Answers carry documents in percent-encoding. <https://www.rfc-editor.org/rfc/rfc3986>
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A document as answers show it.
pub(super) fn encoded(document: &str) -> String {
    utf8_percent_encode(document, KEPT).to_string()
}

/// A document's size as quotas count it: without white space.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length>
pub(super) fn size(document: &str) -> usize {
    document.chars().filter(|one| !one.is_whitespace()).count()
}

/// The statements of a document; a single one may stand without a list.
pub(crate) fn statements(document: &Value) -> Vec<&Value> {
    match document.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        single => Vec::from_iter(single),
    }
}

/// A text, or the texts of a list.
pub(crate) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        single => single.as_str().into_iter().collect(),
    }
}

/// Whether a text is like a pattern, in which `*` stands for any characters and `?` for one.
pub(crate) fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut seen) = (0, 0);
    // Where the last star stood, and how far the text was when it was met.
    let mut star: Option<(usize, usize)> = None;
    while seen < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(one) if *one == '?' || *one == text[seen] => (at, seen) = (at + 1, seen + 1),
            Some(_) | None => match star {
                Some((place, reached)) => {
                    star = Some((place, reached + 1));
                    (at, seen) = (place + 1, reached + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|one| *one == '*')
}

fn malformed(message: impl Into<String>) -> AwsError {
    AwsError::new("MalformedPolicyDocument", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_stand_for_characters() {
        assert!(is_like("*", "") && is_like("a*c", "abbc") && is_like("a?c", "abc") && is_like("a*b*c", "a-b-b-c"));
        assert!(!is_like("a?c", "ac") && !is_like("a*c", "abd") && !is_like("", "a"));
    }

    #[test]
    fn white_space_does_not_count() {
        assert_eq!(size("{ \"a\":\n\t1 }"), 7);
    }
}
