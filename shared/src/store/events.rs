//! Reading journals: of one operation, and of all.

use std::num::ParseIntError;
use std::str::FromStr;

use super::script::{self, Arguments};
use super::{Refusal, Store, StoreError, error, fields, keys};
use crate::ids::OperationId;
use crate::journal::Entry;
use crate::time::Timestamp;

impl Store {
    /// Journal entries after sequence number `after`, oldest first.
    pub async fn journal(&self, id: &OperationId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        if limit == 0 {
            return Ok(vec![]);
        }
        let mut range = redis::cmd("LRANGE");
        let key = self.key(keys::JOURNAL, &[id.as_str()]);
        range.arg(&key).arg(after).arg(after.saturating_add(limit as u64 - 1));
        let lines: Vec<String> = self.query(range).await?;
        (after + 1..).zip(&lines).map(|(seq, line)| entry(id, seq, line)).collect()
    }

    /// Entries of all journals after `cursor` (an id of the events stream; `None`: only new ones from now on), with the
    /// cursor to go on from. `Err(Refused(Stale))` when the cursor was trimmed, or never was one.
    pub async fn all_events(
        &self,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<(String, Entry)>, String), StoreError> {
        if !cursor.is_none_or(is_place) {
            return Err(StoreError::Refused(Refusal::Stale));
        }
        let mut reply = self.look(&script::EVENTS, Arguments::default().optional(cursor).one(limit)).await?;
        let read: Vec<(String, [String; 10])> = reply.next()?;
        let entries = read
            .into_iter()
            .map(|(place, [_, op, _, seq, _, at, _, attempt, _, event])| {
                let op = OperationId::parse(&op).map_err(|wrong| error::corrupt(keys::EVENTS, &wrong))?;
                let seq = number(keys::EVENTS, &seq)?;
                Ok((place, entry(&op, seq, &format!("{at} {attempt} {event}"))?))
            })
            .collect::<Result<_, StoreError>>()?;
        Ok((entries, reply.next()?))
    }
}

/// Whether a text has the form of a place in a stream: `1795000000123-0`.
fn is_place(text: &str) -> bool {
    text.split_once('-').is_some_and(|(moment, number)| moment.parse::<u64>().is_ok() && number.parse::<u64>().is_ok())
}

/// An entry from `<milliseconds> <attempt> <event>`.
fn entry(op: &OperationId, seq: u64, line: &str) -> Result<Entry, StoreError> {
    let record = format!("{}:{op}", keys::JOURNAL);
    let mut parts = line.splitn(3, ' ');
    let mut next = || parts.next().ok_or_else(|| error::corrupt(&record, &"an entry is too short"));
    let (at, attempt, event) = (Timestamp(number(&record, next()?)?), number(&record, next()?)?, next()?);
    Ok(Entry { seq, at, op: op.clone(), attempt, event: fields::parsed(&record, event)? })
}

fn number<T: FromStr<Err = ParseIntError>>(record: &str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|wrong: ParseIntError| error::corrupt(record, &wrong))
}
