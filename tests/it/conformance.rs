//! What the simulator shows to the Rust SDKs, one named case a behaviour, each with AWS's page that says so.
//!
//! The cases in `tests/aws-sim/conformance` ask by boto3 what comes back. These ask what only a client of another make
//! shows: its paginators, waiters and typed errors, what it retries by itself, and what it makes of a lost connection.

mod autoscaling;
mod credentials;
mod ec2;
mod ecs;
mod elb;
mod iam;
mod logs;
mod retries;
mod route53;
mod simulated;
mod ssm;
