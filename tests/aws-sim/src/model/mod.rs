//! The state of AWS and the rules by which it changes; no HTTP in here.
//!
//! A service is a module with its state, a table of its operations (`handler`), its events over time (`on_event`) and
//! what it has to show (`inventory`). Operations take an [`input::Input`] and answer a JSON tree with AWS's wire names.

pub(crate) mod acm;
pub(crate) mod application_autoscaling;
pub(crate) mod authorize;
pub(crate) mod autoscaling;
pub(crate) mod bucket;
pub(crate) mod call_log;
pub(crate) mod clock;
pub(crate) mod context;
pub(crate) mod delivery;
pub(crate) mod ec2;
pub(crate) mod ecr;
pub(crate) mod ecs;
pub(crate) mod elb;
pub(crate) mod elbv2;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod events;
pub(crate) mod faults;
pub(crate) mod iam;
pub(crate) mod ids;
pub(crate) mod input;
pub(crate) mod inventory;
pub(crate) mod logs;
pub(crate) mod page;
pub(crate) mod pairs;
pub(crate) mod part;
pub(crate) mod passing;
pub(crate) mod region;
pub(crate) mod route53;
pub(crate) mod schedule_expression;
pub(crate) mod scheduler;
pub(crate) mod secretsmanager;
pub(crate) mod service;
pub(crate) mod servicediscovery;
pub(crate) mod shape;
pub(crate) mod shared;
pub(crate) mod ssm;
pub(crate) mod sts;
pub(crate) mod tags;
pub(crate) mod throttle;
pub(crate) mod timing;
pub(crate) mod world;

#[cfg(test)]
mod tests;
