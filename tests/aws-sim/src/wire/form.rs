//! The query protocols' requests: `Filter.1.Value.2=x` becomes a tree.
//!
//! Numbers are places in a list; awsQuery writes `member` before them, which carries nothing.
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// How many parts a parameter's name may have; AWS has no deeper structures than this.
const DEPTH: usize = 16;

#[derive(Default)]
struct Node {
    leaf: Option<String>,
    children: BTreeMap<String, Node>,
}

/// The parameters of a form body or a query string.
pub(super) fn parse(form: &[u8]) -> Value {
    let mut root = Node::default();
    for (name, value) in form_urlencoded::parse(form) {
        let mut node = &mut root;
        for part in name.split('.').filter(|part| *part != "member").take(DEPTH) {
            node = node.children.entry(part.to_owned()).or_default();
        }
        node.leaf = Some(value.into_owned());
    }
    root.into_value()
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

    #[test]
    fn numbers_make_lists_in_numerical_order() {
        let tree = parse(b"Filter.2.Name=b&Filter.10.Name=c&Filter.1.Name=a&Filter.1.Value.1=x&Filter.1.Value.2=y");
        assert_eq!(tree, json!({"Filter": [{"Name": "a", "Value": ["x", "y"]}, {"Name": "b"}, {"Name": "c"}]}));
    }

    #[test]
    fn the_word_member_carries_nothing() {
        let tree = parse(b"Tags.member.1.Key=k&Tags.member.1.Value=a%20b&Name=n");
        assert_eq!(tree, json!({"Name": "n", "Tags": [{"Key": "k", "Value": "a b"}]}));
    }

    #[test]
    fn a_name_without_end_does_not_overflow_the_stack() {
        let name = "a.".repeat(100_000);
        assert!(parse(format!("{name}=1").as_bytes()).is_object());
    }
}
