//! The operation store on Redis: system of record, queue, leases, budgets and journal.
//!
//! Every key is in `keys.rs`; where an operation may be, and what may move it, is the table in `moves.rs`; every transition
//! is one Lua script in `lua/` and one typed call here. Everything that measures time uses Redis' clock.
//!
//! Assumptions: after a connection error nobody knows whether a script ran, so each script may be sent twice.

mod abandon;
mod accept;
mod address;
mod budget;
mod cancel;
mod checkpoint;
mod claim;
mod confirm;
mod connect;
mod error;
mod events;
mod fields;
mod finish;
pub mod keys;
mod limits;
mod link;
mod list;
mod locate;
pub mod moves;
mod operation;
mod park;
mod patience;
pub mod pause;
mod read;
mod reap;
mod record;
mod records;
mod retry;
mod script;
mod settings;
mod sweep;
mod tokens;
mod upkeep;
mod watch;
mod why;

pub use accept::{Acceptance, Accepted, Expect, Idempotency, Reservation};
pub use budget::{Budget, Take};
pub use cancel::Cancelled;
pub use checkpoint::{Changes, Checkpoint, Signals};
pub use claim::{Claim, Fence, Renewal};
pub use connect::{Health, Store};
pub use error::{Refusal, StoreError};
pub use finish::{Finish, RecordChange};
pub use limits::Limits;
pub use list::{Filter, Page};
pub use park::Park;
pub use patience::patiently;
pub use read::{HeritageView, Unfinished};
pub use record::StepRecord;
pub use retry::Retried;
pub use settings::Settings;
pub use watch::{Notice, Watcher};
