//! Listing operations, newest first.

use super::fields::Fields;
use super::operation::Raw;
use super::{Refusal, Store, StoreError, claim, error, keys};
use crate::ids::OperationId;
use crate::names::{DistrictName, HeritageName};
use crate::operation::{Kind, Operation, State};
use crate::time::Timestamp;

/// Which operations to list; all fields that are given must match.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One of these states.
    pub states: Vec<State>,
    /// One of these kinds.
    pub kinds: Vec<Kind>,
    /// On this district or a heritage in it.
    pub district: Option<DistrictName>,
    /// On a heritage of this name.
    pub heritage: Option<HeritageName>,
    /// Asked for by.
    pub actor: Option<String>,
    /// Accepted at or after.
    pub since: Option<Timestamp>,
    /// Accepted before.
    pub until: Option<Timestamp>,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one begins, when there is one.
    pub next: Option<String>,
}

/// How many operations are looked at in one round trip.
const BATCH: isize = 100;
/// How many of those one page takes: a filter that nothing matches ends in a short page with a cursor, not in a long wait.
const BATCHES: usize = 20;

/// Where a page begins: after this operation, in the order from newest to oldest.
struct Cursor {
    accepted: u64,
    id: String,
}

impl Cursor {
    fn parse(text: &str) -> Option<Cursor> {
        let (accepted, id) = text.split_once('-')?;
        Some(Cursor { accepted: accepted.parse().ok()?, id: id.to_owned() })
    }

    fn is_before(&self, accepted: u64, id: &str) -> bool {
        (accepted, id) < (self.accepted, self.id.as_str())
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.accepted, self.id)
    }
}

impl Filter {
    fn matches(&self, fields: &Fields) -> Result<bool, StoreError> {
        let is_one_of = |wanted: bool, none: bool| none || wanted;
        let (state, kind): (State, Kind) = (fields.required_word("state")?, fields.required_word("kind")?);
        Ok(is_one_of(self.states.contains(&state), self.states.is_empty())
            && is_one_of(self.kinds.contains(&kind), self.kinds.is_empty())
            && self.district.as_ref().is_none_or(|it| fields.text("district").as_deref() == Some(it.as_str()))
            && self.heritage.as_ref().is_none_or(|it| fields.text("heritage").as_deref() == Some(it.as_str()))
            && self.actor.as_ref().is_none_or(|it| fields.text("actor").as_deref() == Some(it)))
    }
}

impl Store {
    /// Operations, newest first. `cursor` is the `next` of the page before; `Refused(Stale)` when it never was one.
    pub async fn operations(
        &self,
        filter: &Filter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Operation>, StoreError> {
        let mut cursor = match cursor {
            Some(text) => Some(Cursor::parse(text).ok_or(StoreError::Refused(Refusal::Stale))?),
            None => None,
        };
        let mut found: Vec<OperationId> = vec![];
        let mut more = true;
        for _ in 0..BATCHES {
            let batch = self.batch(filter, cursor.as_ref()).await?;
            more = !batch.is_empty();
            for (accepted, id, is_match) in batch {
                if found.len() == limit {
                    break;
                }
                cursor = Some(Cursor { accepted, id: id.to_string() });
                if is_match {
                    found.push(id);
                }
            }
            if !more || found.len() == limit {
                break;
            }
        }
        let mut items = vec![];
        for id in &found {
            items.extend(self.operation(id).await?);
        }
        Ok(Page { items, next: cursor.filter(|_| more).map(|cursor| cursor.to_string()) })
    }

    /// The next operations after a cursor, with the moment of acceptance, and whether they match.
    async fn batch(
        &self,
        filter: &Filter,
        cursor: Option<&Cursor>,
    ) -> Result<Vec<(u64, OperationId, bool)>, StoreError> {
        let until = filter.until.map_or_else(|| "+inf".to_owned(), |until| format!("({}", until.0));
        let newest = cursor.map_or(until, |cursor| cursor.accepted.to_string());
        let oldest = filter.since.map_or_else(|| "-inf".to_owned(), |since| since.0.to_string());
        let mut range = redis::cmd("ZREVRANGEBYSCORE");
        range.arg(self.key(keys::OPERATIONS, &[])).arg(newest).arg(oldest).arg("WITHSCORES");
        range.arg("LIMIT").arg(0).arg(BATCH);
        let listed: Vec<(String, u64)> = self.query(range).await?;
        let fresh: Vec<_> = listed
            .into_iter()
            .filter(|(id, accepted)| cursor.is_none_or(|cursor| cursor.is_before(*accepted, id)))
            .collect();
        if fresh.is_empty() {
            return Ok(vec![]);
        }
        let mut pipe = redis::pipe();
        for (id, _) in &fresh {
            pipe.hgetall(self.key(keys::OPERATION, &[id]));
        }
        let read: Vec<Raw> = pipe.query_async(&mut self.connection()).await.map_err(error::of_redis)?;
        let ids = claim::ids(fresh.iter().map(|(id, _)| id.clone()).collect())?;
        let mut batch = vec![];
        for ((fields, id), (_, accepted)) in read.into_iter().zip(ids).zip(fresh) {
            let fields = Fields::of(format!("{}:{id}", keys::OPERATION), fields);
            let is_match = fields.map_or(Ok(false), |fields| filter.matches(&fields))?;
            batch.push((accepted, id, is_match));
        }
        Ok(batch)
    }
}
