//! Listing operations, newest first.

use super::fields::{Bytes, Fields, lossy};
use super::operation::{self, Raw, view_explained};
use super::{Refusal, Store, StoreError, error, keys};
use crate::ids::OperationId;
use crate::names::{DistrictName, HeritageName};
use crate::operation::{Kind, Operation, State, Unreadable};
use crate::problem::{Code, Problem};
use crate::time::Timestamp;

/// Which operations to list; all fields that are given must match.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One of these states.
    pub states: Vec<State>,
    /// One of these kinds.
    pub kinds: Vec<Kind>,
    /// Ended with an error of one of these codes.
    pub codes: Vec<Code>,
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
    /// What belongs on it and cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Where the next one begins, when there is one.
    pub next: Option<String>,
}

/// Microseconds in a millisecond: the list goes by the former, so that no two operations share a place.
const MICROS: u64 = 1000;
/// How many operations are looked at in one round trip.
const BATCH: isize = 100;
/// How many of those one page takes: a filter that nothing matches ends in a short page with a cursor, not in a long wait.
const BATCHES: usize = 20;

/// Where a page begins: after this operation, in the order from newest to oldest.
struct Cursor {
    /// In microseconds.
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
    /// By their texts, so that what this version does not know matches no filter and hides nothing else.
    fn only_matching(&self, raw: Raw) -> Option<Raw> {
        let fields = Fields::of(keys::OPERATION, raw)?;
        let is_one_of = |name: &str, wanted: Vec<String>| {
            wanted.is_empty() || fields.text(name).is_some_and(|text| wanted.contains(&text))
        };
        let error = || fields.json::<Problem>("error").ok().flatten();
        let is_one_of_codes = self.codes.is_empty() || error().is_some_and(|error| self.codes.contains(&error.code));
        let is = |name: &str, wanted: Option<&str>| wanted.is_none_or(|it| fields.text(name).as_deref() == Some(it));
        let matches = is_one_of("state", self.states.iter().map(ToString::to_string).collect())
            && is_one_of("kind", self.kinds.iter().map(ToString::to_string).collect())
            && is_one_of_codes
            && is("district", self.district.as_ref().map(DistrictName::as_str))
            && is("heritage", self.heritage.as_ref().map(HeritageName::as_str))
            && is("actor", self.actor.as_deref());
        matches.then(|| fields.raw())
    }
}

/// An operation on the way to a page: `None` when it does not match.
type Seen = (Cursor, Option<Raw>);

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
        let (mut found, mut more) = (vec![], true);
        for _ in 0..BATCHES {
            let batch = self.batch(filter, cursor.as_ref()).await?;
            more = !batch.is_empty();
            for (seen, matching) in batch {
                if found.len() == limit {
                    break;
                }
                found.extend(matching.map(|fields| (seen.id.clone(), fields)));
                cursor = Some(seen);
            }
            if !more || found.len() == limit {
                break;
            }
        }
        let (items, unreadable) = self.with_steps(found).await?;
        Ok(Page { items, unreadable, next: cursor.filter(|_| more).map(|cursor| cursor.to_string()) })
    }

    /// The next operations after a cursor.
    async fn batch(&self, filter: &Filter, cursor: Option<&Cursor>) -> Result<Vec<Seen>, StoreError> {
        let until =
            filter.until.map_or_else(|| "+inf".to_owned(), |until| format!("({}", until.0.saturating_mul(MICROS)));
        let newest = cursor.map_or(until, |cursor| cursor.accepted.to_string());
        let oldest = filter.since.map_or_else(|| "-inf".to_owned(), |since| since.0.saturating_mul(MICROS).to_string());
        let mut range = redis::cmd("ZREVRANGEBYSCORE");
        range.arg(self.key(keys::OPERATIONS, &[])).arg(newest).arg(oldest).arg("WITHSCORES");
        range.arg("LIMIT").arg(0).arg(BATCH);
        let listed: Vec<(String, u64)> = self.query(range).await?;
        let fresh: Vec<Cursor> = listed
            .into_iter()
            .filter(|(id, accepted)| cursor.is_none_or(|cursor| cursor.is_before(*accepted, id)))
            .map(|(id, accepted)| Cursor { accepted, id })
            .collect();
        let read = self.hashes(keys::OPERATION, fresh.iter().map(|seen| seen.id.as_str())).await?;
        Ok(fresh.into_iter().zip(read).map(|(seen, raw)| (seen, filter.only_matching(raw))).collect())
    }

    async fn with_steps(&self, found: Vec<(String, Raw)>) -> Result<(Vec<Operation>, Vec<Unreadable>), StoreError> {
        let steps = self.hashes(keys::STEPS, found.iter().map(|(id, _)| id.as_str())).await?;
        let is_versioned = found.iter().any(|(_, fields)| operation::version(fields) > 1);
        let understood = if is_versioned { self.newest_understood().await? } else { 0 };
        let (mut items, mut unreadable) = (vec![], vec![]);
        for ((text, fields), steps) in found.into_iter().zip(steps) {
            let kept = fields.clone();
            let read = OperationId::parse(&text)
                .map_err(|wrong| error::corrupt(keys::OPERATIONS, &wrong))
                .and_then(|id| view_explained(&id, fields, steps, understood));
            match read {
                Ok(operation) => items.extend(operation),
                Err(error) => unreadable.push(operation::unreadable(&text, &kept, &error)),
            }
        }
        Ok((items, unreadable))
    }

    /// The hashes of a family, in one round trip.
    async fn hashes<'a>(&self, family: &str, ids: impl Iterator<Item = &'a str>) -> Result<Vec<Raw>, StoreError> {
        let mut pipe = redis::pipe();
        for id in ids {
            pipe.hgetall(self.key(family, &[id]));
        }
        if pipe.is_empty() {
            return Ok(vec![]);
        }
        let pipe = &pipe;
        let read: Vec<Bytes> =
            self.repeatable(|mut connection| async move { pipe.query_async(&mut connection).await }).await?;
        Ok(read.into_iter().map(lossy).collect())
    }
}
