//! Every schedule of three workers and three operations on two things, with two crashes and lost answers: all of them, not
//! a sample. Parks, releases and retries are explored with one crash, so that all of it takes less than a minute.

use shared::operation::State;
use shared::store::moves::Whereabouts;
use stateright::{Checker, HasDiscoveries, Model, Property};

use super::requests::Asked;
use super::system::{Action, Budget, System};
use super::table::section;
use super::world::{Does, Kind, Thing, World};

/// What people ask for, and how much may go wrong.
struct Protocol {
    asked: Vec<Asked>,
    budget: Budget,
    /// Whether the district and both heritages stand already.
    is_standing: bool,
}

const WORKERS: usize = 3;
const DISTRICT: Thing = None;
const WEB: Thing = Some(0);
const API: Thing = Some(1);

fn ask(does: Does, thing: Thing) -> Asked {
    Asked { kind: Kind { does, thing }, holds: false, supersedes: None, parent: None }
}

impl Model for Protocol {
    type State = System;
    type Action = Action;

    fn init_states(&self) -> Vec<System> {
        let things: &[Thing] = if self.is_standing { &[DISTRICT, WEB, API] } else { &[] };
        let world = World::standing(things, 2);
        vec![System { world, workers: vec![None; WORKERS], left: self.budget, wrong: None }]
    }

    fn actions(&self, system: &System, actions: &mut Vec<Action>) {
        for id in (0..).take(self.asked.len()) {
            let Some(op) = system.world.ops.get(&id) else {
                // Of those that are alike, it does not matter which is accepted first.
                let is_like_one_before = id > 0 && self.asked[usize::from(id)] == self.asked[usize::from(id) - 1];
                if !is_like_one_before || system.world.ops.contains_key(&(id - 1)) {
                    actions.push(Action::Accept(id));
                }
                continue;
            };
            actions.extend([Action::Cancel(id), Action::Retry(id)]);
            actions.extend(op.is_at(Whereabouts::Leased).then_some(Action::Expire(id)));
            actions.extend(op.is_at(Whereabouts::Delayed).then_some(Action::Due(id)));
        }
        // Workers are alike: it does not matter which of the idle ones claims.
        if let Some(worker) = system.workers.iter().position(Option::is_none) {
            actions.extend([false, true].map(|is_lost| Action::Claim { worker, is_lost }));
        }
        for (worker, belief) in system.workers.iter().enumerate() {
            let Some(belief) = belief else { continue };
            actions.extend([Action::Renew { worker }, Action::Forget { worker }]);
            for message in system.messages(belief) {
                actions.push(Action::Send { worker, message, is_lost: false });
                if belief.is_true && belief.unanswered.is_none() {
                    actions.push(Action::Send { worker, message, is_lost: true });
                }
            }
        }
    }

    fn next_state(&self, before: &System, action: Action) -> Option<System> {
        let mut after = before.clone();
        after.world.trace.0.clear();
        after.apply(&action, &self.asked)?;
        if after == *before {
            return None;
        }
        let falls = after.rank(self.still_to_accept(&after)) < before.rank(self.still_to_accept(before));
        let endless = (!falls).then_some("a schedule may go on for ever");
        after.wrong = after.wrong.or(after.world.wrong_after(&before.world)).or(endless);
        Some(after.canonical())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("each step is one that the rules allow", |_, it: &System| it.wrong.is_none()),
            Property::always("an operation has one holder at most", |_, it: &System| it.has_one_holder_each()),
            Property::always("no operation is in limbo", |_, it: &System| it.world.knows_where_all_are()),
            Property::always("something unfinished can go on", |_, it: &System| it.can_go_on()),
            Property::always("the order of acceptance is kept", |_, it: &System| it.world.keeps_the_order()),
            Property::always("no record is left behind", |_, it: &System| it.world.leaves_no_record_behind()),
            Property::sometimes("workers die until one is set aside", |_, it: &System| it.any_is(State::Stuck)),
            Property::sometimes("all end well", |it: &Protocol, system: &System| {
                system.world.ops.len() == it.asked.len() && system.world.is_at_rest() && !system.any_is(State::Stuck)
            }),
        ]
    }
}

