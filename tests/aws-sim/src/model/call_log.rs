//! Every call that was made, so that tests can count them, and every call that nobody here knows how to answer.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::authorize::Asked;
use super::clock::{Moment, iso};
use super::service::Service;

/// How many calls are remembered; older ones fall out. With what belongs to them they take less than 20 MB.
const CAPACITY: usize = 65_536;

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

/// A call that was made, as it is told to the log.
pub(crate) struct Made<'a> {
    pub(crate) call: &'a Call,
    /// Simulated time.
    pub(crate) at: Moment,
    /// Whom the access key stands for; empty if for nobody.
    pub(crate) account: &'a str,
    pub(crate) principal: &'a str,
    /// Real time from the request's arrival to its answer.
    pub(crate) latency: Duration,
    /// `ok`, AWS's error code, `cut` for a connection that was cut on purpose, or `timeout` for no answer.
    pub(crate) outcome: &'a str,
    pub(crate) request_id: &'a str,
}

/// What is remembered of a call. Texts that come again and again are kept once.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) seq: u64,
    pub(crate) at: Moment,
    pub(crate) service: Service,
    pub(crate) operation: Arc<str>,
    pub(crate) access_key: Arc<str>,
    pub(crate) account: Arc<str>,
    pub(crate) principal: Arc<str>,
    pub(crate) region: Arc<str>,
    pub(crate) user_agent: Arc<str>,
    pub(crate) latency_us: u32,
    pub(crate) outcome: Arc<str>,
    /// Names and identifiers out of the parameters, as JSON.
    ids: Box<str>,
    request_id: Uuid,
}

impl Entry {
    pub(crate) fn latency_ms(&self) -> f64 {
        f64::from(self.latency_us) / 1000.0
    }

    pub(crate) fn ids(&self) -> Map<String, Value> {
        serde_json::from_str(&self.ids).unwrap_or_default()
    }

    /// As the control API shows it.
    pub(crate) fn render(&self) -> Value {
        json!({
            "seq": self.seq,
            "at": iso(self.at),
            "service": self.service.to_string(),
            "operation": &*self.operation,
            "access_key": &*self.access_key,
            "account": &*self.account,
            "principal": &*self.principal,
            "region": &*self.region,
            "user_agent": &*self.user_agent,
            "latency_ms": self.latency_ms(),
            "outcome": &*self.outcome,
            "ids": self.ids(),
            "request_id": self.request_id.to_string(),
        })
    }
}

/// The calls in order.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    entries: VecDeque<Entry>,
    recorded: u64,
    words: Words,
    unknown: BTreeMap<(String, String), u64>,
    /// Operations that made the simulator panic, with how often they did.
    panics: BTreeMap<String, u64>,
}

impl CallLog {
    pub(crate) fn record(&mut self, made: &Made<'_>) {
        self.recorded += 1;
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
        }
        let Made { call, at, account, principal, latency, outcome, request_id } = *made;
        let words = &mut self.words;
        self.entries.push_back(Entry {
            seq: self.recorded,
            at,
            service: call.service,
            operation: words.keep(&call.operation),
            access_key: words.keep(&call.access_key),
            account: words.keep(account),
            principal: words.keep(principal),
            region: words.keep(&call.region),
            user_agent: words.keep(&call.user_agent),
            latency_us: u32::try_from(latency.as_micros()).unwrap_or(u32::MAX),
            outcome: words.keep(outcome),
            ids: Value::Object(identifiers(&call.input)).to_string().into(),
            request_id: request_id.parse().unwrap_or_default(),
        });
    }

    /// The calls after a sequence number, oldest first.
    pub(crate) fn after(&self, seq: u64) -> impl DoubleEndedIterator<Item = &Entry> {
        let start = self.entries.partition_point(|entry| entry.seq <= seq);
        self.entries.range(start..)
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

/// Texts that are kept once, however often they come.
#[derive(Debug, Default)]
struct Words {
    kept: BTreeSet<Arc<str>>,
    /// How many may be kept before those that nobody holds are thrown away.
    limit: usize,
}

impl Words {
    fn keep(&mut self, text: &str) -> Arc<str> {
        if let Some(word) = self.kept.get(text) {
            return word.clone();
        }
        if self.kept.len() >= self.limit {
            self.kept.retain(|word| Arc::strong_count(word) > 1);
            self.limit = (self.kept.len() * 2).max(1024);
        }
        let word: Arc<str> = text.into();
        self.kept.insert(word.clone());
        word
    }
}

/// The names and identifiers among the parameters, so that a reader of the log sees what a call was about.
fn identifiers(input: &Value) -> Map<String, Value> {
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
