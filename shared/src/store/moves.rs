//! The table of states: where an operation may be, and which transition may move it from where to where.
//!
//! The scripts move an operation through one function only (`lua/prelude/moves.lua`), which looks the move up in this table
//! and raises an error when it is not there; the model of the protocol (`tests/protocol/`) looks it up in the same table.
//!
//! A new transition is a variant of [`Transition`], its rows in [`MOVES`], and `move(id, '<transition>', …)` in a script.
//! Then a test asks for a script, and for an action of the model, that makes each of its moves.

use std::sync::LazyLock;

use self::{Transition as T, Whereabouts as W};
use crate::operation::State;
use crate::operation::State as S;

/// The one structure that has an operation.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::Display, strum::EnumString, strum::EnumIter,
)]
#[strum(serialize_all = "snake_case")]
pub enum Whereabouts {
    /// Something stands before it in the order of what it changes.
    Order,
    /// A ready list.
    Ready,
    /// The lease of a worker.
    Leased,
    /// A timer.
    Delayed,
    /// None any more: its attempt has ended.
    Ended,
}

/// Where an operation is: its state, and the structure that has it.
pub type Place = (State, Whereabouts);

/// What moves an operation; its text is what the scripts say to `move`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::Display, strum::EnumIter)]
#[strum(serialize_all = "snake_case")]
pub enum Transition {
    /// It is accepted and takes a place in the order.
    Accept,
    /// Nothing stands before it any more.
    Offer,
    /// A worker takes it.
    Claim,
    /// Its worker writes how far it is.
    Checkpoint,
    /// Its worker gives it to a timer, or back at once when something came between.
    Park,
    /// Its worker gives it back.
    Release,
    /// Its worker let the lease expire.
    Expire,
    /// Its timer has run out.
    Due,
    /// Something that it started has ended.
    Wake,
    /// Somebody wants it to stop, or what it changes is gone.
    Cancel,
    /// It is folded into a newer one.
    Supersede,
    /// Its worker ends the attempt.
    Finish,
    /// Too many workers died at it.
    Quarantine,
    /// Somebody wants another attempt.
    Retry,
    /// Somebody gives it up for good.
    Abandon,
    /// The structure that should have it does not.
    Reap,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// What moves.
    pub by: Transition,
    /// From where; `None`: it did not exist.
    pub from: Option<Place>,
    /// To one of these.
    pub to: &'static [Place],
}

const fn row(by: Transition, from: Place, to: &'static [Place]) -> Move {
    Move { by, from: Some(from), to }
}

const UNDONE: &[Place] = &[(S::Failed, W::Ended), (S::Cancelled, W::Ended), (S::Stuck, W::Ended)];
const DONE: &[Place] =
    &[(S::Succeeded, W::Ended), (S::Failed, W::Ended), (S::Cancelled, W::Ended), (S::Stuck, W::Ended)];
const WORKING: &[Place] = &[(S::Running, W::Leased), (S::Waiting, W::Leased), (S::Undoing, W::Leased)];

