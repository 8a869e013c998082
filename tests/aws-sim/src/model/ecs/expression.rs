//! The cluster query language: which container instances a text means.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html>

use regex_lite::Regex;

/// A text that was understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    Test { subject: String, operator: Operator, arguments: Vec<String> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equals,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Exists,
    In,
    Matches,
}

impl Expression {
    /// None if the text is no expression.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let tokens = tokens(text)?;
        let mut parser = Parser { tokens: &tokens };
        let found = parser.alternatives()?;
        parser.tokens.is_empty().then_some(found)
    }

    /// Whether it is true of something, whose values of a subject `values` tells; none if it lacks the subject.
    pub(super) fn holds(&self, values: &dyn Fn(&str) -> Vec<String>) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.holds(values)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(values)),
            Self::Not(part) => !part.holds(values),
            Self::Test { subject, operator, arguments } => {
                values(subject).iter().any(|value| operator.holds(value, arguments))
            }
        }
    }
}

impl Operator {
    fn holds(self, value: &str, arguments: &[String]) -> bool {
        let order = || arguments.first().map(|argument| compare(value, argument));
        match self {
            Self::Exists => true,
            Self::In => arguments.iter().any(|argument| argument == value),
            Self::Equals => order().is_some_and(std::cmp::Ordering::is_eq),
            Self::Greater => order().is_some_and(std::cmp::Ordering::is_gt),
            Self::GreaterOrEqual => order().is_some_and(std::cmp::Ordering::is_ge),
            Self::Less => order().is_some_and(std::cmp::Ordering::is_lt),
            Self::LessOrEqual => order().is_some_and(std::cmp::Ordering::is_le),
            Self::Matches => {
                let pattern = arguments.first().and_then(|pattern| Regex::new(&format!("^(?:{pattern})$")).ok());
                pattern.is_some_and(|pattern| pattern.is_match(value))
            }
        }
    }

    /// The operator of a word, and whether the word denies it.
    fn parse(word: &str) -> Option<(Self, bool)> {
        Some(match word {
            "==" | "equals" => (Self::Equals, false),
            "!=" | "not_equals" => (Self::Equals, true),
            ">" | "greater_than" => (Self::Greater, false),
            ">=" | "greater_than_equal" => (Self::GreaterOrEqual, false),
            "<" | "less_than" => (Self::Less, false),
            "<=" | "less_than_equal" => (Self::LessOrEqual, false),
            "exists" => (Self::Exists, false),
            "!exists" | "not_exists" => (Self::Exists, true),
            "in" => (Self::In, false),
            "!in" | "not_in" => (Self::In, true),
            "=~" | "matches" => (Self::Matches, false),
            "!~" | "not_matches" => (Self::Matches, true),
            _ => return None,
        })
    }
}

/// Numbers by size, all else as texts; moments as ISO 8601 writes them sort as texts.
fn compare(one: &str, other: &str) -> std::cmp::Ordering {
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => one.total_cmp(&other),
        (Ok(_) | Err(_), Ok(_) | Err(_)) => one.cmp(other),
    }
}

/// What is left to be read.
struct Parser<'t> {
    tokens: &'t [String],
}

impl<'t> Parser<'t> {
    fn next(&mut self) -> Option<&'t str> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    /// Takes the next word if it is one of these.
    fn accept(&mut self, words: &[&str]) -> bool {
        let found = self.tokens.first().is_some_and(|token| words.contains(&token.as_str()));
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }

    fn alternatives(&mut self) -> Option<Expression> {
        let mut parts = vec![self.conjunction()?];
        while self.accept(&["or", "||"]) {
            parts.push(self.conjunction()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Expression::Or(parts)) }
    }

    fn conjunction(&mut self) -> Option<Expression> {
        let mut parts = vec![self.single()?];
        while self.accept(&["and", "&&"]) {
            parts.push(self.single()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Expression::And(parts)) }
    }

