//! Whatever happens in whatever order: no operation is in limbo, none is held beside one that excludes it, journals have no
//! gap, what is removed after its end leaves nothing behind, and in the end everything has ended and nothing is reserved for
//! nobody.

use std::collections::BTreeSet;

use shared::ids::OperationId;
use shared::operation::{OnFailure, Operation, Reason, State};
use shared::payload::Payload;
use shared::store::{Acceptance, Checkpoint, Claim, Filter, Park, Refusal, Reservation, StoreError};

use crate::fixture::{Bench, bench, create, district, ending, lease_expired, leaving, provision};
use crate::retention::sweep;

const HERITAGES: [&str; 2] = ["web", "api"];

/// A generator that says the same each time it is asked with the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

struct Chaos {
    bench: Bench,
    dice: Dice,
    accepted: Vec<OperationId>,
    held: Vec<Claim>,
    next_port: u16,
}

impl Chaos {
    async fn accept(&mut self) {
        let heritage = HERITAGES[self.dice.below(HERITAGES.len())];
        let port = 10_000 + self.next_port;
        self.next_port += 1;
        let acceptance = match self.dice.below(9) {
            0 => provision(),
            1 => self.bench.update_district().await,
            2 => {
                let cascade = self.dice.below(2) == 0;
                self.bench.delete_district(cascade).await
            }
            3 | 4 => create(heritage, Some(port)),
            5 => self.bench.delete_heritage(heritage).await,
            _ => Acceptance { reserve: vec![Reservation::Port(port)], ..self.bench.deploy(heritage).await },
        };
        let on_failure = if self.dice.below(3) == 0 { OnFailure::Hold } else { OnFailure::Undo };
        let acceptance = Acceptance { on_failure, ..acceptance };
        match self.bench.accept(&acceptance).await {
            Ok(_) => self.accepted.push(acceptance.id),
            Err(StoreError::Refused(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }

    /// What a deletion that takes heritages along does: it starts children.
    async fn start_children(&mut self) {
        let parents: Vec<OperationId> = self.held.iter().map(|claim| &claim.operation.id).cloned().collect();
        let heritage = HERITAGES[self.dice.below(HERITAGES.len())];
        for parent in parents {
            let is_cascade = |claim: &&Claim| matches!(claim.payload, Payload::DeleteDistrict { cascade: true, .. });
            if self.held.iter().filter(is_cascade).any(|claim| claim.operation.id == parent) {
                let child = Acceptance { parent: Some(parent), ..self.bench.delete_heritage(heritage).await };
                let refused = self.bench.accept(&child).await.err();
                assert!(matches!(refused, None | Some(StoreError::Refused(_))), "{refused:?}");
            }
        }
    }

    async fn claim(&mut self) {
        self.held.extend(self.bench.claim("chaos").await.unwrap());
    }

    /// One of those held, out of the hands that held it.
    fn drop_held(&mut self) -> Option<Claim> {
        let count = self.held.len();
        (count > 0).then(|| self.held.swap_remove(self.dice.below(count)))
    }

    async fn finish(&mut self) {
        let Some(claim) = self.drop_held() else { return };
        let state = [State::Succeeded, State::Failed, State::Cancelled, State::Stuck][self.dice.below(4)];
        let is_held = state == State::Failed && claim.operation.on_failure == OnFailure::Hold;
        let finish = if is_held || state == State::Stuck { leaving(&claim, state) } else { ending(&claim, state) };
        self.tolerate_fenced(self.bench.finish(&claim.operation.id, &claim.fence, &finish).await);
    }

    async fn park(&mut self) {
        let Some(claim) = self.drop_held() else { return };
        let park = Park { reason: Reason::Aws, after_ms: 1, checkpoint: Checkpoint::default() };
        self.tolerate_fenced(self.bench.park(&claim.operation.id, &claim.fence, &park, false).await);
    }

    async fn release(&mut self) {
        let Some(claim) = self.drop_held() else { return };
        self.tolerate_fenced(self.bench.release(&claim.operation.id, &claim.fence).await);
    }

    async fn cancel_or_retry(&mut self) {
        if self.accepted.is_empty() {
            return;
        }
        let id = self.accepted[self.dice.below(self.accepted.len())].clone();
        let refused = match self.dice.below(2) {
            0 => self.bench.cancel(&id, "token:chaos").await.err(),
            _ => self.bench.retry(&id, "token:chaos").await.err(),
        };
        assert!(matches!(refused, None | Some(StoreError::Refused(_))), "{refused:?}");
    }

    fn tolerate_fenced(&self, written: Result<(), StoreError>) {
        assert!(matches!(written, Ok(()) | Err(StoreError::Fenced)), "{written:?}");
    }

    async fn step(&mut self) {
        match self.dice.below(21) {
            0..6 => self.accept().await,
            6 => self.start_children().await,
            7..11 => self.claim().await,
            11..14 => self.finish().await,
            14..16 => self.park().await,
            16 => self.release().await,
            17 | 18 => self.cancel_or_retry().await,
            19 => drop(sweep(&self.bench).await),
            _ => {
                lease_expired().await;
                self.held.clear();
            }
        }
        let limbo = self.bench.reap().await.unwrap();
        assert!(limbo.is_empty(), "in limbo: {limbo:?}");
    }

    async fn all(&self) -> Vec<Operation> {
        self.bench.operations(&Filter::default(), None, 10_000).await.unwrap().items
    }

    /// Nothing that has begun stands beside what it excludes.
    async fn check_order(&self) {
        let begun =
            |operation: &&Operation| matches!(operation.state, State::Running | State::Waiting | State::Undoing);
        let all = self.all().await;
        let begun: Vec<&Operation> = all.iter().filter(begun).collect();
        for (index, one) in begun.iter().enumerate() {
            for other in &begun[index + 1..] {
                assert!(!exclude(one, other) && !exclude(other, one), "{one:?} beside {other:?}");
            }
        }
    }

    async fn drain(&mut self) {
        lease_expired().await;
        while let Some(claim) = self.bench.claim("drain").await.unwrap() {
            let state = if claim.operation.cancel_requested { State::Cancelled } else { State::Succeeded };
            self.bench.end(&claim, state).await;
        }
        for operation in self.all().await {
            assert!(operation.state.is_terminal(), "{operation:?}");
            let journal = self.bench.journal(&operation.id, 0, 10_000).await.unwrap();
            assert_eq!(journal.len() as u64, operation.seq);
        }
    }

    /// Ports are reserved for heritages that there are, and the address range for a district that there is.
    async fn check_reservations(&self) {
        let standing = self.bench.district(&district()).await.unwrap().is_some();
        assert_eq!(self.bench.cidrs().await.unwrap().is_empty(), !standing);
        let heritages = self.bench.heritages(&district()).await.unwrap();
        let names: BTreeSet<String> = heritages.iter().map(|view| view.heritage.name.to_string()).collect();
        let mut ports = redis::cmd("HVALS");
        ports.arg(self.bench.key("ports:dev"));
        let holders: Vec<String> = ports.query_async(&mut self.bench.raw().await).await.unwrap();
        for holder in holders {
            assert!(names.contains(holder.split(' ').next().unwrap()), "{holder} holds a port");
        }
    }
}

fn exclude(one: &Operation, other: &Operation) -> bool {
    if other.parent.as_ref() == Some(&one.id) {
        return false;
    }
    match &one.target.heritage {
        Some(_) => one.target.heritage == other.target.heritage,
        None => other.target.heritage.is_none() || one.kind != shared::operation::Kind::UpdateDistrict,
    }
}

async fn run(seed: u64) {
    let (bench, dice) = (bench().await, Dice(seed));
    let mut chaos = Chaos { bench, dice, accepted: vec![], held: vec![], next_port: 0 };
    for _ in 0..150 {
        chaos.step().await;
        chaos.check_order().await;
    }
    chaos.drain().await;
    chaos.check_reservations().await;
    sweep(&chaos.bench).await;
}

#[tokio::test]
async fn any_sequence_of_transitions_keeps_the_rules() {
    for seed in [1, 2, 3, 4] {
        run(seed).await;
    }
}

#[tokio::test]
async fn requests_at_the_same_moment_are_accepted_one_after_the_other() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    let deploy = bench.deploy("web").await;
    let mut sent = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (store, deploy) = (bench.store.clone(), Acceptance { id: OperationId::draw(), ..deploy.clone() });
        sent.spawn(async move { store.accept(&deploy).await });
    }
    let answers = sent.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let stale = |answer: &&Result<_, StoreError>| matches!(answer, Err(StoreError::Refused(Refusal::Stale)));
    assert_eq!(answers.iter().filter(stale).count(), 15);
    assert!(matches!(bench.claimed().await.payload, Payload::DeployHeritage { .. }));
}
