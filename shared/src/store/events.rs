//! Reading journals: of one operation, and of all.

use std::num::ParseIntError;
use std::str::FromStr;

use super::fields::{Bytes, lossy};
use super::operation::Raw;
use super::script::{self, Arguments};
use super::{Refusal, Store, StoreError, error, fields, keys};
use crate::ids::OperationId;
use crate::journal::{Entry, Event};
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
        let lines: Vec<Vec<u8>> = self.query(range).await?;
        Ok((after + 1..).zip(&lines).map(|(seq, line)| entry(id, seq, &String::from_utf8_lossy(line))).collect())
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
        let read: Vec<(String, Bytes)> = reply.next()?;
        let entries = read.into_iter().filter_map(|(place, fields)| Some((place, streamed(&lossy(fields))?))).collect();
        Ok((entries, reply.next()?))
    }
}

/// Whether a text has the form of a place in a stream: `1795000000123-0`.
fn is_place(text: &str) -> bool {
    text.split_once('-').is_some_and(|(moment, number)| moment.parse::<u64>().is_ok() && number.parse::<u64>().is_ok())
}

/// An entry of the stream; one that does not even say whose it is is passed over.
fn streamed(fields: &Raw) -> Option<Entry> {
    let text = |name: &str| fields.get(name).map_or("", String::as_str);
    let op =
        OperationId::parse(text("op")).inspect_err(|error| tracing::error!(%error, "an entry is passed over")).ok()?;
    let seq = text("seq").parse().unwrap_or(0);
    Some(entry(&op, seq, &format!("{} {} {}", text("at"), text("attempt"), text("event"))))
}

/// An entry from `<milliseconds> <attempt> <event>`. One that cannot be read says so: sequence numbers have no gap.
fn entry(op: &OperationId, seq: u64, line: &str) -> Entry {
    read(op, seq, line).unwrap_or_else(|error| {
        let event = Event::Unreadable { why: error::words(&error) };
        Entry { seq, at: Timestamp::default(), op: op.clone(), attempt: 0, event }
    })
}

fn read(op: &OperationId, seq: u64, line: &str) -> Result<Entry, StoreError> {
    let record = format!("{}:{op} at {seq}", keys::JOURNAL);
    let mut parts = line.splitn(3, ' ');
    let mut next = || parts.next().ok_or_else(|| error::corrupt(&record, &"an entry is too short"));
    let (at, attempt, event) = (Timestamp(number(&record, next()?)?), number(&record, next()?)?, next()?);
    Ok(Entry { seq, at, op: op.clone(), attempt, event: fields::parsed(&record, event)? })
}

fn number<T: FromStr<Err = ParseIntError>>(record: &str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|wrong: ParseIntError| error::corrupt(record, &wrong))
}