    fn single(&mut self) -> Option<Expression> {
        if self.accept(&["not", "!"]) {
            return Some(Expression::Not(Box::new(self.single()?)));
        }
        if self.accept(&["("]) {
            let inner = self.alternatives()?;
            return self.accept(&[")"]).then_some(inner);
        }
        let subject = self.next().filter(|word| is_subject(word))?.to_owned();
        let (operator, denied) = Operator::parse(self.next()?)?;
        let arguments = match operator {
            Operator::Exists => Vec::new(),
            Operator::In => self.list()?,
            Operator::Equals
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Matches => vec![self.next().filter(|word| !is_mark(word))?.to_owned()],
        };
        let test = Expression::Test { subject, operator, arguments };
        Some(if denied { Expression::Not(Box::new(test)) } else { test })
    }

    fn list(&mut self) -> Option<Vec<String>> {
        let mut items = Vec::new();
        self.accept(&["["]).then_some(())?;
        while !self.accept(&["]"]) {
            items.push(self.next().filter(|word| !is_mark(word))?.to_owned());
            self.accept(&[","]);
        }
        Some(items)
    }
}

fn is_mark(word: &str) -> bool {
    matches!(word, "(" | ")" | "[" | "]" | ",")
}

fn is_subject(word: &str) -> bool {
    let plain = [
        "agentConnected",
        "agentVersion",
        "ec2InstanceId",
        "registeredAt",
        "runningTasksCount",
        "status",
        "capacityProviderName",
        "task:group",
    ];
    plain.contains(&word) || word.strip_prefix("attribute:").is_some_and(|name| !name.is_empty())
}

/// Words and marks; none if a quotation does not end.
fn tokens(text: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' || first == '\'' {
            let inner = &rest[1..];
            let end = inner.find(first)?;
            found.push(inner[..end].to_owned());
            end + 2
        } else {
            let end = word_length(rest, first);
            found.push(rest[..end].to_owned());
            end
        };
        rest = rest[length..].trim_start();
    }
    Some(found)
}

/// A word ends at white space, at a mark, and where an operator begins or ends.
fn word_length(rest: &str, first: char) -> usize {
    const OPERATORS: [&str; 13] = ["!exists", "!in", "==", "!=", ">=", "<=", "=~", "!~", "&&", "||", ">", "<", "!"];
    if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
        return operator.len();
    }
    if "()[],".contains(first) {
        return 1;
    }
    let ends = |one: char| one.is_whitespace() || "()[],=!<>&|\"'".contains(one);
    rest.char_indices().skip(1).find(|(_, one)| ends(*one)).map_or(rest.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> bool {
        let values = |subject: &str| match subject {
            "attribute:ecs.instance-type" => vec!["t3.small".to_owned()],
            "attribute:stack" => vec!["prod".to_owned()],
            "runningTasksCount" => vec!["3".to_owned()],
            "task:group" => vec!["service:web".to_owned(), "family:job".to_owned()],
            _ => Vec::new(),
        };
        Expression::parse(text).unwrap().holds(&values)
    }

    #[test]
    fn what_aws_shows_as_examples_is_understood() {
        for yes in [
            "attribute:ecs.instance-type == t3.small",
            "attribute:ecs.instance-type =~ t3.*",
            "attribute:ecs.instance-type in [t2.small, t3.small]",
            "attribute:stack exists and not(attribute:stack == test)",
            "task:group == service:web",
            "not(task:group == database)",
            "runningTasksCount > 2 && runningTasksCount < 10",
            "attribute:zone !exists || attribute:stack != prod",
            "attribute:stack !in [test,'qa']",
        ] {
            assert!(holds(yes), "{yes}");
        }
        assert!(!holds("attribute:ecs.instance-type =~ g2.*"));
        assert!(!holds("attribute:zone exists"));
    }

    #[test]
    fn what_is_no_expression_is_told() {
        for wrong in
            ["", "attribute:a ==", "foo == bar", "(attribute:a exists", "attribute:a == b c", "attribute:a == 'b"]
        {
            assert_eq!(Expression::parse(wrong), None, "{wrong}");
        }
    }
}
