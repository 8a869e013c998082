//! Claiming: fences, leases, crashes, lanes.

use shared::journal::Event;
use shared::operation::{State, StepState};
use shared::problem::Code;
use shared::store::{Changes, Checkpoint, Park, StepRecord, StoreError};
use shared::{operation::Reason, operation::Step};

use crate::fixture::{LEASE_MS, bench, create, lease_expired, provision};

fn started(step: &str, nonce: &str) -> Checkpoint {
    Checkpoint {
        steps: vec![StepRecord {
            view: Step { name: step.into(), state: StepState::Running, ..Step::default() },
            ..StepRecord::default()
        }],
        events: vec![Event::StepStarted { step: step.into() }],
        changes: Changes { percent: Some(50), ..Changes::default() },
        nonce: nonce.into(),
    }
}

fn park(after_ms: u64) -> Park {
    Park { reason: Reason::Aws, after_ms, checkpoint: Checkpoint::default() }
}

#[tokio::test]
async fn a_checkpoint_is_written_once_however_often_it_is_sent() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let claim = bench.claimed().await;
    assert_eq!((claim.operation.state, claim.steps.len(), claim.after_crash), (State::Running, 2, false));
    for _ in 0..2 {
        bench.checkpoint(&id, &claim.fence, &started("first", "a")).await.unwrap();
    }
    assert_eq!(bench.journalled(&id).await, ["accepted", "claimed", "step_started"]);
    let operation = bench.operation(&id).await.unwrap().unwrap();
    assert_eq!((operation.seq, operation.percent, operation.steps[0].state), (3, 50, StepState::Running));

    let lower = Changes { percent: Some(20), ..Changes::default() };
    let lower = Checkpoint { changes: lower, nonce: "b".into(), ..Checkpoint::default() };
    bench.checkpoint(&id, &claim.fence, &lower).await.unwrap();
    assert_eq!(bench.operation(&id).await.unwrap().unwrap().percent, 50);
}

#[tokio::test]
async fn journals_have_no_gap_and_carry_redis_time() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let claim = bench.claimed().await;
    for number in 0..20 {
        let nonce = number.to_string();
        bench.checkpoint(&id, &claim.fence, &started("first", &nonce)).await.unwrap();
    }
    bench.end(&claim, State::Succeeded).await;
    let entries = bench.journal(&id, 0, 100).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (1..=23).collect::<Vec<_>>());
    assert!(entries.is_sorted_by_key(|entry| entry.at));
    assert_eq!(bench.journal(&id, 20, 2).await.unwrap(), entries[20..22]);
}

#[tokio::test]
async fn after_a_lease_expired_its_worker_can_write_nothing_and_another_resumes() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let dead = bench.claimed().await;
    lease_expired().await;
    let next = bench.claimed().await;
    assert!(next.after_crash);
    assert_eq!(next.crashes, 1);
    assert!(matches!(bench.checkpoint(&id, &dead.fence, &started("first", "a")).await, Err(StoreError::Fenced)));
    assert!(matches!(bench.release(&id, &dead.fence).await, Err(StoreError::Fenced)));
    assert!(matches!(bench.park(&id, &dead.fence, &park(10), false).await, Err(StoreError::Fenced)));
    let renewal = bench.renew(&[(id.clone(), dead.fence), (id.clone(), next.fence.clone())]).await.unwrap();
    assert_eq!(renewal.lost, std::slice::from_ref(&id));

    bench.checkpoint(&id, &next.fence, &started("first", "a")).await.unwrap();
    lease_expired().await;
    assert_eq!(bench.claimed().await.crashes, 1, "a checkpoint resets the counter");
}

#[tokio::test]
async fn a_renewed_lease_does_not_expire() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let claim = bench.claimed().await;
    for _ in 0..4 {
        tokio::time::sleep(std::time::Duration::from_millis(LEASE_MS * 2 / 5)).await;
        assert!(bench.renew(&[(id.clone(), claim.fence.clone())]).await.unwrap().lost.is_empty());
    }
    assert!(bench.claim("other").await.unwrap().is_none());
}

#[tokio::test]
async fn an_operation_that_kills_its_workers_is_set_aside() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    bench.claimed().await;
    let mut connection = bench.raw().await;
    let key = bench.key(&format!("op:{id}"));
    let () = redis::cmd("HSET").arg(key).arg("crashes").arg(19).query_async(&mut connection).await.unwrap();
    lease_expired().await;
    assert!(bench.claim("w").await.unwrap().is_none());
    let operation = bench.operation(&id).await.unwrap().unwrap();
    assert_eq!(operation.state, State::Stuck);
    let error = operation.error.unwrap();
    assert_eq!((error.code, error.operation), (Code::Quarantined, Some(id)));
}

#[tokio::test]
async fn an_operation_given_back_is_ready_at_once_and_counts_no_crash() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let claim = bench.claimed().await;
    for _ in 0..2 {
        bench.release(&id, &claim.fence).await.unwrap();
    }
    let next = bench.claimed().await;
    assert_eq!((next.crashes, next.after_crash), (0, false));
    assert!(bench.claim("w").await.unwrap().is_none());
}

#[tokio::test]
async fn a_parked_operation_is_held_by_nobody_until_its_time() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let claim = bench.claimed().await;
    for _ in 0..2 {
        bench.park(&id, &claim.fence, &park(50), false).await.unwrap();
    }
    assert!(matches!(bench.checkpoint(&id, &claim.fence, &started("first", "a")).await, Err(StoreError::Fenced)));
    let parked = bench.operation(&id).await.unwrap().unwrap();
    assert_eq!((parked.state, parked.reason), (State::Waiting, Some(Reason::Aws)));
    assert!(bench.claim("w").await.unwrap().is_none());
    let longest = std::time::Duration::from_secs(1);
    let due = bench.next_due_in(longest);
    assert!(due <= std::time::Duration::from_millis(50), "{due:?}");
    tokio::time::sleep(due + std::time::Duration::from_millis(2)).await;
    let next = bench.claimed().await;
    assert_eq!((next.operation.state, next.operation.reason, next.after_crash), (State::Running, None, false));
    assert_eq!(bench.journalled(&id).await, ["accepted", "claimed", "parked", "resumed"]);
}

#[tokio::test]
async fn undoing_survives_parks_and_crashes() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let claim = bench.claimed().await;
    let undo = Changes { state: Some(State::Undoing), ..Changes::default() };
    let undo = Checkpoint { changes: undo, ..Checkpoint::default() };
    bench.checkpoint(&id, &claim.fence, &undo).await.unwrap();
    bench.park(&id, &claim.fence, &park(0), false).await.unwrap();
    assert_eq!(bench.claimed().await.operation.state, State::Undoing);
    lease_expired().await;
    assert_eq!(bench.claimed().await.operation.state, State::Undoing);
}

#[tokio::test]
async fn what_has_begun_goes_before_what_has_not() {
    let bench = bench().await;
    bench.standing_district().await;
    let first = bench.accepted(&create("one", None)).await.id;
    let claim = bench.claimed().await;
    bench.accepted(&create("two", None)).await;
    bench.release(&first, &claim.fence).await.unwrap();
    assert_eq!(bench.claimed().await.operation.id, first);
}
