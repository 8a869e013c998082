//! Capacity units that a load balancer keeps ready in each of its zones.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyCapacityReservation.html>
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/capacity-unit-reservation.html>

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::network::Network;
use super::protocol::Protocol;
use super::{State, invalid};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::timing;

/// A reservation may become smaller so many times a day.
const DECREASES_A_DAY: usize = 2;

/// What a load balancer has reserved, and when that was asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct CapacityReservation {
    units: Option<i64>,
    modified: Option<Moment>,
    decreases: Vec<Moment>,
}

impl CapacityReservation {
    /// Whether the last request has not been fulfilled yet.
    fn is_pending(&self, now: Moment) -> bool {
        self.units.is_some() && self.modified.is_some_and(|at| now < at + timing::CAPACITY_RESERVED)
    }

    fn decreases_today(&self, now: Moment) -> usize {
        self.decreases.iter().filter(|at| now - **at < TimeDelta::days(1)).count()
    }

    fn change(&mut self, units: Option<i64>, now: Moment) -> Result<(), AwsError> {
        if self.is_pending(now) {
            let message = "There is a pending capacity reservation.";
            return Err(AwsError::new("CapacityReservationPending", message));
        }
        if units.zip(self.units).is_some_and(|(wanted, there)| wanted < there) {
            if self.decreases_today(now) >= DECREASES_A_DAY {
                let message = "You've exceeded the daily capacity decrease limit for this reservation.";
                return Err(AwsError::new("CapacityDecreaseRequestLimitExceeded", message));
            }
            self.decreases.retain(|at| now - *at < TimeDelta::days(1));
            self.decreases.push(now);
        }
        self.units = units;
        self.modified = Some(now);
        Ok(())
    }

    /// The units are shared evenly by the zones.
    fn render(&self, network: &Network, now: Moment) -> Value {
        let mut tree = json!({
            "DecreaseRequestsRemaining": DECREASES_A_DAY - self.decreases_today(now),
            "CapacityReservationState": [],
        });
        if let Some(at) = self.modified {
            tree["LastModifiedTime"] = iso(at).into();
        }
        if let Some(units) = self.units {
            let is_pending = self.is_pending(now);
            let state = |zone: &String| {
                let mut state = json!({"AvailabilityZone": zone, "State": {"Code": "pending"}});
                if !is_pending {
                    #[allow(clippy::cast_precision_loss, reason = "units are far fewer than a float counts exactly")]
                    let share = units as f64 / network.places.len() as f64;
                    state["State"]["Code"] = "provisioned".into();
                    state["EffectiveCapacityUnits"] = share.into();
                }
                state
            };
            tree["MinimumLoadBalancerCapacity"] = json!({"CapacityUnits": units});
            tree["CapacityReservationState"] = network.places.keys().map(state).collect();
        }
        tree
    }
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeCapacityReservation.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    render(context, input.required("LoadBalancerArn")?)
}

pub(super) fn modify(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("LoadBalancerArn")?;
    let now = context.now;
    let units = input.part("MinimumLoadBalancerCapacity").int("CapacityUnits")?;
    let resets = input.flag("ResetCapacityReservation")?.unwrap_or(false);
    let elbv2 = &mut context.region().elbv2;
    elbv2.load_balancer(arn)?;
    match (units, resets) {
        (None, false) => Err(invalid("You must specify MinimumLoadBalancerCapacity or ResetCapacityReservation")),
        (Some(_), true) => {
            Err(invalid("You cannot specify both MinimumLoadBalancerCapacity and ResetCapacityReservation"))
        }
        (Some(_), false) => check_listeners(elbv2, arn),
        (None, true) => Ok(()),
    }?;
    elbv2.load_balancer_mut(arn)?.capacity.change(units, now)?;
    render(context, arn)
}

fn render(context: &mut Context<'_>, arn: &str) -> Answer {
    let now = context.now;
    let balancer = context.region().elbv2.load_balancer(arn)?;
    Ok(balancer.capacity.render(&balancer.network, now))
}

/// Load balancers with TLS listeners have none.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/network/capacity-unit-reservation.html>
fn check_listeners(elbv2: &State, arn: &str) -> Result<(), AwsError> {
    if elbv2.listeners_of(arn).any(|listener| listener.protocol == Protocol::Tls) {
        let message = "Capacity reservations are not supported for load balancers with TLS listeners";
        return Err(AwsError::new("OperationNotPermitted", message));
    }
    Ok(())
}
