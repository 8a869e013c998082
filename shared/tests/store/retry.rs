//! Retrying: the next attempt of the same operation, unless the world has moved on.

use shared::operation::{Residue, State, Step, StepState};
use shared::resource::Lifecycle;
use shared::store::{Changes, Checkpoint, Finish, Refusal, StepRecord, StoreError};

use crate::fixture::{bench, create, district, ending, name, provision};

fn step(name: &str, index: u32, state: StepState) -> StepRecord {
    let view = Step { name: name.into(), state, attempt: 1, resources: vec!["r".into()], ..Step::default() };
    StepRecord { view, index, note: Some(serde_json::json!({"before": []})), failures: 3, ..StepRecord::default() }
}

#[tokio::test]
async fn a_retry_keeps_what_succeeded_and_goes_on_in_the_same_journal() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    let id = bench.accepted(&bench.deploy("web").await).await.id;
    let claim = bench.claimed().await;
    let steps = vec![step("first", 0, StepState::Succeeded), step("second", 1, StepState::Undone)];
    let checkpoint = Checkpoint { steps, ..Checkpoint::default() };
    let finish = Finish { checkpoint, ..ending(&claim, State::Failed) };
    bench.finish(&id, &claim.fence, &finish).await.unwrap();

    let retried = bench.retry(&id, "token:me").await.unwrap().unwrap().operation;
    assert_eq!((retried.state, retried.attempt, retried.percent), (State::Queued, 2, 0));
    let claim = bench.claimed().await;
    assert_eq!(claim.target, None);
    assert_eq!(claim.steps[0], step("first", 0, StepState::Succeeded));
    assert_eq!((claim.steps[1].view.state, &claim.steps[1].note), (StepState::Pending, &None));
    assert_eq!(bench.journalled(&id).await, ["accepted", "claimed", "finished", "accepted", "claimed"]);
    let attempts: Vec<_> = bench.journal(&id, 0, 10).await.unwrap().iter().map(|entry| entry.attempt).collect();
    assert_eq!(attempts, [1, 1, 1, 2, 2]);
}

#[tokio::test]
async fn a_retry_of_what_left_something_keeps_its_target_for_the_record_stands_between_before_and_after() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    let target = serde_json::json!({"before": "one", "after": "two"});
    for (state, residue, kept) in
        [(State::Stuck, true, true), (State::Failed, true, true), (State::Failed, false, false)]
    {
        let id = bench.accepted(&bench.deploy("web").await).await.id;
        let claim = bench.claimed().await;
        let left = Residue { step: "s".into(), resource: "r".into(), why: "held".into() };
        let residue = Some(if residue { vec![left] } else { vec![] });
        let changes = Changes { target: Some(target.clone()), residue, ..Changes::default() };
        let checkpoint = Checkpoint { changes, ..Checkpoint::default() };
        bench.finish(&id, &claim.fence, &Finish { checkpoint, ..ending(&claim, state) }).await.unwrap();
        bench.retry(&id, "token:me").await.unwrap();
        let claim = bench.claimed().await;
        assert_eq!(claim.target, kept.then(|| target.clone()), "{state}");
        bench.end(&claim, State::Succeeded).await;
    }
}

#[tokio::test]
async fn a_retried_create_takes_its_name_and_ports_again() {
    let bench = bench().await;
    bench.standing_district().await;
    let id = bench.accepted(&create("web", Some(10_000))).await.id;
    let claim = bench.claimed().await;
    bench.end(&claim, State::Failed).await;
    assert!(bench.ports(&district()).await.unwrap().is_empty());
    bench.retry(&id, "token:me").await.unwrap();
    let view = bench.heritage(&district(), &name("web")).await.unwrap().unwrap();
    assert_eq!(view.heritage.state, Lifecycle::Creating);
    assert_eq!(bench.ports(&district()).await.unwrap(), [10_000]);
    assert_eq!(bench.succeed_next().await, id);
}

#[tokio::test]
async fn a_retry_whose_port_is_taken_or_whose_name_was_given_away_is_refused() {
    let bench = bench().await;
    bench.standing_district().await;
    let first = bench.accepted(&create("web", Some(10_000))).await.id;
    let claim = bench.claimed().await;
    bench.end(&claim, State::Failed).await;
    bench.accepted(&create("api", Some(10_000))).await;
    let refused = bench.retry(&first, "token:me").await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::Reserved(port))) if port == "10000"));
    let second = bench.accepted(&create("web", None)).await.id;
    let refused = bench.retry(&first, "token:me").await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::SupersededByLater(later))) if later == second));
}

#[tokio::test]
async fn only_what_failed_was_cancelled_or_is_stuck_is_retried() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let refused = bench.retry(&id, "token:me").await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::WrongState(State::Queued)))));
    let claim = bench.claimed().await;
    bench.end(&claim, State::Succeeded).await;
    let refused = bench.retry(&id, "token:me").await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::WrongState(State::Succeeded)))));
}

#[tokio::test]
async fn a_retry_takes_a_new_place_at_the_end() {
    let bench = bench().await;
    bench.standing_district().await;
    let cancelled = bench.accepted(&create("web", None)).await.id;
    bench.cancel(&cancelled, "token:me").await.unwrap();
    bench.accepted(&bench.update_district().await).await;
    bench.retry(&cancelled, "token:me").await.unwrap();
    let first = bench.claimed().await.operation.id;
    assert_ne!(first, cancelled);
    assert_eq!(bench.claimed().await.operation.id, cancelled);
}
