//! Patterns of words, quoted or not, with `?` before alternatives, `-` before what is not wanted, and regular
//! expressions between percent signs.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html>

use regex_lite::Regex;

/// What a line must have, may have one of, and must not have.
#[derive(Debug, Default)]
pub(super) struct Terms {
    all: Vec<Term>,
    any: Vec<Term>,
    none: Vec<Term>,
}

#[derive(Debug)]
enum Term {
    Text(String),
    Expression(Regex),
}

impl Term {
    fn is_in(&self, message: &str) -> bool {
        match self {
            Self::Text(text) => message.contains(text.as_str()),
            Self::Expression(expression) => expression.is_match(message),
        }
    }
}

impl Terms {
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut terms = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let list = match rest.as_bytes().first() {
                Some(b'?') => &mut terms.any,
                Some(b'-') => &mut terms.none,
                Some(_) | None => &mut terms.all,
            };
            rest = rest.strip_prefix(['?', '-']).unwrap_or(rest);
            let (term, after) = take(rest)?;
            list.push(term);
            rest = after.trim_start();
        }
        Some(terms)
    }

    /// Alternatives count only where nothing else is asked for.
    pub(super) fn match_text(&self, message: &str) -> bool {
        let has = |term: &Term| term.is_in(message);
        let alone = self.all.is_empty() && self.none.is_empty();
        let one_of = !alone || self.any.is_empty() || self.any.iter().any(has);
        self.all.iter().all(has) && !self.none.iter().any(has) && one_of
    }
}

fn take(text: &str) -> Option<(Term, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (inner, rest) = quoted.split_once('"')?;
        return Some((Term::Text(inner.to_owned()), rest));
    }
    if let Some((inner, rest)) = text.strip_prefix('%').and_then(|expression| expression.split_once('%')) {
        return Some((Term::Expression(Regex::new(inner).ok()?), rest));
    }
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    Some((Term::Text(word.to_owned()), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_words_alternatives_and_what_is_not_wanted() {
        let matches = |pattern: &str, message: &str| Terms::read(pattern).unwrap().match_text(message);
        assert!(matches("", "anything") && matches("ERROR \"out of memory\" -health", "ERROR: out of memory"));
        assert!(!matches("ERROR -health", "ERROR in health check") && !matches("ERROR", "error"));
        assert!(matches("?ERROR ?WARN", "WARN: slow") && !matches("?ERROR ?WARN", "INFO"));
        assert!(matches("%4[0-9]{2}%", "status 404") && !matches("%4[0-9]{2}%", "status 200"));
        assert!(Terms::read("\"open").is_none());
    }
}
