//! Cases: each place that a clean run has met, with each fault that applies to it.

use std::collections::BTreeSet;

use crate::point::{Fault, Point, Side, Trouble};

/// A column of the table: a fault, and where it strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::EnumIter)]
pub(crate) enum Column {
    KilledBeforeIntent,
    KilledBeforeCall,
    KilledAfterCall,
    KilledAfterCheckpoint,
    KilledInWait,
    KilledInUndo,
    FailedBeforeEffect,
    AnswerLost,
    Throttled,
    Refused,
    Repeated,
    UndoRepeated,
    ReadsLag,
    CancelledBetween,
    CancelledInWait,
    RedisCutBefore,
    RedisCutAfter,
    RedisRestarted,
}

impl Column {
    /// As the table names it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Column::KilledBeforeIntent => "worker killed before the intent entry",
            Column::KilledBeforeCall => "worker killed between intent and call",
            Column::KilledAfterCall => "worker killed between call and checkpoint",
            Column::KilledAfterCheckpoint => "worker killed between checkpoint and next step",
            Column::KilledInWait => "worker killed during a wait",
            Column::KilledInUndo => "worker killed during an undo",
            Column::FailedBeforeEffect => "AWS call fails before the effect",
            Column::AnswerLost => "AWS call fails after the effect, answer lost",
            Column::Throttled => "AWS call throttled 20 times",
            Column::Refused => "AWS call refused for good",
            Column::Repeated => "step repeated after it succeeded",
            Column::UndoRepeated => "undo repeated after it succeeded",
            Column::ReadsLag => "reads lag",
            Column::CancelledBetween => "cancelled at a step boundary",
            Column::CancelledInWait => "cancelled in the middle of a wait",
            Column::RedisCutBefore => "connection to Redis cut before a script",
            Column::RedisCutAfter => "connection to Redis cut after a script",
            Column::RedisRestarted => "Redis killed and restarted",
        }
    }
}

/// How a run may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// As without the fault.
    AsClean,
    /// Cancelled, or done because the cancel came too late.
    Cancelled,
    /// Failed and taken back, or done because nothing hung on the call.
    Refused,
}

/// Which of the recorded runs a case begins from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Run {
    /// Everything goes well, waits are held.
    Forward,
    /// Everything goes well, waits are given back.
    Parked,
    /// The last step is refused, and everything before it is taken back.
    Back,
}

/// One case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) scenario: usize,
    pub(crate) run: Run,
    pub(crate) column: Column,
    pub(crate) fault: Fault,
    pub(crate) end: End,
}

/// A point of a run.
struct Place<'a> {
    run: Run,
    point: &'a Point,
}

/// The cases of a run, leaving out those of `known`, which other scenarios of its kind have already.
pub(crate) fn of(scenario: usize, run: Run, met: &[Point], known: &mut BTreeSet<(Run, Column, Fault)>) -> Vec<Case> {
    let places = met.iter().map(|point| Place { run, point });
    let cases = places.flat_map(|place| place.cases());
    let cases = cases.filter(|(column, fault, _)| known.insert((run, *column, fault.clone())));
    cases.map(|(column, fault, end)| Case { scenario, run, column, fault, end }).collect()
}

