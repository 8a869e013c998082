//! The crash-anywhere matrix: every workflow, every step, every fault, without a line for any of them.
//!
//! A clean run of each scenario records where something can go wrong; each of these places with each fault that applies is
//! a case, which runs in a namespace of its own from the moment before the request. `BARCELONA_MATRIX_CASES=all` runs all of
//! them, else a sample that `BARCELONA_MATRIX_SEED` draws; `BARCELONA_MATRIX_CASE` runs the one of that name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test stumbles over ends it; the helpers beside the test functions as well"
)]

mod aws;
mod bench;
mod case;
mod check;
mod document;
mod inventory;
mod lanes;
mod point;
mod proxy;
mod record;
mod resp;
mod scenario;
mod seam;

use std::time::Duration;

#[test]
fn whatever_breaks_wherever_the_world_is_as_asked_or_as_before() {
    let plan = lanes::record();
    assert!(plan.wrong.is_empty(), "clean runs are not clean:\n{}", plan.wrong.join("\n"));
    if lanes::setting("BARCELONA_MATRIX_CASE").is_none() {
        check_document(&plan);
    }
    let chosen = lanes::chosen(&plan);
    let results = lanes::run(&plan, &chosen);
    lanes::print(&plan, &results);
    let failed: Vec<_> = results.iter().filter(|result| !result.wrong.is_empty()).collect();
    for result in &failed {
        let name = plan.name(result.case);
        println!("\n{name}\n  BARCELONA_MATRIX_CASE='{name}' make matrix\n  {}", result.wrong.join("\n  "));
    }
    let took: Duration = results.iter().map(|result| result.took).sum();
    println!("{} cases, {} failed, {:?} a case", results.len(), failed.len(), took / results.len().max(1) as u32);
    assert!(failed.is_empty(), "{} of {} cases failed", failed.len(), results.len());
}

fn check_document(plan: &lanes::Plan) {
    if lanes::setting("BARCELONA_MATRIX_WRITE").is_some() {
        document::write(plan);
    }
    let missing = document::missing(plan);
    assert!(missing.is_empty(), "`make matrix` writes docs/reliability.md, which lacks\n{}", missing.join("\n"));
}
