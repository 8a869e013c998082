//! AWS's patterns, which are Java's: matched against the whole value, `\w` and its like ASCII only.

use std::sync::OnceLock;

use fancy_regex::Regex;

/// The largest repetition that is counted; a larger one means any number, since the length has a limit of its own and
/// counting it would need megabytes.
const COUNTED: u32 = 64;

/// A pattern, compiled when it is first used.
#[derive(Debug)]
pub(super) struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(super) fn new(text: String) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    /// As AWS shows it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the whole value matches. A pattern that cannot be compiled, or a value that takes too long, passes.
    pub(super) fn matches(&self, value: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(&format!("^(?:{})\\z", translate(&self.text))).ok());
        compiled.as_ref().is_none_or(|regex| regex.is_match(value).unwrap_or(true))
    }
}

/// Java's pattern in Rust's words.
fn translate(pattern: &str) -> String {
    let pattern =
        pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\u{10000}-\u{10FFFF}").replace(r"\p{Print}", r"[ -~]");
    let (mut out, mut in_class) = (String::with_capacity(pattern.len()), false);
    let mut rest = pattern.chars().peekable();
    while let Some(one) = rest.next() {
        match one {
            '\\' => {
                let escaped = rest.next().unwrap_or('\\');
                out.push_str(&class(escaped, in_class).unwrap_or_else(|| format!("\\{escaped}")));
            }
            '[' if in_class => out.push_str("\\["),
            '[' | ']' => {
                in_class = one == '[';
                out.push(one);
            }
            '{' if !in_class && rest.peek().is_some_and(char::is_ascii_digit) => {
                let bounds: String = rest.by_ref().take_while(|one| *one != '}').collect();
                out.push_str(&repetition(&bounds));
            }
            // A dot at an end of a range is a dot, `-` between classes is one too: Rust's doubled signs mean sets.
            '-' | '&' | '~' if in_class && out.ends_with(one) => {
                out.push('\\');
                out.push(one);
            }
            other => out.push(other),
        }
    }
    out
}

fn class(escaped: char, in_class: bool) -> Option<String> {
    let members = match escaped {
        'w' => "a-zA-Z0-9_",
        'd' => "0-9",
        's' => r" \t\n\x0B\x0C\r",
        '-' if !in_class => return Some("-".to_owned()),
        '/' | '@' | ':' | '=' | '_' | '"' | '\'' | ',' | ';' | '<' | '>' | '!' | '%' => {
            return Some(escaped.to_string());
        }
        _ => return None,
    };
    Some(if in_class { members.to_owned() } else { format!("[{members}]") })
}

fn repetition(bounds: &str) -> String {
    let (least, most) = bounds.split_once(',').unwrap_or((bounds, bounds));
    let (least, most): (u32, u32) = (least.parse().unwrap_or(0), most.parse().unwrap_or(u32::MAX));
    if most <= COUNTED { format!("{{{bounds}}}") } else { format!("{{{},}}", least.min(COUNTED)) }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::model::service::Service;
    use crate::model::shape::Table;

    #[test]
    fn the_whole_value_must_match_and_classes_are_ascii() {
        let pattern = Pattern::new(r"[\w+=,.@-]+".to_owned());
        assert!(pattern.matches("a-b@c") && !pattern.matches("a b") && !pattern.matches("é") && !pattern.matches(""));
        assert!(!pattern.matches("a\n"));
        let pattern = Pattern::new(r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*".to_owned());
        assert!(pattern.matches("a\n😀") && !pattern.matches("\u{1}"));
        assert!(!Pattern::new("^(?!arn:)[!-~]{1,253}$".to_owned()).matches("arn:x"));
        assert!(Pattern::new("a{2,5000}".to_owned()).matches(&"a".repeat(5001)));
    }

    #[test]
    fn every_pattern_of_aws_can_be_compiled() {
        for service in Service::VARIANTS {
            for shape in &Table::of(*service).shapes {
                let Some(pattern) = &shape.limits.pattern else { continue };
                let compiled = Regex::new(&translate(pattern.text()));
                assert!(compiled.is_ok(), "{service} {}: {:?}", pattern.text(), compiled.err());
            }
        }
    }
}