/// Every move that there is.
pub const MOVES: &[Move] = &[
    Move { by: T::Accept, from: None, to: &[(S::Queued, W::Order)] },
    row(T::Offer, (S::Queued, W::Order), &[(S::Queued, W::Ready)]),
    row(T::Claim, (S::Queued, W::Ready), &[(S::Running, W::Leased)]),
    row(T::Claim, (S::Running, W::Ready), &[(S::Running, W::Leased)]),
    row(T::Claim, (S::Waiting, W::Ready), &[(S::Running, W::Leased)]),
    row(T::Claim, (S::Undoing, W::Ready), &[(S::Undoing, W::Leased)]),
    row(T::Checkpoint, (S::Running, W::Leased), WORKING),
    row(T::Checkpoint, (S::Waiting, W::Leased), WORKING),
    row(T::Checkpoint, (S::Undoing, W::Leased), &[(S::Undoing, W::Leased)]),
    row(T::Park, (S::Running, W::Leased), &[(S::Waiting, W::Delayed), (S::Waiting, W::Ready)]),
    row(T::Park, (S::Waiting, W::Leased), &[(S::Waiting, W::Delayed), (S::Waiting, W::Ready)]),
    row(T::Park, (S::Undoing, W::Leased), &[(S::Undoing, W::Delayed), (S::Undoing, W::Ready)]),
    row(T::Release, (S::Running, W::Leased), &[(S::Running, W::Ready)]),
    row(T::Release, (S::Waiting, W::Leased), &[(S::Waiting, W::Ready)]),
    row(T::Release, (S::Undoing, W::Leased), &[(S::Undoing, W::Ready)]),
    row(T::Expire, (S::Running, W::Leased), &[(S::Running, W::Ready)]),
    row(T::Expire, (S::Waiting, W::Leased), &[(S::Waiting, W::Ready)]),
    row(T::Expire, (S::Undoing, W::Leased), &[(S::Undoing, W::Ready)]),
    row(T::Due, (S::Waiting, W::Delayed), &[(S::Waiting, W::Ready)]),
    row(T::Due, (S::Undoing, W::Delayed), &[(S::Undoing, W::Ready)]),
    row(T::Wake, (S::Waiting, W::Delayed), &[(S::Waiting, W::Ready)]),
    row(T::Wake, (S::Undoing, W::Delayed), &[(S::Undoing, W::Ready)]),
    // What has not begun ends; what has goes first, to be stopped; what was held is taken back.
    row(T::Cancel, (S::Queued, W::Order), &[(S::Cancelled, W::Ended)]),
    row(T::Cancel, (S::Queued, W::Ready), &[(S::Cancelled, W::Ended), (S::Queued, W::Ready)]),
    row(T::Cancel, (S::Running, W::Ready), &[(S::Running, W::Ready)]),
    row(T::Cancel, (S::Waiting, W::Ready), &[(S::Waiting, W::Ready)]),
    row(T::Cancel, (S::Undoing, W::Ready), &[(S::Undoing, W::Ready)]),
    row(T::Cancel, (S::Waiting, W::Delayed), &[(S::Waiting, W::Ready)]),
    row(T::Cancel, (S::Undoing, W::Delayed), &[(S::Undoing, W::Ready)]),
    row(T::Cancel, (S::Failed, W::Ended), &[(S::Queued, W::Order)]),
    row(T::Supersede, (S::Queued, W::Order), &[(S::Superseded, W::Ended)]),
    row(T::Supersede, (S::Queued, W::Ready), &[(S::Superseded, W::Ended)]),
    row(T::Finish, (S::Running, W::Leased), DONE),
    row(T::Finish, (S::Waiting, W::Leased), DONE),
    row(T::Finish, (S::Undoing, W::Leased), UNDONE),
    row(T::Quarantine, (S::Running, W::Ready), &[(S::Stuck, W::Ended)]),
    row(T::Quarantine, (S::Waiting, W::Ready), &[(S::Stuck, W::Ended)]),
    row(T::Quarantine, (S::Undoing, W::Ready), &[(S::Stuck, W::Ended)]),
    row(T::Retry, (S::Failed, W::Ended), &[(S::Queued, W::Order)]),
    row(T::Retry, (S::Cancelled, W::Ended), &[(S::Queued, W::Order)]),
    row(T::Retry, (S::Stuck, W::Ended), &[(S::Queued, W::Order)]),
    row(T::Abandon, (S::Stuck, W::Ended), &[(S::Failed, W::Ended)]),
    row(T::Reap, (S::Queued, W::Order), &[(S::Queued, W::Ready)]),
    row(T::Reap, (S::Queued, W::Ready), &[(S::Queued, W::Ready)]),
    row(T::Reap, (S::Running, W::Ready), &[(S::Running, W::Ready)]),
    row(T::Reap, (S::Running, W::Leased), &[(S::Running, W::Ready)]),
    row(T::Reap, (S::Waiting, W::Ready), &[(S::Waiting, W::Ready)]),
    row(T::Reap, (S::Waiting, W::Leased), &[(S::Waiting, W::Ready)]),
    row(T::Reap, (S::Waiting, W::Delayed), &[(S::Waiting, W::Ready)]),
    row(T::Reap, (S::Undoing, W::Ready), &[(S::Undoing, W::Ready)]),
    row(T::Reap, (S::Undoing, W::Leased), &[(S::Undoing, W::Ready)]),
    row(T::Reap, (S::Undoing, W::Delayed), &[(S::Undoing, W::Ready)]),
];

/// Whether the table has this move.
pub fn is_allowed(by: Transition, from: Option<Place>, to: Place) -> bool {
    MOVES.iter().any(|row| row.by == by && row.from == from && row.to.contains(&to))
}

/// Every move on its own.
pub fn each() -> impl Iterator<Item = (Transition, Option<Place>, Place)> {
    MOVES.iter().flat_map(|row| row.to.iter().map(|to| (row.by, row.from, *to)))
}

/// A place as scripts name it: `queued order`, and `-` for none.
pub fn named(place: Option<Place>) -> String {
    place.map_or_else(|| "-".to_owned(), |(state, whereabouts)| format!("{state} {whereabouts}"))
}

/// The table as the scripts have it: one text, in which a move is found without making a table at every call.
pub(super) static PRELUDE: LazyLock<String> = LazyLock::new(|| {
    let moves: Vec<String> =
        each().map(|(by, from, to)| format!("{by}: {} > {}", named(from), named(Some(to)))).collect();
    format!("local MOVES = '|{}|'\n", moves.join("|"))
});
