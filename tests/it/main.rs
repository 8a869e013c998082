//! The integration suite: one binary, one file a subject.

mod account;
mod arrows;
mod crashes;
mod refusals;
mod seed;
