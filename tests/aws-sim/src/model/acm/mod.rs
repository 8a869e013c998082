//! Certificate Manager: certificates that are issued once their records are in DNS.

use super::context::{Context, Handler};
use super::inventory::Item;

/// What ACM has in one region.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {}

/// What a load balancer can do with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "there are no certificates yet")]
pub(crate) enum Usability {
    Usable,
    /// It is not issued.
    Unusable,
    Missing,
}

/// Whether a load balancer of this account and region may use a certificate.
pub(crate) fn usability(_context: &mut Context<'_>, _arn: &str) -> Usability {
    Usability::Missing
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(_operation: &str) -> Option<Handler> {
    None
}

/// What exists.
pub(crate) fn inventory(_state: &State) -> Vec<Item> {
    Vec::new()
}
