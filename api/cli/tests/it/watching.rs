//! Watching: what is shown, over cut connections, and the status at the end.

use shared::journal::{Entry, Event};
use shared::operation::{Progress, Reason, State};
use shared::problem::{Code, Problem};

use crate::fake::{Fake, ID, end, ended, frames, journal, queued, refused_by_aws, snapshot};

const CREATE: &str = "app create web-app --district dev --image nginx:1.9 --service web --port 80:80 --memory 256";

fn step(name: &str) -> String {
    format!("{name}:web")
}

fn begun() -> Vec<(u64, Event)> {
    vec![
        (1, Event::Claimed { worker: "worker-1".to_owned() }),
        (1, Event::StepStarted { step: step("create_log_group") }),
        (
            2,
            Event::StepSucceeded {
                step: step("create_log_group"),
                resources: vec!["Barcelona/dev/web-app".to_owned()],
                took_ms: 640,
            },
        ),
        (2, Event::StepStarted { step: step("create_service") }),
        (
            3,
            Event::StepRetry {
                step: step("create_service"),
                after_ms: 1500,
                error: Problem::new(Code::AwsUnavailable, "ECS did not answer"),
            },
        ),
    ]
}

fn tasks(done: u64) -> Event {
    let progress = Some(Progress { done, total: 4, unit: "tasks".to_owned() });
    Event::StepProgress { step: step("await_service"), progress, headline: String::new(), resources: vec![] }
}

fn succeeding() -> Vec<Entry> {
    let service = "arn:aws:ecs:us-east-1:123456789012:service/dev/web".to_owned();
    let waiting = Event::StepWaiting {
        step: step("await_service"),
        reason: Reason::Aws,
        headline: "web: 0 of 4 tasks running".to_owned(),
    };
    let parked = Event::Parked { reason: Reason::Aws, until: Default::default() };
    let rest = vec![
        (6, Event::StepSucceeded { step: step("create_service"), resources: vec![service], took_ms: 4000 }),
        (6, Event::StepStarted { step: step("await_service") }),
        (6, waiting),
        (7, parked),
        (20, tasks(2)),
        (21, tasks(2)),
        (40, tasks(4)),
        (61, Event::StepSucceeded { step: step("await_service"), resources: vec![], took_ms: 55_000 }),
        (61, Event::Finished { state: State::Succeeded, error: None }),
    ];
    journal(begun().into_iter().chain(rest).collect())
}

fn failing() -> Vec<Entry> {
    let removed = vec!["Barcelona/dev/web-app".to_owned()];
    let rest = vec![
        (5, Event::StepFailed { step: step("create_service"), error: refused_by_aws() }),
        (5, Event::UndoStarted { why: "failure".to_owned() }),
        (6, Event::StepUndone { step: step("create_log_group"), resources: removed }),
        (6, Event::Finished { state: State::Failed, error: Some(refused_by_aws()) }),
    ];
    journal(begun().into_iter().chain(rest).collect())
}

fn fake(journal: &[Entry]) -> Fake {
    let frames = [snapshot(&queued()), frames(journal), end(journal)];
    Fake::default().stream(&frames)
}

fn accepting(fake: Fake) -> Fake {
    fake.answer("POST /v1/districts/dev/heritages", 202, crate::fake::accepted())
}

#[tokio::test]
async fn a_change_is_watched_line_by_line_until_it_has_succeeded() {
    let ran = accepting(fake(&succeeding())).bcn(CREATE).await;
    insta::assert_snapshot!(ran.stderr);
    assert_eq!(ran.stdout, format!("create_heritage dev/web-app succeeded in 1m 00s ({ID})\n"));
    assert_eq!(ran.status, 0);
}

#[tokio::test]
async fn a_failure_shows_what_aws_said_and_is_not_status_0() {
    let ran = accepting(fake(&failing())).bcn(CREATE).await;
    insta::assert_snapshot!(ran.stderr);
    assert_eq!(ran.stdout, format!("create_heritage dev/web-app failed in 5.0s ({ID})\n"));
    assert_eq!(ran.status, 1);
}

