//! Patterns for lines of columns with spaces between them: `[ip, user, ..., status = 4*, bytes > 1000]`.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-space-delimited-log-events.html>

use serde_json::{Map, Value, json};

use super::pattern::{Comparison, Wanted};

/// The columns of a line, in order.
#[derive(Debug)]
pub(super) struct Columns(Vec<Column>);

#[derive(Debug)]
enum Column {
    /// `...`: any number of columns.
    Rest,
    /// A column with its name and, if it must be something, the alternatives of what all must hold.
    One(String, Vec<Vec<(Comparison, Wanted)>>),
}

impl Columns {
    /// Reads what is between the brackets.
    pub(super) fn read(text: &str) -> Option<Self> {
        let columns: Vec<Column> = text.split(',').map(|part| read(part.trim())).collect::<Option<_>>()?;
        let rests = columns.iter().filter(|column| matches!(column, Column::Rest)).count();
        (rests <= 1).then_some(Self(columns))
    }

    pub(super) fn match_text(&self, message: &str) -> bool {
        self.places(&cut(message)).is_some()
    }

    pub(super) fn extracted(&self, message: &str) -> Map<String, Value> {
        let parts = cut(message);
        let places = self.places(&parts).unwrap_or_default();
        places.into_iter().map(|(name, part)| (format!("${name}"), json!(part))).collect()
    }

    /// The named columns with their texts; none if the line is another one.
    fn places<'a>(&'a self, parts: &[&'a str]) -> Option<Vec<(&'a str, &'a str)>> {
        let rest = self.0.iter().position(|column| matches!(column, Column::Rest));
        let fixed = self.0.len() - usize::from(rest.is_some());
        let fits = if rest.is_some() { parts.len() >= fixed } else { parts.len() == fixed };
        if !fits {
            return None;
        }
        let skipped = parts.len() - fixed;
        let mut found = Vec::new();
        for (at, column) in self.0.iter().enumerate() {
            let Column::One(name, alternatives) = column else { continue };
            let place = if rest.is_some_and(|rest| at > rest) { at - 1 + skipped } else { at };
            let part = parts.get(place)?;
            let holds = |all: &Vec<(Comparison, Wanted)>| all.iter().all(|(how, wanted)| how.holds(part, wanted));
            if !alternatives.is_empty() && !alternatives.iter().any(holds) {
                return None;
            }
            found.push((name.as_str(), *part));
        }
        Some(found)
    }
}

/// `name`, or `name = value && name != other || name = third`.
fn read(text: &str) -> Option<Column> {
    if text == "..." {
        return Some(Column::Rest);
    }
    let end = text.find(|one: char| !one.is_alphanumeric() && one != '_').unwrap_or(text.len());
    let name = text.get(..end).filter(|name| !name.is_empty())?;
    if end == text.len() {
        return Some(Column::One(name.to_owned(), Vec::new()));
    }
    let alternatives = text.split("||").map(|part| {
        part.split("&&")
            .map(|one| {
                let (how, rest) = Comparison::take(one.trim().strip_prefix(name)?.trim_start())?;
                let (wanted, rest) = Wanted::take(rest, &[])?;
                rest.is_empty().then_some((how, wanted))
            })
            .collect::<Option<Vec<_>>>()
    });
    Some(Column::One(name.to_owned(), alternatives.collect::<Option<_>>()?))
}

/// Words, of which those in brackets or quotation marks are one.
fn cut(message: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = message.trim_start();
    while !rest.is_empty() {
        let enclosed =
            [('[', ']'), ('"', '"')].into_iter().find_map(|(open, close)| rest.strip_prefix(open)?.split_once(close));
        let (part, after) = enclosed.or_else(|| rest.split_once(char::is_whitespace)).unwrap_or((rest, ""));
        parts.push(part);
        rest = after.trim_start();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_told_by_place_and_counted_from_either_end() {
        let line = "127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" 404 1534";
        let matches = |text: &str| Columns::read(text).unwrap().match_text(line);
        for right in [
            "ip, id, user, time, request, status, bytes",
            "ip, ..., status = 4*, bytes > 1000",
            "ip = 127.*, ...",
            "..., status = 404 || status = 410, bytes",
            "ip, id, user = frank && user != joe, ...",
            "ip, id, user, time, request = *index*, ...",
        ] {
            assert!(matches(right), "{right}");
        }
        for wrong in ["ip, user", "..., status = 5*, bytes", "..., bytes < 1000", "ip != 127.*, ..."] {
            assert!(!matches(wrong), "{wrong}");
        }
        assert!(Columns::read("a, ..., b, ...").is_none() && Columns::read("= 1").is_none());
    }
}
