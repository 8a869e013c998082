//! Schedules that together make every move of the table, by the scripts and by the model alike; and moves that it lacks.

use shared::operation::State;
use shared::store::moves;
use shared::store::{Changes, Checkpoint, StoreError};

use super::lockstep::{Moves, run};
use super::schedule::{Act, standing};
use super::worker::Ending;
use super::world::{Does, Kind, Thing};
use crate::fixture::{alone, provision};

const WEB: Thing = Some(0);
const WORKING: [State; 3] = [State::Running, State::Waiting, State::Undoing];

fn accept(does: Does, thing: Thing) -> Act {
    Act::Accept { kind: Kind { does, thing }, holds: true, folds: false }
}

fn finish(state: State, leaves: bool) -> Act {
    Act::Finish { claim: 0, ending: Ending { state, leaves } }
}

fn write(state: State) -> Act {
    Act::Checkpoint { claim: 0, state: Some(state) }
}

fn fold() -> Act {
    Act::Accept { kind: Kind { does: Does::Change, thing: WEB }, holds: false, folds: true }
}

/// A worker has a change of the heritage, and has written that it is in this state. It is the third operation.
fn working(state: State) -> Vec<Act> {
    let change = vec![accept(Does::Change, WEB), Act::Claim, write(state)];
    [standing(None), standing(WEB), change].concat()
}

/// What may become of an operation that a worker has.
fn goes_on() -> Vec<Vec<Act>> {
    let park = || Act::Park { claim: 0, has_seen_cancel: false };
    let release = || Act::Release { claim: 0 };
    let endings = [(State::Succeeded, false), (State::Failed, true), (State::Cancelled, false), (State::Stuck, true)];
    let mut schedules = vec![
        vec![park(), Act::Due { op: 0 }, Act::Claim],
        vec![park(), Act::Cancel { op: 2 }, Act::Claim],
        vec![park(), Act::LoseAndReap { op: 0 }, Act::Claim],
        vec![Act::Cancel { op: 2 }, park(), Act::Again, Act::Claim],
        vec![release(), Act::Again, Act::Cancel { op: 2 }, Act::Claim],
        vec![release(), Act::LoseAndReap { op: 0 }, Act::Claim],
        vec![Act::LoseAndReap { op: 0 }, Act::Claim],
        vec![Act::WearOut { op: 2 }, Act::Expire { op: 0 }, Act::Claim, Act::Retry { op: 2 }],
        vec![Act::WearOut { op: 2 }, Act::Expire { op: 0 }, Act::Claim, Act::Abandon { op: 2 }, Act::Retry { op: 2 }],
        vec![Act::Expire { op: 0 }, Act::Claim, Act::Checkpoint { claim: 1, state: None }, Act::Renew { claim: 1 }],
    ];
    schedules.extend(WORKING.map(|state| vec![write(state), Act::Again]));
    schedules.extend(endings.map(|(state, leaves)| vec![finish(state, leaves), Act::Again, Act::Retry { op: 2 }]));
    schedules
}

fn schedules() -> Vec<Vec<Act>> {
    let mut schedules = vec![];
    for state in WORKING {
        schedules.extend(goes_on().into_iter().map(|rest| [working(state), rest].concat()));
        // A deletion that waits for what it started.
        let deletion = vec![accept(Does::Delete, None), Act::Claim, write(state), Act::AcceptChild { heritage: 0 }];
        let ends = vec![Act::Claim, finish(State::Succeeded, false), Act::Claim];
        let waits = vec![Act::Park { claim: 0, has_seen_cancel: false }];
        schedules.push([standing(None), standing(WEB), deletion, waits, ends].concat());
    }
    let failed = [working(State::Running), vec![finish(State::Failed, true)]].concat();
    let waiting = || vec![accept(Does::Change, WEB)];
    let rests = [
        // What was held is taken back; what is tried again although it left something is stopped by a worker.
        [failed.clone(), vec![Act::Cancel { op: 2 }]].concat(),
        [failed, vec![Act::Retry { op: 2 }, Act::Cancel { op: 2 }]].concat(),
        [working(State::Running), waiting(), vec![fold()]].concat(),
        [working(State::Running), waiting(), vec![Act::Cancel { op: 3 }]].concat(),
        [standing(None), standing(WEB), waiting(), vec![Act::LoseAndReap { op: 1 }, fold()]].concat(),
        [standing(None), standing(WEB), waiting(), vec![Act::LoseAndReap { op: 0 }, Act::Cancel { op: 2 }]].concat(),
    ];
    schedules.extend(rests);
    schedules
}

#[tokio::test]
async fn every_move_of_the_table_is_made_by_the_scripts_and_by_the_model() {
    let mut bench = alone().await;
    let mut seen = Moves::new();
    for (number, schedule) in schedules().iter().enumerate() {
        seen.extend(run(&mut bench, format!("directed-{number}"), schedule).await);
    }
    let never: Vec<_> = moves::each().filter(|it| !seen.contains(it)).collect();
    assert!(never.is_empty(), "no schedule makes these moves: {never:?}");
}

#[tokio::test]
async fn a_move_that_the_table_does_not_have_is_an_error_and_is_not_made() {
    let bench = alone().await;
    let id = bench.accepted(&provision()).await.id;
    let claim = bench.claimed().await;
    let write = |state, nonce: &str| Checkpoint {
        changes: Changes { state: Some(state), ..Changes::default() },
        nonce: nonce.into(),
        ..Checkpoint::default()
    };
    bench.checkpoint(&id, &claim.fence, &write(State::Undoing, "a")).await.unwrap();
    let refused = bench.checkpoint(&id, &claim.fence, &write(State::Running, "b")).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Corrupt(_, error) if error.to_string().contains("illegal move")),
        "{refused:?}"
    );
    assert_eq!(bench.state(&id).await, State::Undoing);
}
