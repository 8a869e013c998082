//! Clean runs: what stands before and after each scenario, and where something can go wrong on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bench::{Bench, Manner, Moment};
use crate::case::{self, Case, Run};
use crate::inventory;
use crate::point::Point;
use crate::scenario::{Ask, Scenario};

/// A world in which nothing goes wrong passes no time to settle in; with reads that lag it must outlast them.
pub(crate) const QUICK: Duration = Duration::from_millis(2);

/// Simulated seconds in which everything that goes on by itself comes to rest: instances end, tasks stop.
const SETTLING: u32 = 400;

/// What a run leaves: things on AWS, and records as the API shows them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct World {
    pub(crate) aws: Vec<String>,
    pub(crate) records: Vec<String>,
}

/// A scenario with its clean runs.
pub(crate) struct Recorded {
    pub(crate) scenario: Scenario,
    pub(crate) start: Moment,
    pub(crate) before: World,
    pub(crate) after: World,
    /// The step whose refusal takes everything before it back; none where nothing is taken back.
    pub(crate) refused: Option<String>,
    pub(crate) met: BTreeMap<Run, Vec<Point>>,
    /// What was not as it must be although nothing went wrong.
    pub(crate) wrong: Vec<String>,
}

/// Records all scenarios and draws the cases.
pub(crate) async fn all(bench: &mut Bench, scenarios: Vec<Scenario>) -> (Vec<Recorded>, Vec<Case>, Vec<String>) {
    let mut starts: Vec<(Vec<Ask>, Moment)> = Vec::new();
    let (mut recorded, mut cases, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    let mut known = BTreeSet::new();
    for scenario in scenarios {
        let begun = Instant::now();
        let start = start(bench, &scenario.before, &mut starts).await;
        let one = record(bench, scenario, start).await;
        wrong.extend(one.wrong.iter().cloned());
        println!("{}: {:?}, {} not clean", one.scenario.name(), begun.elapsed(), one.wrong.len());
        for (run, met) in &one.met {
            cases.extend(case::of(recorded.len(), *run, met, &mut known));
        }
        recorded.push(one);
    }
    (recorded, cases, wrong)
}

/// The moment at which everything that a scenario needs stands.
async fn start(bench: &mut Bench, before: &[Ask], starts: &mut Vec<(Vec<Ask>, Moment)>) -> Moment {
    if let Some((_, moment)) = starts.iter().find(|(asks, _)| asks == before) {
        return moment.clone();
    }
    let moment = match before.split_last() {
        None => {
            bench.open(None).await;
            bench.keep().await
        }
        Some((last, earlier)) => {
            let from = Box::pin(start(bench, earlier, starts)).await;
            bench.open(Some(&from)).await;
            let operation = accepted(bench, last).await;
            bench.arm(None, None, &operation).await;
            bench.work(manner(Run::Forward)).await.unwrap();
            let ended = bench.operation(&operation).await;
            assert_eq!(ended["state"], "succeeded", "{last:?}\n{ended:#}");
            bench.sim.advance_until_idle(SETTLING);
            bench.keep().await
        }
    };
    starts.push((before.to_vec(), moment.clone()));
    moment
}

async fn record(bench: &mut Bench, scenario: Scenario, start: Moment) -> Recorded {
    bench.open(Some(&start)).await;
    let before = world(bench).await;
    let mut one =
        Recorded { scenario, start, after: before.clone(), before, refused: None, met: BTreeMap::new(), wrong: vec![] };
    one.clean(bench, Run::Forward, "succeeded").await;
    one.after = world(bench).await;
    one.clean(bench, Run::Parked, "succeeded").await;
    one.compare(bench, Run::Parked).await;
    if !one.scenario.kind.is_deletion() {
        one.refused = Some(last_step(&one.met[&Run::Forward]));
        one.clean(bench, Run::Back, "failed").await;
        one.compare(bench, Run::Back).await;
    }
    one
}

impl Recorded {
    /// A run in which nothing else goes wrong.
    async fn clean(&mut self, bench: &mut Bench, run: Run, wanted: &str) {
        bench.open(Some(&self.start)).await;
        let operation = accepted(bench, &self.scenario.ask).await;
        bench.arm(None, self.refused.clone(), &operation).await;
        let worked = bench.work(manner(run)).await;
        let ended = bench.operation(&operation).await;
        if worked.is_err() || ended["state"] != wanted {
            self.wrong.push(format!("{} {run:?}: {worked:?}\n{ended:#}", self.scenario.name()));
        }
        self.met.insert(run, bench.seam.met());
    }

    /// Whether the world is as it must be after a clean run.
    async fn compare(&mut self, bench: &Bench, run: Run) {
        let wanted = if run == Run::Back { &self.before } else { &self.after };
        let differences = differences(wanted, &world(bench).await);
        if !differences.is_empty() {
            self.wrong.push(format!("{} {run:?}\n  {}", self.scenario.name(), differences.join("\n  ")));
        }
    }
}

/// Sends a request that must be accepted; the operation's id.
pub(crate) async fn accepted(bench: &Bench, ask: &Ask) -> String {
    let (status, answer) = bench.ask(ask.method, &ask.path, ask.body.as_ref()).await;
    assert_eq!(status, 202, "{ask:?}\n{answer:#}");
    answer["operation"]["id"].as_str().unwrap().to_owned()
}

pub(crate) fn manner(run: Run) -> Manner {
    Manner { parks: run == Run::Parked, settle: QUICK }
}

/// The last step to begin that calls AWS.
fn last_step(met: &[Point]) -> String {
    let calls = |step: &str| met.iter().any(|point| matches!(point, Point::Call { step: its, .. } if its == step));
    let started = met.iter().rev().filter_map(|point| match point {
        Point::Entry { entry, step, .. } if entry == "step_started" => Some(step),
        Point::Entry { .. } | Point::Call { .. } | Point::Script { .. } => None,
    });
    started.into_iter().find(|step| calls(step)).cloned().unwrap_or_default()
}

/// What stands, once everything has come to rest.
pub(crate) async fn world(bench: &Bench) -> World {
    bench.sim.advance_until_idle(SETTLING);
    let aws = inventory::lines(&bench.sim.inventory());
    let mut records = Vec::new();
    for path in ["/v1/districts", "/v1/heritages"] {
        let (_, answer) = bench.ask("GET", path, None).await;
        for things in answer.as_object().into_iter().flat_map(|fields| fields.values()) {
            records.extend(things.as_array().into_iter().flatten().map(record_line));
        }
    }
    World { aws, records }
}

/// A record without what tells when and by which operation.
fn record_line(record: &Value) -> String {
    let mut record = record.clone();
    if let Some(fields) = record.as_object_mut() {
        for passing in ["updated_at", "created_at", "conditions", "revision", "status"] {
            fields.remove(passing);
        }
    }
    inventory::plain(&record).to_string()
}

/// In what two worlds differ.
pub(crate) fn differences(wanted: &World, seen: &World) -> Vec<String> {
    let mut differences = inventory::differences(&wanted.aws, &seen.aws);
    differences.extend(inventory::differences(&wanted.records, &seen.records));
    differences
}