impl Place<'_> {
    fn cases(&self) -> Vec<(Column, Fault, End)> {
        match (self.run, self.point) {
            (Run::Forward, Point::Call { back: false, changes, .. }) => self.call(*changes),
            (Run::Forward, Point::Entry { entry, .. }) => self.entry(entry),
            (Run::Back, Point::Call { back: true, changes, .. }) => self.call_back(*changes),
            (Run::Back, Point::Entry { entry, .. }) if entry == "step_undone" || entry == "undo_started" => {
                self.entry_back()
            }
            (Run::Parked, Point::Entry { entry, .. }) if entry == "parked" => self.redis(),
            (Run::Parked, Point::Entry { entry, .. }) if entry == "step_waiting" => {
                vec![self.one(Column::CancelledInWait, Trouble::Cancel, Side::Before, 1, End::Cancelled)]
            }
            (Run::Parked, Point::Script { .. }) => {
                let mut cases = self.redis();
                cases.push(self.one(Column::RedisRestarted, Trouble::Restart, Side::Before, 1, End::AsClean));
                cases.push(self.one(Column::RedisRestarted, Trouble::Restart, Side::After, 1, End::AsClean));
                cases
            }
            _ => vec![],
        }
    }

    fn one(&self, column: Column, trouble: Trouble, side: Side, times: u32, end: End) -> (Column, Fault, End) {
        (column, Fault { trouble, side, times, point: self.point.clone() }, end)
    }

    fn call(&self, changes: bool) -> Vec<(Column, Fault, End)> {
        let (clean, refused) = (End::AsClean, End::Refused);
        let mut cases = vec![
            self.one(Column::FailedBeforeEffect, Trouble::Cut, Side::Before, 1, clean),
            self.one(Column::Throttled, Trouble::Throttle, Side::Before, 20, clean),
            self.one(Column::Refused, Trouble::Refuse, Side::Before, u32::MAX, refused),
        ];
        if changes {
            cases.extend([
                self.one(Column::KilledBeforeCall, Trouble::Kill, Side::Before, 1, clean),
                self.one(Column::KilledAfterCall, Trouble::Kill, Side::After, 1, clean),
                self.one(Column::AnswerLost, Trouble::Cut, Side::After, 1, clean),
                self.one(Column::ReadsLag, Trouble::Lag, Side::Before, 1, clean),
                self.one(Column::ReadsLag, Trouble::LagAndCut, Side::Before, 1, clean),
            ]);
        }
        cases
    }

    fn call_back(&self, changes: bool) -> Vec<(Column, Fault, End)> {
        let clean = End::AsClean;
        let mut cases = vec![
            self.one(Column::FailedBeforeEffect, Trouble::Cut, Side::Before, 1, clean),
            self.one(Column::Throttled, Trouble::Throttle, Side::Before, 20, clean),
            self.one(Column::Refused, Trouble::Refuse, Side::Before, u32::MAX, End::Refused),
        ];
        if changes {
            cases.extend([
                self.one(Column::KilledInUndo, Trouble::Kill, Side::Before, 1, clean),
                self.one(Column::KilledInUndo, Trouble::Kill, Side::After, 1, clean),
                self.one(Column::AnswerLost, Trouble::Cut, Side::After, 1, clean),
                self.one(Column::ReadsLag, Trouble::Lag, Side::Before, 1, clean),
            ]);
        }
        cases
    }

    fn entry(&self, entry: &str) -> Vec<(Column, Fault, End)> {
        let kill = |column, side, times| self.one(column, Trouble::Kill, side, times, End::AsClean);
        let cancel = |column| self.one(column, Trouble::Cancel, Side::Before, 1, End::Cancelled);
        let mut cases = match entry {
            "step_intent" => vec![kill(Column::KilledBeforeIntent, Side::Before, 1)],
            "step_started" => vec![cancel(Column::CancelledBetween)],
            "step_succeeded" => vec![
                kill(Column::KilledAfterCheckpoint, Side::After, 1),
                kill(Column::Repeated, Side::Before, 2),
                cancel(Column::CancelledBetween),
            ],
            "step_waiting" => vec![kill(Column::KilledInWait, Side::After, 1), cancel(Column::CancelledInWait)],
            _ => vec![],
        };
        cases.extend(self.redis());
        cases
    }

    fn entry_back(&self) -> Vec<(Column, Fault, End)> {
        let kill = |column, side, times| self.one(column, Trouble::Kill, side, times, End::AsClean);
        let mut cases = vec![kill(Column::KilledInUndo, Side::After, 1), kill(Column::UndoRepeated, Side::Before, 2)];
        cases.extend(self.redis());
        cases
    }

    fn redis(&self) -> Vec<(Column, Fault, End)> {
        vec![
            self.one(Column::RedisCutBefore, Trouble::Cut, Side::Before, 1, End::AsClean),
            self.one(Column::RedisCutAfter, Trouble::Cut, Side::After, 1, End::AsClean),
        ]
    }
}
