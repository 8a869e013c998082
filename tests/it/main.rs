//! The integration suite: one binary, one file a subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test stumbles over ends it; the helpers beside the test functions as well"
)]

mod account;
mod arrows;
mod compose;
mod conformance;
mod crashes;
mod demo;
mod faults;
mod given;
mod parallel;
mod readme;
mod refusals;
mod requests;
mod seed;
mod speed;
mod topologies;
mod watching;
