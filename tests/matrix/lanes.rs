//! Cases run one after the other on a bench, and on as many benches side by side as there are cores.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rand::seq::SliceRandom as _;
use rand::{SeedableRng as _, rngs::StdRng};
use tokio::runtime::{Builder, Runtime};

use crate::bench::Bench;
use crate::case::{Case, Column};
use crate::record::{self, Recorded};
use crate::{check, scenario};

/// Cases of a sample.
const SAMPLE: usize = 120;

/// All scenarios and all cases.
pub(crate) struct Plan {
    pub(crate) recorded: Vec<Recorded>,
    pub(crate) cases: Vec<Case>,
    /// What was not as it must be in the clean runs.
    pub(crate) wrong: Vec<String>,
}

/// What came of a case.
pub(crate) struct Outcome {
    pub(crate) case: usize,
    pub(crate) wrong: Vec<String>,
    pub(crate) took: Duration,
}

impl Plan {
    /// A case's name, the same in every run.
    pub(crate) fn name(&self, case: usize) -> String {
        let case = &self.cases[case];
        let run = format!("{:?}", case.run).to_lowercase();
        format!("{}/{run}/{}", self.recorded[case.scenario].scenario.name(), case.fault)
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Records all scenarios.
pub(crate) fn record() -> Plan {
    let begun = Instant::now();
    let (recorded, cases, wrong) = runtime().block_on(async {
        let mut bench = Bench::start().await;
        bench.keep_writes(false).await;
        let mut scenarios = scenario::all();
        // One case needs its own scenario only.
        if let Some(wanted) = setting("BARCELONA_MATRIX_CASE") {
            scenarios.retain(|scenario| wanted.starts_with(&scenario.name()));
        }
        record::all(&mut bench, scenarios).await
    });
    println!("{} scenarios recorded in {:?}: {} cases", recorded.len(), begun.elapsed(), cases.len());
    Plan { recorded, cases, wrong }
}

/// An environment variable that is set to something.
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The cases that are asked for: one, all, or a sample.
pub(crate) fn chosen(plan: &Plan) -> Vec<usize> {
    let all: Vec<_> = (0..plan.cases.len()).collect();
    if let Some(wanted) = setting("BARCELONA_MATRIX_CASE") {
        let chosen: Vec<_> = all.into_iter().filter(|case| plan.name(*case).contains(&wanted)).collect();
        assert!(!chosen.is_empty(), "there is no case {wanted}");
        return chosen;
    }
    if setting("BARCELONA_MATRIX_CASES").is_some_and(|which| which == "all") {
        return all;
    }
    let seed = setting("BARCELONA_MATRIX_SEED").map_or(1, |seed| seed.parse().unwrap());
    println!("BARCELONA_MATRIX_SEED={seed}");
    let mut sample = all;
    sample.shuffle(&mut StdRng::seed_from_u64(seed));
    sample.truncate(SAMPLE);
    sample
}

/// Runs cases side by side.
pub(crate) fn run(plan: &Plan, chosen: &[usize]) -> Vec<Outcome> {
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let lanes = thread::available_parallelism().map_or(1, usize::from).min(chosen.len());
    thread::scope(|scope| {
        for _ in 0..lanes {
            scope.spawn(|| {
                runtime().block_on(async {
                    let mut bench = Bench::start().await;
                    while let Some(case) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let outcome = one(&mut bench, plan, *case).await;
                        outcomes.lock().unwrap().push(outcome);
                    }
                });
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap();
    outcomes.sort_by_key(|outcome| outcome.case);
    outcomes
}

async fn one(bench: &mut Bench, plan: &Plan, case: usize) -> Outcome {
    let begun = Instant::now();
    let it = &plan.cases[case];
    let wrong = check::run(bench, it, &plan.recorded[it.scenario]).await;
    if !wrong.is_empty() {
        println!("FAILED {}: {}", plan.name(case), wrong[0]);
    }
    Outcome { case, wrong, took: begun.elapsed() }
}

/// Prints workflow × fault: cases, passed.
pub(crate) fn print(plan: &Plan, outcomes: &[Outcome]) {
    let mut table: BTreeMap<(String, Column), (usize, usize, Duration)> = BTreeMap::new();
    for outcome in outcomes {
        let case = &plan.cases[outcome.case];
        let kind = plan.recorded[case.scenario].scenario.kind.to_string();
        let cell = table.entry((kind, case.column)).or_default();
        cell.0 += 1;
        cell.1 += usize::from(outcome.wrong.is_empty());
        cell.2 += outcome.took;
    }
    for ((kind, column), (cases, passed, took)) in table {
        println!("{kind:<20} {:<48} {cases:>5} cases {passed:>5} passed {took:>10.1?}", column.title());
    }
}
