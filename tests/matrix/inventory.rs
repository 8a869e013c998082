//! What stands on AWS, written so that two runs of the same can be compared: ids, moments and addresses that are drawn anew
//! in every run are left out, everything else and how many there are of each stays.

use serde_json::Value;

/// Members that say what AWS drew.
const DRAWN: [&str; 3] = ["public_ip", "private_ip", "private_ip_address"];

/// One line a thing, sorted.
pub(crate) fn lines(inventory: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for (service, kinds) in inventory.as_object().into_iter().flatten() {
        for (kind, things) in kinds.as_object().into_iter().flatten() {
            for thing in things.as_array().into_iter().flatten() {
                lines.push(format!("{service} {kind} {}", plain(thing)));
            }
        }
    }
    lines.sort();
    lines
}

/// What one has and the other does not, with its sign; nothing when they are the same.
pub(crate) fn differences(wanted: &[String], seen: &[String]) -> Vec<String> {
    let mut left = seen.to_vec();
    let mut missing = Vec::new();
    for line in wanted {
        match left.iter().position(|other| other == line) {
            Some(at) => drop(left.remove(at)),
            None => missing.push(format!("- {line}")),
        }
    }
    missing.extend(left.into_iter().map(|line| format!("+ {line}")));
    missing
}

/// JSON without what differs from run to run.
pub(crate) fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(anonymous(text)),
        Value::Array(items) => {
            let mut items: Vec<_> = items.iter().map(plain).collect();
            items.sort_by_key(ToString::to_string);
            Value::Array(items)
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, _)| !DRAWN.contains(&name.as_str()));
            fields.map(|(name, value)| (anonymous(name), plain(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// A text in which every word that was drawn is `#`.
fn anonymous(text: &str) -> String {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let mut plain = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(then) = after_uuid(rest) {
            plain.push('#');
            rest = then;
            continue;
        }
        let end = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        let (word, then) = rest.split_at(end);
        plain.push_str(if is_drawn(word) { "#" } else { word });
        let mark = then.chars().next().map_or(0, char::len_utf8);
        plain.push_str(&then[..mark]);
        rest = &then[mark..];
    }
    plain
}

/// What follows a UUID, when the text begins with one.
fn after_uuid(text: &str) -> Option<&str> {
    let (uuid, then) = text.split_at_checked(36)?;
    let is_right = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    uuid.bytes().enumerate().all(is_right).then_some(then)
}

/// Whether a word is an operation's id, a piece of an id of AWS, or of a moment.
fn is_drawn(word: &str) -> bool {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let is_hex = word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_id = word.len() >= 12 && word.bytes().all(|byte| byte.is_ascii_alphanumeric()) && word != "123456789012";
    let is_account = word == "123456789012";
    has_digit && !is_account && (word.starts_with("op_") || is_hex || is_id)
}
