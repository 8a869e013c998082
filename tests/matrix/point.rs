//! Where something can go wrong: named after what happens there, so that a case has the same name in every run.

use std::fmt;

/// A place in the run of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Point {
    /// The first time that a step makes a call of AWS, forward or taking back.
    Call { kind: String, step: String, back: bool, action: String, changes: bool },
    /// The script that writes an entry into the journal.
    Entry { kind: String, entry: String, step: String },
    /// The first time that a script runs.
    Script { script: String },
}

/// On which side of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Side {
    /// Before it has any effect.
    Before,
    /// After its effect, before the answer.
    After,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Trouble {
    /// The worker is gone: its task is aborted, its lease runs out.
    Kill,
    /// The connection is cut.
    Cut,
    /// Redis is killed and started again.
    Restart,
    /// Somebody cancels.
    Cancel,
    /// AWS asks for fewer calls.
    Throttle,
    /// AWS says no for good.
    Refuse,
    /// From this call on reads do not see what it did.
    Lag,
    /// Reads lag, and the answer is lost.
    LagAndCut,
}

/// One thing that goes wrong in a case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Fault {
    pub(crate) trouble: Trouble,
    pub(crate) side: Side,
    pub(crate) times: u32,
    pub(crate) point: Point,
}

impl Point {
    /// The kind of operation and the step that it belongs to.
    pub(crate) fn place(&self) -> Option<(&str, &str)> {
        match self {
            Point::Call { kind, step, .. } | Point::Entry { kind, step, .. } => Some((kind, step)),
            Point::Script { .. } => None,
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Point::Call { kind, step, back, action, .. } => {
                write!(f, "{kind}.{step}{}.{action}", if *back { ".undo" } else { "" })
            }
            Point::Entry { kind, entry, step } if step.is_empty() => write!(f, "{kind}.{entry}"),
            Point::Entry { kind, entry, step } => write!(f, "{kind}.{step}.{entry}"),
            Point::Script { script } => write!(f, "script.{script}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Before => "before",
            Side::After => "after",
        };
        let trouble = match self.trouble {
            Trouble::Kill => "kill",
            Trouble::Cut => "cut",
            Trouble::Restart => "restart",
            Trouble::Cancel => "cancel",
            Trouble::Throttle => "throttle",
            Trouble::Refuse => "refuse",
            Trouble::Lag => "lag",
            Trouble::LagAndCut => "lag-and-cut",
        };
        write!(f, "{trouble}-{side}-{}x@{}", self.times, self.point)
    }
}
