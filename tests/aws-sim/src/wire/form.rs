//! The query protocols' requests: `Filter.1.Value.2=x` becomes a tree.
//!
//! Numbers are places in a list; awsQuery writes `member` before them, which carries nothing.
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>

use std::collections::BTreeMap;

use percent_encoding::percent_decode;
use serde_json::{Map, Value};

/// How many parts a parameter's name may have; AWS has no deeper structures than this.
const DEPTH: usize = 16;

#[derive(Default)]
struct Node {
    leaf: Option<String>,
    children: BTreeMap<String, Node>,
}

/// The parameters of a form body or a query string; none if these are not text.
pub(super) fn parse(form: &[u8]) -> Option<Map<String, Value>> {
    let mut root = Node::default();
    if !is_text(form) {
        return None;
    }
    for (name, value) in form_urlencoded::parse(form) {
        let mut node = &mut root;
        for part in name.split('.').filter(|part| *part != "member").take(DEPTH) {
            node = node.children.entry(part.to_owned()).or_default();
        }
        node.leaf = Some(value.into_owned());
    }
    let members = root.children.into_iter().map(|(name, node)| (name, node.into_value()));
    Some(members.collect())
}

/// Whether every escape is one, and what they stand for is UTF-8.
fn is_text(form: &[u8]) -> bool {
    let mut escapes = form.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    let is_escape = |at: usize| form.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    escapes.all(|(at, _)| is_escape(at)) && percent_decode(form).decode_utf8().is_ok()
}

impl Node {
    fn into_value(self) -> Value {
        if self.children.is_empty() {
            return Value::String(self.leaf.unwrap_or_default());
        }
        if self.children.keys().all(|key| key.bytes().all(|byte| byte.is_ascii_digit())) {
            let mut places: Vec<(u64, Self)> =
                self.children.into_iter().map(|(key, node)| (key.parse().unwrap_or(u64::MAX), node)).collect();
            places.sort_by_key(|(place, _)| *place);
            return places.into_iter().map(|(_, node)| node.into_value()).collect();
        }
        let members = self.children.into_iter().map(|(key, node)| (key, node.into_value()));
        Value::Object(members.collect::<Map<_, _>>())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tree(form: &[u8]) -> Value {
        Value::Object(parse(form).unwrap())
    }

    #[test]
    fn numbers_make_lists_in_numerical_order() {
        let tree = tree(b"Filter.2.Name=b&Filter.10.Name=c&Filter.1.Name=a&Filter.1.Value.1=x&Filter.1.Value.2=y");
        assert_eq!(tree, json!({"Filter": [{"Name": "a", "Value": ["x", "y"]}, {"Name": "b"}, {"Name": "c"}]}));
    }

    #[test]
    fn the_word_member_carries_nothing() {
        let tree = tree(b"Tags.member.1.Key=k&Tags.member.1.Value=a%20b&Name=n");
        assert_eq!(tree, json!({"Name": "n", "Tags": [{"Key": "k", "Value": "a b"}]}));
    }

    #[test]
    fn a_name_without_end_does_not_overflow_the_stack() {
        let name = "a.".repeat(100_000);
        assert!(parse(format!("{name}=1").as_bytes()).is_some());
    }

    #[test]
    fn what_is_not_text_is_none() {
        for form in [b"a=%".as_slice(), b"a=%4", b"a=%zz", b"a=%ff", b"a=\xff"] {
            assert_eq!(parse(form), None);
        }
        assert_eq!(
            tree(b"Filter.99999999999999999999.Name=a&Filter.0.Name=b"),
            json!({"Filter": [{"Name": "b"}, {"Name": "a"}]})
        );
    }
}
