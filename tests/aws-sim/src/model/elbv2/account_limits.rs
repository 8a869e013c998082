//! How much an account may have in a region.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html>

use serde_json::{Value, json};

use super::listing::paged;
use super::load_balancer::Kind;
use super::target_group::TargetGroup;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

const LOAD_BALANCERS: usize = 50;
const TARGET_GROUPS: usize = 3000;
const LISTENERS: usize = 50;
const RULES: usize = 100;
/// Beside the default one.
const CERTIFICATES: usize = 25;
const GROUPS_OF_APPLICATION: usize = 100;
const TARGETS_OF_APPLICATION: usize = 1000;
const TARGETS_OF_NETWORK: usize = 3000;

/// In the order of DescribeAccountLimits.
const NAMES: [(&str, usize); 17] = [
    ("application-load-balancers", LOAD_BALANCERS),
    ("certificates-per-application-load-balancer", CERTIFICATES),
    ("certificates-per-network-load-balancer", CERTIFICATES),
    ("condition-values-per-alb-rule", 5),
    ("condition-wildcards-per-alb-rule", 6),
    ("listeners-per-application-load-balancer", LISTENERS),
    ("listeners-per-network-load-balancer", LISTENERS),
    ("network-load-balancers", LOAD_BALANCERS),
    ("rules-per-application-load-balancer", RULES),
    ("target-groups", TARGET_GROUPS),
    ("target-groups-per-action-on-application-load-balancer", 5),
    ("target-groups-per-action-on-network-load-balancer", 1),
    ("target-groups-per-application-load-balancer", GROUPS_OF_APPLICATION),
    ("targets-per-application-load-balancer", TARGETS_OF_APPLICATION),
    ("targets-per-availability-zone-per-network-load-balancer", 500),
    ("targets-per-network-load-balancer", TARGETS_OF_NETWORK),
    ("targets-per-target-group", TARGETS_OF_APPLICATION),
];

pub(super) fn describe(_context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let row = |(name, most): &(&str, usize)| -> (String, Value) {
        ((*name).to_owned(), json!({"Name": name, "Max": most.to_string()}))
    };
    paged(input, "Limits", NAMES.iter().map(row).collect())
}

/// Whether one more may be made.
pub(super) fn check_load_balancers(kind: Kind, there: usize) -> Result<(), AwsError> {
    below(there, LOAD_BALANCERS, "TooManyLoadBalancers", || {
        format!("The maximum number of load balancers of type '{kind}' has been reached: [{LOAD_BALANCERS}]")
    })
}

/// Whether one more may be made.
pub(super) fn check_target_groups(there: usize) -> Result<(), AwsError> {
    below(there, TARGET_GROUPS, "TooManyTargetGroups", || {
        format!("The maximum number of target groups has been reached: [{TARGET_GROUPS}]")
    })
}

/// Whether one more may be made.
pub(super) fn check_listeners(there: usize) -> Result<(), AwsError> {
    below(there, LISTENERS, "TooManyListeners", || {
        format!("The maximum number of listeners has been reached: [{LISTENERS}]")
    })
}

/// Whether one more may be made.
pub(super) fn check_rules(there: usize) -> Result<(), AwsError> {
    below(there, RULES, "TooManyRules", || format!("The maximum number of rules has been reached: [{RULES}]"))
}

/// Whether there may be so many beside the default one.
pub(super) fn check_certificates(count: usize) -> Result<(), AwsError> {
    below(count, CERTIFICATES + 1, "TooManyCertificates", || {
        "You've reached the limit on the number of certificates per load balancer".to_owned()
    })
}

/// Whether a load balancer may use so many target groups.
pub(super) fn check_groups_of(kind: Kind, count: usize) -> Result<(), AwsError> {
    if kind == Kind::Network {
        return Ok(());
    }
    below(count, GROUPS_OF_APPLICATION + 1, "TooManyUniqueTargetGroupsPerLoadBalancer", || {
        format!(
            "You have reached the maximum number of unique target groups that you can associate with a load balancer of \
             type '{kind}': [{GROUPS_OF_APPLICATION}]"
        )
    })
}

/// Whether a target group may have so many targets.
pub(super) fn check_targets(group: &TargetGroup, count: usize) -> Result<(), AwsError> {
    let most = if group.protocol.is_http() { TARGETS_OF_APPLICATION } else { TARGETS_OF_NETWORK };
    below(count, most + 1, "TooManyTargets", || {
        format!("The maximum number of targets for target group '{}' has been reached: [{most}]", group.arn)
    })
}

fn below(count: usize, limit: usize, code: &'static str, message: impl Fn() -> String) -> Result<(), AwsError> {
    if count < limit { Ok(()) } else { Err(AwsError::new(code, message())) }
}
