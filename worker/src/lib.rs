//! Barcelona's worker: takes operations off the queue and runs them as workflows of steps on AWS.
//!
//! `queue` brings claimed operations, `workflows` says what each kind does, `engine` runs it, `aws` talks to AWS.

pub mod aws;
pub mod config;
pub mod engine;
pub mod queue;
pub mod workflows;
