//! What AWS must have: the requests of all operations that succeeded, one over the other in the order in which they ended.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::facts::{Facts, Operation, Try};
use super::spans::Span;

/// A district.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct District {
    pub(super) size: u64,
    pub(super) nat_type: String,
    /// The operations that have made it what it is.
    pub(super) by: BTreeSet<String>,
}

/// A heritage with its only service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Heritage {
    pub(super) tag: String,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) service: String,
    pub(super) count: u64,
    pub(super) is_balanced: bool,
    /// The operations that have made it what it is.
    pub(super) by: BTreeSet<String>,
}

/// Everything that is to exist.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected {
    pub(super) districts: BTreeMap<String, District>,
    /// By district and name.
    pub(super) heritages: BTreeMap<(String, String), Heritage>,
}

/// Folds.
pub(super) fn expected(facts: &Facts, spans: &[Span<'_>]) -> Expected {
    let requests = facts.requests();
    let mut done: Vec<&Span<'_>> = spans.iter().filter(|span| span.state == "succeeded").collect();
    done.sort_by_key(|span| span.ended_ms);
    let mut expected = Expected::default();
    for span in done {
        for operation in under(facts, span.operation) {
            if let Some(request) = requests.get(operation.id.as_str()) {
                expected.apply(operation, request);
            } else if operation.kind() == "delete_heritage" {
                // A child of a deletion with cascade: no client sent it.
                expected.heritages.remove(&place(operation));
            }
        }
    }
    expected
}

/// The operations that were folded under this one, oldest first, and itself.
fn under<'a>(facts: &'a Facts, operation: &'a Operation) -> Vec<&'a Operation> {
    let is_under = |other: &&Operation| other.field("superseded_by") == Some(operation.id.as_str());
    let mut all: Vec<&Operation> =
        facts.end.operations.iter().filter(is_under).flat_map(|other| under(facts, other)).collect();
    all.push(operation);
    all
}

fn place(operation: &Operation) -> (String, String) {
    let of = |name| operation.field(name).unwrap_or_default().to_owned();
    (of("district"), of("heritage"))
}

impl Expected {
    fn apply(&mut self, operation: &Operation, request: &Try) {
        let (district, heritage) = place(operation);
        if heritage.is_empty() {
            self.apply_to_district(&district, operation, request);
        } else if request.method == "POST" && request.path.ends_with("/heritages") {
            self.heritages.insert((district, heritage), created(operation, &request.body));
        } else if request.method == "DELETE" && !request.path.ends_with("/env_vars") {
            self.heritages.remove(&(district, heritage));
        } else if let Some(standing) = self.heritages.get_mut(&(district, heritage)) {
            standing.change(&request.body);
            standing.by.insert(operation.id.clone());
        }
    }

    fn apply_to_district(&mut self, name: &str, operation: &Operation, request: &Try) {
        if request.method == "DELETE" {
            self.districts.remove(name);
            self.heritages.retain(|(district, _), _| district != name);
            return;
        }
        let district = self.districts.entry(name.to_owned()).or_default();
        district.by.insert(operation.id.clone());
        if let Some(size) = request.body["cluster_size"].as_u64() {
            district.size = size;
        }
        if let Some(nat_type) = request.body["nat_type"].as_str() {
            nat_type.clone_into(&mut district.nat_type);
        }
    }
}

fn created(operation: &Operation, body: &Value) -> Heritage {
    let service = &body["services"][0];
    let mut heritage = Heritage {
        service: text(&service["name"]),
        count: service["desired_count"].as_u64().unwrap_or(1),
        is_balanced: service["port_mappings"].is_array(),
        by: [operation.id.clone()].into(),
        ..Heritage::default()
    };
    heritage.change(body);
    heritage
}

impl Heritage {
    fn change(&mut self, body: &Value) {
        if let Some(tag) = body["image_tag"].as_str() {
            tag.clone_into(&mut self.tag);
        }
        if let Some(count) = body["scale"].as_u64() {
            self.count = count;
        }
        for variables in [&body["environment"], &body["env_vars"]] {
            for (name, value) in variables.as_object().into_iter().flatten() {
                self.environment.insert(name.clone(), text(value));
            }
        }
        for name in body["env_keys"].as_array().into_iter().flatten() {
            self.environment.remove(&text(name));
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
