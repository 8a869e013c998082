//! What AWS publishes of each service's shapes: its operations, their parameters, and what these may be.
//!
//! The tables are distilled from botocore's models (`models/distil.py`), read once and looked up by hash. `check` refuses
//! a call whose parameters break them, before the service sees it, in the words in which the service does.

mod check;
mod pattern;
mod refusal;
mod source;
mod table;
mod words;

pub(crate) use check::check;
pub(crate) use table::{Kind, Member, Operation, Place, Protocol, ShapeId, Table};
