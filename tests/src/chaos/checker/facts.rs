//! What a run has left behind, as it was written down.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One try of a client to change something.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Try {
    pub(super) client: String,
    pub(super) key: Option<String>,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: Value,
    pub(super) sent_ms: u64,
    pub(super) known_ms: u64,
    pub(super) status: Option<u16>,
    pub(super) operation: Option<String>,
    pub(super) code: Option<String>,
}

impl Try {
    /// Whether it is known what became of it.
    pub(super) fn is_known(&self) -> bool {
        self.status.is_some_and(|status| status < 500 && status != 429)
    }

    pub(super) fn is_accepted(&self) -> bool {
        self.status == Some(202)
    }
}

/// When a process lived.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Life {
    /// What its calls of AWS carry in their user agent.
    pub(super) app: String,
    pub(super) pid: u32,
    pub(super) born_ms: Option<u64>,
    pub(super) died_ms: Option<u64>,
}

/// A call that AWS saw.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Call {
    pub(super) seq: u64,
    /// By AWS's clock, turned into milliseconds of ours.
    pub(super) at_ms: u64,
    pub(super) action: String,
    /// Which process made it: `worker-0-3`.
    pub(super) app: String,
    pub(super) operation: String,
}

/// An operation as Redis has it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Operation {
    pub(super) id: String,
    /// The fields of its hash.
    pub(super) fields: BTreeMap<String, String>,
    /// Its journal: `<milliseconds> <attempt> <event as JSON>`.
    pub(super) journal: Vec<String>,
    /// Sequence number and type of every entry, as the API shows them.
    pub(super) shown: Vec<(u64, String)>,
}

impl Operation {
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn state(&self) -> &str {
        self.field("state").unwrap_or_default()
    }

    pub(super) fn kind(&self) -> &str {
        self.field("kind").unwrap_or_default()
    }

    /// `d0` or `d0/h1`.
    pub(super) fn thing(&self) -> String {
        let district = self.field("district").unwrap_or_default();
        self.field("heritage").map_or_else(|| district.to_owned(), |heritage| format!("{district}/{heritage}"))
    }

    /// The journal's entries; those that cannot be read are left out here, and found by the rule about journals.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.journal.iter().filter_map(|text| Entry::read(text)).collect()
    }
}

/// An entry of a journal.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) at_ms: u64,
    pub(super) attempt: u64,
    pub(super) event: Value,
}

impl Entry {
    pub(super) fn read(text: &str) -> Option<Entry> {
        let mut parts = text.splitn(3, ' ');
        let (at, attempt, event) = (parts.next()?, parts.next()?, parts.next()?);
        let event = serde_json::from_str(event).ok()?;
        Some(Entry { at_ms: at.parse().ok()?, attempt: attempt.parse().ok()?, event })
    }

    pub(super) fn is(&self, kind: &str) -> bool {
        self.event["type"] == kind
    }

    pub(super) fn kind(&self) -> &str {
        self.event["type"].as_str().unwrap_or_default()
    }
}

/// What stood at the end.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct End {
    pub(super) operations: Vec<Operation>,
    /// How many members each of Redis' structures has that must be empty at the end.
    pub(super) left: BTreeMap<String, u64>,
    /// Everything on AWS: service, kind, things.
    pub(super) inventory: BTreeMap<String, BTreeMap<String, Vec<Value>>>,
    /// Processes that ended by themselves, with their last words.
    pub(super) ended_by_themselves: Vec<String>,
}

/// Everything that the checker knows.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub(super) tries: Vec<Try>,
    pub(super) lives: Vec<Life>,
    pub(super) calls: Vec<Call>,
    pub(super) end: End,
}

impl Facts {
    /// Reads a folder.
    pub fn read(dir: &Path) -> Result<Facts> {
        let end = fs::read(dir.join("end.json")).context("the run has left no end.json")?;
        Ok(Facts {
            tries: lines(dir, "clients.jsonl")?,
            lives: lines(dir, "lives.jsonl")?,
            calls: lines(dir, "calls.jsonl")?,
            end: serde_json::from_slice(&end).context("end.json cannot be read")?,
        })
    }

    pub(super) fn operation(&self, id: &str) -> Option<&Operation> {
        let found = self.end.operations.binary_search_by(|operation| operation.id.as_str().cmp(id));
        found.ok().map(|at| &self.end.operations[at])
    }

    /// The first accepted request of each operation that a client asked for with a key.
    pub(super) fn requests(&self) -> BTreeMap<&str, &Try> {
        let mut requests = BTreeMap::new();
        for one in self.tries.iter().filter(|one| one.is_accepted() && one.key.is_some()) {
            if let Some(operation) = one.operation.as_deref() {
                requests.entry(operation).or_insert(one);
            }
        }
        requests
    }
}

fn lines<T: DeserializeOwned>(dir: &Path, name: &str) -> Result<Vec<T>> {
    let text = fs::read_to_string(dir.join(name)).with_context(|| format!("the run has left no {name}"))?;
    let read = |line| serde_json::from_str(line).with_context(|| format!("{name}: {line}"));
    text.lines().map(read).collect()
}
