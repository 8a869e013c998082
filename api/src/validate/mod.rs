//! Everything that a request's body and query show by themselves, checked completely: all that is wrong is told at once,
//! each with a JSON pointer.
//!
//! Each file reads one kind of body into a typed request. What depends on what stands is checked by `accept`.

pub mod district;
pub mod env_vars;
pub mod environment;
pub mod fields;
pub mod findings;
mod given;
pub mod heritage;
mod image;
pub mod port;
pub mod query;
pub mod scale;
pub mod service;

pub use findings::Findings;

/// The most container instances of a cluster, and the most tasks of a service.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>
pub const MOST: u32 = 5_000;

/// The part of a sentence about a value that is not what it should be, or nothing.
type Verdict = Result<(), String>;
