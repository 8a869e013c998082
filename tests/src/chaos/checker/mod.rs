//! The verdict, written apart from the code under test: nothing here names `shared`, `worker` or `api`.
//!
//! It reads only what a run has left in its folder: what clients sent and were answered, when processes lived, every call
//! that AWS saw, and at the end the journals as Redis has them, what is left in Redis, and everything that exists on AWS.

mod accepted;
mod alone;
mod existing;
mod facts;
mod fold;
mod journal;
mod keys;
mod order;
mod queue;
mod spans;
#[cfg(test)]
mod tests;
mod verdict;

pub use facts::Facts;
pub use verdict::{Verdict, Violation};

use std::path::Path;

use anyhow::Result;

/// Reads a folder and says what it proves.
pub fn check(dir: &Path) -> Result<Verdict> {
    Ok(judge(&Facts::read(dir)?))
}

/// All rules.
fn judge(facts: &Facts) -> Verdict {
    let mut verdict = Verdict::default();
    verdict.count_operations(facts);
    accepted::check(facts, &mut verdict);
    keys::check(facts, &mut verdict);
    journal::check(facts, &mut verdict);
    let spans = spans::of(facts);
    order::check(facts, &spans, &mut verdict);
    alone::check(facts, &spans, &mut verdict);
    queue::check(facts, &mut verdict);
    let expected = fold::expected(facts, &spans);
    existing::check(facts, &expected, &mut verdict);
    verdict
}
