//! How much an account may have in a region.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-limits.html>

use serde_json::{Value, json};

use super::invalid;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

const LOAD_BALANCERS: usize = 20;
const LISTENERS: usize = 100;
const NAMES: [(&str, usize); 3] = [
    ("classic-load-balancers", LOAD_BALANCERS),
    ("classic-listeners", LISTENERS),
    ("classic-registered-instances", 1000),
];

/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeAccountLimits.html>
pub(super) fn describe(_context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let row = |(name, most): &(&str, usize)| -> (String, Value) {
        ((*name).to_owned(), json!({"Name": name, "Max": most.to_string()}))
    };
    let size = input.int("PageSize")?.and_then(|size| usize::try_from(size).ok());
    let page = page::cut(NAMES.iter().map(row).collect(), size, input.text("Marker"));
    let (limits, next) = page.ok_or_else(|| invalid("The marker is not valid"))?;
    Ok(json!({ "Limits": limits, "NextMarker": next }))
}

/// Whether one more may be made.
pub(super) fn check_load_balancers(there: usize) -> Result<(), AwsError> {
    if there < LOAD_BALANCERS {
        return Ok(());
    }
    let message = format!("The maximum number of load balancers has been reached: [{LOAD_BALANCERS}]");
    Err(AwsError::new("TooManyLoadBalancers", message))
}

/// Whether a load balancer may have so many listeners.
pub(super) fn check_listeners(count: usize) -> Result<(), AwsError> {
    if count <= LISTENERS {
        return Ok(());
    }
    Err(invalid(format!("The maximum number of listeners per load balancer is {LISTENERS}")))
}
