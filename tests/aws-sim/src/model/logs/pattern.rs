//! Filter patterns: terms, conditions on JSON, or conditions on columns.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>

use regex_lite::Regex;
use serde_json::{Map, Value};

use super::column_pattern::Columns;
use super::invalid;
use super::json_pattern::Condition;
use super::term_pattern::Terms;
use crate::model::error::AwsError;

const LONGEST: usize = 1024;

/// A pattern that lines match or do not.
#[derive(Debug)]
pub(super) enum Pattern {
    Terms(Terms),
    Json(Condition),
    Columns(Columns),
}

impl Pattern {
    pub(super) fn read(text: &str) -> Result<Self, AwsError> {
        let trimmed = text.trim();
        let wrong = || invalid("Invalid filter pattern");
        if text.chars().count() > LONGEST {
            let constraint = "Member must have length less than or equal to 1024";
            return Err(super::unfit("filterPattern", text, constraint));
        }
        if let Some(inner) = trimmed.strip_prefix('{') {
            let inner = inner.strip_suffix('}').ok_or_else(wrong)?;
            return Condition::read(inner).map(Self::Json).ok_or_else(wrong);
        }
        if let Some(inner) = trimmed.strip_prefix('[') {
            let inner = inner.strip_suffix(']').ok_or_else(wrong)?;
            return Columns::read(inner).map(Self::Columns).ok_or_else(wrong);
        }
        Terms::read(trimmed).map(Self::Terms).ok_or_else(wrong)
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        match self {
            Self::Terms(terms) => terms.match_text(message),
            Self::Json(condition) => {
                serde_json::from_str(message).is_ok_and(|tree: Value| tree.is_object() && condition.holds(&tree))
            }
            Self::Columns(columns) => columns.match_text(message),
        }
    }

    /// What a pattern takes out of a line that it matches: the columns that it names.
    pub(super) fn extracted(&self, message: &str) -> Map<String, Value> {
        match self {
            Self::Columns(columns) => columns.extracted(message),
            Self::Terms(_) | Self::Json(_) => Map::new(),
        }
    }
}

/// A value that a condition compares with.
#[derive(Debug)]
pub(super) enum Wanted {
    /// Text, with `*` for anything.
    Text(String),
    Number(f64),
    Matching(Regex),
}

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Cuts the comparison off the beginning of a text.
    pub(super) fn take(text: &str) -> Option<(Self, &str)> {
        [
            ("!=", Self::NotEqual),
            ("<=", Self::LessOrEqual),
            (">=", Self::GreaterOrEqual),
            ("=", Self::Equal),
            ("<", Self::Less),
            (">", Self::Greater),
        ]
        .into_iter()
        .find_map(|(sign, comparison)| Some((comparison, text.strip_prefix(sign)?.trim_start())))
    }

    /// Compares what a line has with what is wanted.
    pub(super) fn holds(self, have: &str, wanted: &Wanted) -> bool {
        match (self, wanted) {
            (Self::Equal, Wanted::Text(text)) => like(text, have),
            (Self::NotEqual, Wanted::Text(text)) => !like(text, have),
            (Self::Equal, Wanted::Matching(pattern)) => pattern.is_match(have),
            (Self::NotEqual, Wanted::Matching(pattern)) => !pattern.is_match(have),
            (comparison, Wanted::Number(number)) => match have.parse::<f64>() {
                Ok(have) => comparison.compare(have, *number),
                Err(_) => comparison == Self::NotEqual,
            },
            _ => false,
        }
    }

    fn compare(self, have: f64, wanted: f64) -> bool {
        let is_same = (have - wanted).abs() < f64::EPSILON;
        match self {
            Self::Equal => is_same,
            Self::NotEqual => !is_same,
            Self::Less => have < wanted,
            Self::LessOrEqual => have <= wanted,
            Self::Greater => have > wanted,
            Self::GreaterOrEqual => have >= wanted,
        }
    }
}

impl Wanted {
    /// Cuts a value off the beginning of a text: quoted, between percent signs, or up to one of the `ends`.
    pub(super) fn take<'a>(text: &'a str, ends: &[char]) -> Option<(Self, &'a str)> {
        if let Some(quoted) = text.strip_prefix('"') {
            let (inner, rest) = quoted.split_once('"')?;
            return Some((Self::Text(inner.to_owned()), rest.trim_start()));
        }
        if let Some(expression) = text.strip_prefix('%') {
            let (inner, rest) = expression.split_once('%')?;
            return Some((Self::Matching(Regex::new(inner).ok()?), rest.trim_start()));
        }
        let end = text.find(|one: char| one.is_whitespace() || ends.contains(&one)).unwrap_or(text.len());
        let (word, rest) = text.split_at_checked(end)?;
        let wanted = word.parse().map_or_else(|_| Self::Text(word.to_owned()), Self::Number);
        (!word.is_empty()).then(|| (wanted, rest.trim_start()))
    }
}

/// Whether a text is what one with `*` in it stands for.
fn like(wanted: &str, have: &str) -> bool {
    match wanted.split_once('*') {
        None => wanted == have,
        Some((before, after)) => have
            .strip_prefix(before)
            .is_some_and(|rest| after.is_empty() || rest.char_indices().any(|(at, _)| like(after, &rest[at..]))),
    }
}
