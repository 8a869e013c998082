//! What uses a certificate: load balancers of its account and region.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::context::Context;
use crate::model::{elb, elbv2};

/// The ARNs of the load balancers with the certificate.
pub(super) fn of(context: &mut Context<'_>, arn: &str) -> Vec<String> {
    all(context).remove(arn).unwrap_or_default().into_iter().collect()
}

/// The same for every certificate that is used.
pub(super) fn all(context: &mut Context<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let prefix = context.arn("elasticloadbalancing", "loadbalancer/");
    let region = context.region();
    let classic = elb::certificates(&region.elb).map(|(certificate, name)| (certificate, format!("{prefix}{name}")));
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (certificate, balancer) in classic.chain(elbv2::certificates(&region.elbv2)) {
        used.entry(certificate).or_default().insert(balancer);
    }
    used
}
