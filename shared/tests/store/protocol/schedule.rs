//! Random schedules: what workers, people and time may do, in any order. Numbers choose among what there is, so that a
//! schedule means something whatever came before, and a shorter one is still one.

use proptest::collection::vec;
use proptest::prelude::*;
use shared::operation::State;

use super::worker::Ending;
use super::world::{Does, Kind, Thing};

/// One action of a schedule.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Accept {
        kind: Kind,
        holds: bool,
        folds: bool,
    },
    /// The district's deletion starts one of a heritage, under its own place.
    AcceptChild {
        heritage: u8,
    },
    /// A worker takes the next one; timers and leases that have run out are seen then.
    Claim,
    Renew {
        claim: u8,
    },
    Checkpoint {
        claim: u8,
        state: Option<State>,
    },
    Park {
        claim: u8,
        has_seen_cancel: bool,
    },
    Release {
        claim: u8,
    },
    Finish {
        claim: u8,
        ending: Ending,
    },
    /// The script before is sent again, because its answer was lost.
    Again,
    Expire {
        op: u8,
    },
    Due {
        op: u8,
    },
    Cancel {
        op: u8,
    },
    Retry {
        op: u8,
    },
    Abandon {
        op: u8,
    },
    /// Nineteen workers have died at it.
    WearOut {
        op: u8,
    },
    /// The structure that should have it loses it, as in a restored backup, and the reaper looks.
    LoseAndReap {
        op: u8,
    },
    /// The reaper looks, and finds nothing to do.
    Reap,
}

fn kind() -> impl Strategy<Value = Kind> {
    let does = prop_oneof![2 => Just(Does::Create), 5 => Just(Does::Change), 1 => Just(Does::Delete)];
    let thing = prop_oneof![2 => Just(None), 3 => Just(Some(0)), 2 => Just(Some(1))];
    (does, thing).prop_map(|(does, thing)| Kind { does, thing })
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        4 => Just((State::Succeeded, false)),
        2 => Just((State::Failed, false)),
        2 => Just((State::Failed, true)),
        1 => Just((State::Cancelled, false)),
        1 => Just((State::Stuck, true)),
    ]
    .prop_map(|(state, leaves)| Ending { state, leaves })
}

fn act() -> impl Strategy<Value = Act> {
    let op = 0..6u8;
    // The newest claim is the likeliest, older ones are mostly stale.
    let claim = || prop_oneof![4 => Just(0u8), 1 => 1..4u8];
    let written = prop_oneof![
        2 => Just(None),
        1 => Just(Some(State::Running)),
        1 => Just(Some(State::Waiting)),
        1 => Just(Some(State::Undoing)),
    ];
    prop_oneof![
        9 => (kind(), any::<bool>(), any::<bool>()).prop_map(|(kind, holds, folds)| Act::Accept { kind, holds, folds }),
        1 => (0..2u8).prop_map(|heritage| Act::AcceptChild { heritage }),
        12 => Just(Act::Claim),
        1 => claim().prop_map(|claim| Act::Renew { claim }),
        4 => (claim(), written).prop_map(|(claim, state)| Act::Checkpoint { claim, state }),
        5 => (claim(), any::<bool>())
            .prop_map(|(claim, has_seen_cancel)| Act::Park { claim, has_seen_cancel }),
        2 => claim().prop_map(|claim| Act::Release { claim }),
        6 => (claim(), ending()).prop_map(|(claim, ending)| Act::Finish { claim, ending }),
        3 => Just(Act::Again),
        3 => op.clone().prop_map(|op| Act::Expire { op }),
        3 => op.clone().prop_map(|op| Act::Due { op }),
        3 => op.clone().prop_map(|op| Act::Cancel { op }),
        3 => op.clone().prop_map(|op| Act::Retry { op }),
        1 => op.clone().prop_map(|op| Act::Abandon { op }),
        1 => op.clone().prop_map(|op| Act::WearOut { op }),
        2 => op.prop_map(|op| Act::LoseAndReap { op }),
        1 => Just(Act::Reap),
    ]
}

/// One that is accepted, claimed, and succeeds.
pub(super) fn standing(thing: Thing) -> Vec<Act> {
    let kind = Kind { does: Does::Create, thing };
    let ending = Ending { state: State::Succeeded, leaves: false };
    vec![Act::Accept { kind, holds: false, folds: false }, Act::Claim, Act::Finish { claim: 0, ending }]
}

/// Most begin with a district and a heritage that stand, so that most of what follows is possible.
pub(super) fn schedules() -> impl Strategy<Value = Vec<Act>> {
    let before = prop_oneof![1 => Just(vec![]), 4 => Just([standing(None), standing(Some(0))].concat())];
    (before, vec(act(), 1..60)).prop_map(|(before, acts)| [before, acts].concat())
}
