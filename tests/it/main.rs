//! The integration suite: one binary, one file a subject.

mod account;
mod arrows;
mod compose;
mod crashes;
mod demo;
mod parallel;
mod readme;
mod refusals;
mod requests;
mod seed;
mod speed;
mod watching;
