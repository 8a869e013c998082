//! The integration suite: one binary, one file a subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test stumbles over ends it; the helpers beside the test functions as well"
)]

mod absence;
mod account;
mod arrows;
mod cascade;
#[cfg(target_os = "linux")]
mod clocks;
mod compose;
mod conformance;
mod crashes;
mod demo;
mod drift;
mod faults;
mod frames;
mod given;
mod limits;
mod outage;
mod parallel;
mod readme;
mod refusals;
mod replacement;
mod requests;
mod residue;
mod seed;
mod speed;
mod stage;
mod topologies;
mod watching;