#[tokio::test]
async fn each_ending_has_its_status() {
    for (state, status) in [(State::Cancelled, 3), (State::Superseded, 3), (State::Stuck, 4)] {
        let journal = journal(vec![(1, Event::Finished { state, error: None })]);
        let ran = fake(&journal).bcn(&format!("op watch {ID}")).await;
        assert_eq!(ran.status, status, "{state}: {ran:?}");
    }
}

#[tokio::test]
async fn cancelling_has_succeeded_when_the_operation_ended_cancelled() {
    for (state, status) in [(State::Cancelled, 0), (State::Succeeded, 1), (State::Failed, 1)] {
        let journal = journal(vec![(1, Event::Finished { state, error: None })]);
        let fake = fake(&journal).answer(&format!("POST /v1/operations/{ID}/cancel"), 202, crate::fake::accepted());
        let ran = fake.bcn(&format!("op cancel {ID}")).await;
        assert_eq!(ran.status, status, "{state}: {ran:?}");
    }
}

#[tokio::test]
async fn who_cancels_sees_what_happens_from_then_on_and_no_error() {
    let before = begun();
    let asked = Event::CancelRequested { actor: "token:ci".to_owned() };
    let error = Some(Problem::new(Code::CancelledByRequest, "Somebody asked to cancel it."));
    let after = vec![(5, asked), (6, Event::Finished { state: State::Cancelled, error })];
    let seq = before.len() as u64 + 1;
    let journal = journal(before.into_iter().chain(after).collect());
    let receipt = serde_json::json!({"operation": {"id": ID, "seq": seq}});
    let fake = fake(&journal).answer(&format!("POST /v1/operations/{ID}/cancel"), 202, receipt);
    let ran = fake.bcn(&format!("op cancel {ID}")).await;
    assert_eq!(ran.status, 0);
    assert!(ran.stderr.contains("asked for by token:ci"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("create_log_group") && !ran.stderr.contains("error:"), "{}", ran.stderr);
}

#[tokio::test]
async fn json_is_the_operation_alone_on_stdout() {
    let journal = succeeding();
    let ran = fake(&journal).bcn(&format!("op watch {ID} --output json")).await;
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["operation"], serde_json::to_value(ended(&journal)).unwrap());
}

#[tokio::test]
async fn a_cut_stream_goes_on_after_the_last_entry_that_was_seen() {
    let journal = succeeding();
    let (first, rest) = journal.split_at(4);
    let half_a_frame = "id: 5\nevent: step_st".to_owned();
    let fake = Fake::default()
        .stream(&[snapshot(&queued()), frames(first), half_a_frame])
        .answer(&format!("GET /v1/operations/{ID}/events"), 503, "away")
        .stream(&[frames(&journal[3..6]), frames(rest), end(&journal)]);
    let ran = fake.bcn(&format!("op watch {ID}")).await;
    assert_eq!(ran.status, 0, "{ran:?}");
    let uncut = self::fake(&journal).bcn(&format!("op watch {ID}")).await;
    let without_notice: Vec<_> =
        ran.stderr.lines().filter(|line| !line.starts_with("The connection was cut")).collect();
    assert_eq!(without_notice, uncut.stderr.lines().collect::<Vec<_>>(), "each line once");
    let seen: Vec<_> = fake.seen().into_iter().filter(|seen| seen.line.ends_with("/events")).collect();
    let last: Vec<_> = seen.iter().map(|seen| seen.last_event_id.as_deref()).collect();
    assert_eq!(last, [None, Some("4"), Some("4")]);
}

#[tokio::test]
async fn an_operation_that_has_ended_meanwhile_is_read_once_more() {
    let journal = succeeding();
    let fake = Fake::default()
        .stream(&[snapshot(&queued()), frames(&journal)])
        .answer(&format!("GET /v1/operations/{ID}/events"), 204, "")
        .operation(&ended(&journal));
    assert_eq!(fake.bcn(&format!("op watch {ID}")).await.status, 0);
}