impl Protocol {
    fn still_to_accept(&self, system: &System) -> usize {
        self.asked.len() - system.world.ops.len()
    }

    /// Explores everything. The document says how much that is.
    fn check(self, what: &str) {
        let trouble = self.budget;
        let checker = self.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
        checker.assert_properties();
        let row = format!("| {what} | {} | {} |", trouble.named(), checker.unique_state_count());
        assert!(section().contains(&row), "docs/reliability.md should say: {row}");
    }
}

impl Budget {
    fn named(self) -> String {
        let Budget { crashes, cancels, retries, parks, releases } = self;
        let parts =
            [(crashes, "crash"), (cancels, "cancel"), (retries, "retry"), (parks, "park"), (releases, "release")];
        let some = parts.into_iter().filter(|(times, _)| *times > 0);
        some.map(|(times, what)| format!("{times} × {what}")).collect::<Vec<_>>().join(", ")
    }
}

impl System {
    fn has_one_holder_each(&self) -> bool {
        self.world.ops.iter().all(|(id, op)| {
            let holders: Vec<_> = self.workers.iter().flatten().filter(|it| it.id == *id && it.is_true).collect();
            holders.len() <= 1 && holders.iter().all(|it| it.fence == op.fence && op.fence != 0)
        })
    }

    /// What stands first in the order is in the hands of a worker, of a timer, or of the next worker that comes; and each of
    /// these can always do something.
    fn can_go_on(&self) -> bool {
        self.world.order(|_| true).first().is_none_or(|id| !self.world.op(*id).is_at(Whereabouts::Order))
    }

    fn any_is(&self, state: State) -> bool {
        self.world.ops.values().any(|op| op.state() == state)
    }
}

const CRASHES: Budget = Budget { crashes: 2, cancels: 1, retries: 0, parks: 0, releases: 0 };
const RESTS: Budget = Budget { crashes: 1, parks: 1, releases: 1, ..CRASHES };
const RETRIES: Budget = Budget { crashes: 1, cancels: 0, retries: 1, ..CRASHES };

#[test]
fn changes_of_two_heritages() {
    let asked = vec![ask(Does::Change, WEB), ask(Does::Change, WEB), ask(Does::Change, API)];
    Protocol { asked, budget: CRASHES, is_standing: true }.check("two changes of one heritage, one of another");
}

#[test]
fn changes_and_the_deletion_of_their_district() {
    let asked = vec![ask(Does::Change, WEB), ask(Does::Change, DISTRICT), ask(Does::Delete, DISTRICT)];
    Protocol { asked, budget: CRASHES, is_standing: true }
        .check("a change of a heritage, a change of its district, the deletion of the district");
}

fn made() -> Vec<Asked> {
    let holding = Asked { holds: true, ..ask(Does::Create, WEB) };
    vec![ask(Does::Create, DISTRICT), holding, ask(Does::Change, WEB)]
}

fn folded() -> Vec<Asked> {
    let newer = Asked { supersedes: Some(0), ..ask(Does::Change, WEB) };
    vec![ask(Does::Change, WEB), newer, ask(Does::Delete, WEB)]
}

#[test]
fn a_district_made_with_what_stands_in_it() {
    let protocol = |budget| Protocol { asked: made(), budget, is_standing: false };
    for budget in [CRASHES, RETRIES] {
        protocol(budget).check("a district, a heritage in it, a change of that");
    }
}

#[test]
fn a_change_folded_into_a_newer_one_and_a_deletion() {
    let protocol = |budget| Protocol { asked: folded(), budget, is_standing: true };
    for budget in [CRASHES, RESTS] {
        protocol(budget).check("a change folded into a newer one, the deletion of the heritage");
    }
}
