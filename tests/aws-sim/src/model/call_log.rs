//! Every call that was made, so that tests can count them, and every call that nobody here knows how to answer.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;
use serde_json::{Map, Value};

use super::authorize::Asked;
use super::clock::Moment;
use super::service::Service;

/// How many calls are remembered; older ones fall out.
const CAPACITY: usize = 200_000;

/// How many identifiers of a call's input are remembered with it.
const IDENTIFIERS: usize = 8;

/// One call of an operation.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) operation: String,
    pub(crate) access_key: String,
    pub(crate) region: String,
    /// What the caller says of itself.
    pub(crate) user_agent: String,
    pub(crate) input: Value,
}

impl Call {
    pub(crate) fn new(service: Service, operation: &str, access_key: &str, region: &str, input: Value) -> Self {
        Self {
            service,
            operation: operation.to_owned(),
            access_key: access_key.to_owned(),
            region: region.to_owned(),
            user_agent: String::new(),
            input,
        }
    }

    /// The call with what its caller says of itself.
    pub(crate) fn by(mut self, user_agent: &str) -> Self {
        user_agent.clone_into(&mut self.user_agent);
        self
    }

    /// The call as a policy sees it.
    pub(crate) fn asked(&self, now: Moment) -> Asked<'_> {
        let (access_key, region) = (self.access_key.as_str(), self.region.as_str());
        Asked { access_key, service: self.service, operation: &self.operation, region, input: &self.input, now }
    }

    /// Whether the call changes nothing. AWS names its reads alike in all services.
    pub(crate) fn is_read(&self) -> bool {
        ["Describe", "Get", "List"].iter().any(|verb| self.operation.starts_with(verb))
    }
}

/// What is remembered of a call.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    pub(crate) seq: u64,
    /// Simulated time.
    pub(crate) at: String,
    pub(crate) service: &'static str,
    pub(crate) operation: String,
    pub(crate) access_key: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) user_agent: String,
    /// Real milliseconds from the request's arrival to its answer.
    pub(crate) latency_ms: f64,
    /// `ok`, AWS's error code, or `cut` for a connection that was cut on purpose.
    pub(crate) outcome: String,
    /// Names and identifiers out of the parameters.
    pub(crate) ids: Map<String, Value>,
    pub(crate) request_id: String,
}

/// The calls in order.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    entries: VecDeque<Entry>,
    recorded: u64,
    unknown: BTreeMap<(String, String), u64>,
    /// Operations that made the simulator panic, with how often they did.
    panics: BTreeMap<String, u64>,
}

impl CallLog {
    pub(crate) fn record(&mut self, mut entry: Entry) {
        self.recorded += 1;
        entry.seq = self.recorded;
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(crate) fn record_unknown(&mut self, service: &str, operation: &str) {
        *self.unknown.entry((service.to_owned(), operation.to_owned())).or_default() += 1;
    }

    pub(crate) fn record_panic(&mut self, operation: &str) {
        *self.panics.entry(operation.to_owned()).or_default() += 1;
    }

    pub(crate) fn panics(&self) -> &BTreeMap<String, u64> {
        &self.panics
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Service, operation and how often it was asked for.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = (&str, &str, u64)> {
        self.unknown.iter().map(|((service, operation), count)| (service.as_str(), operation.as_str(), *count))
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.unknown.clear();
        self.panics.clear();
    }
}

/// The names and identifiers among the parameters, so that a reader of the log sees what a call was about.
pub(crate) fn identifiers(input: &Value) -> Map<String, Value> {
    let Some(members) = input.as_object() else { return Map::new() };
    let about = members.iter().filter(|(name, value)| names_something(name) && (value.is_string() || is_texts(value)));
    about.take(IDENTIFIERS).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn names_something(member: &str) -> bool {
    let exact = ["cluster", "service", "services", "tasks", "taskDefinition", "family", "containerInstances"];
    let ends = ["Id", "Ids", "Name", "Names", "Arn", "Arns", "name", "names"];
    exact.contains(&member) || ends.iter().any(|end| member.ends_with(end))
}

fn is_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|values| values.iter().all(Value::is_string))
}
