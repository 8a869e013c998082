//! Trees as XML and XML as trees.

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::Event;
use serde_json::{Map, Value};

use crate::model::error::AwsError;

/// How deep a request may nest.
const DEPTH: usize = 32;

/// How a list is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lists {
    /// One element around the list, and each item in an element of this name; a list whose items are called otherwise
    /// says so behind a slash in its own name.
    Wrapped(&'static str),
    /// Each item in an element of the list's own name.
    Flat,
}

/// Writes the members of a tree.
pub(super) fn write_members(out: &mut String, tree: &Value, lists: Lists) {
    let Some(members) = tree.as_object() else { return };
    for (name, value) in members {
        write_member(out, name, value, lists);
    }
}

fn write_member(out: &mut String, name: &str, value: &Value, lists: Lists) {
    match (value, lists) {
        (Value::Null, _) => {}
        (Value::Array(items), Lists::Wrapped(item_name)) => {
            let (name, item_name) = name.split_once('/').unwrap_or((name, item_name));
            element(out, name, |out| items.iter().for_each(|item| write_member(out, item_name, item, lists)));
        }
        (Value::Array(items), Lists::Flat) => {
            for item in items {
                write_member(out, name, item, lists);
            }
        }
        (Value::Object(_), _) => element(out, name, |out| write_members(out, value, lists)),
        (Value::String(text), _) => element(out, name, |out| write_text(out, text)),
        (Value::Bool(_) | Value::Number(_), _) => element(out, name, |out| out.push_str(&value.to_string())),
    }
}

/// Writes text. Characters that XML cannot have, not even escaped, stand in values that a refusal repeats.
fn write_text(out: &mut String, text: &str) {
    let is_allowed = |one: char| one >= ' ' && !matches!(one, '\u{FFFE}' | '\u{FFFF}') || "\t\n\r".contains(one);
    if text.chars().all(is_allowed) {
        out.push_str(&escape(text));
    } else {
        let text: String = text.chars().map(|one| if is_allowed(one) { one } else { '\u{FFFD}' }).collect();
        out.push_str(&escape(text.as_str()));
    }
}

/// Writes an element around what `content` writes.
pub(super) fn element(out: &mut String, name: &str, content: impl FnOnce(&mut String)) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    content(out);
    out.push_str("</");
    // Attributes stand in the opening tag alone.
    out.push_str(name.split(' ').next().unwrap_or(name));
    out.push('>');
}

/// The error of awsQuery and of REST XML.
pub(super) fn query_error(namespace: Option<&str>, error: &AwsError, request_id: &str) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    let root = namespace.map_or_else(|| "ErrorResponse".to_owned(), |at| format!("ErrorResponse xmlns=\"{at}\""));
    let kind = if error.status >= 500 { "Receiver" } else { "Sender" };
    element(&mut out, &root, |out| {
        element(out, "Error", |out| {
            for (name, text) in [("Type", kind), ("Code", &error.code), ("Message", &error.message)] {
                element(out, name, |out| write_text(out, text));
            }
            if let Some(details) = &error.details {
                write_members(out, details, Lists::Flat);
            }
        });
        element(out, "RequestId", |out| out.push_str(request_id));
    });
    out
}

/// Reads a document: elements with elements in them become objects, a repeated element becomes a list, others text.
/// None if it is not well-formed.
pub(super) fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<(String, Map<String, Value>, String)> = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if open.len() < DEPTH => {
                open.push((start.local_name().into_inner().to_owned(), Map::new(), String::new()));
            }
            Event::Empty(empty) => {
                add(&mut open.last_mut()?.1, empty.local_name().into_inner(), Value::String(String::new()));
            }
            Event::Text(text) => append(&mut open, &text.xml10_content()),
            Event::CData(data) => append(&mut open, &data.xml10_content()),
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref().ok()? {
                    Some(character) => character.to_string(),
                    None => resolve_predefined_entity(&reference.xml10_content())?.to_owned(),
                };
                append(&mut open, &resolved);
            }
            Event::End(_) => {
                let (name, members, text) = open.pop()?;
                let value = if members.is_empty() { Value::String(text) } else { Value::Object(members) };
                match open.last_mut() {
                    Some((_, parent, _)) => add(parent, &name, value),
                    None => return Some(value),
                }
            }
            Event::Start(_) | Event::Eof => return None,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

fn append(open: &mut [(String, Map<String, Value>, String)], text: &str) {
    if let Some((_, _, content)) = open.last_mut() {
        content.push_str(text);
    }
}

fn add(parent: &mut Map<String, Value>, name: &str, value: Value) {
    match parent.get_mut(name) {
        None => {
            parent.insert(name.to_owned(), value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(tree: &Value, lists: Lists) -> String {
        let mut out = String::new();
        write_members(&mut out, tree, lists);
        out
    }

    #[test]
    fn lists_are_wrapped_or_flat_and_text_is_escaped() {
        let tree = json!({"set": [{"a": 1}, {"a": "<&"}], "none": null, "empty": []});
        let wrapped = "<set><item><a>1</a></item><item><a>&lt;&amp;</a></item></set><empty></empty>";
        assert_eq!(
            written(&json!({"groupSet/groupId": ["sg"]}), Lists::Wrapped("item")),
            "<groupSet><groupId>sg</groupId></groupSet>"
        );
        assert_eq!(written(&tree, Lists::Wrapped("item")), wrapped);
        assert_eq!(written(&tree, Lists::Flat), "<set><a>1</a></set><set><a>&lt;&amp;</a></set>");
    }

    #[test]
    fn a_repeated_element_is_read_as_a_list() {
        let text = "<?xml version=\"1.0\"?><R xmlns=\"urn:x\"><L><I>a&amp;b</I><I>&#99;</I></L><E/></R>";
        assert_eq!(parse(text), Some(json!({"L": {"I": ["a&b", "c"]}, "E": ""})));
    }

    #[test]
    fn broken_documents_are_none() {
        for text in ["", "<a><b></a>", "<a>", "text", "</a>", &"<a>".repeat(1000)] {
            assert_eq!(parse(text), None, "{text:.20}");
        }
    }
}
