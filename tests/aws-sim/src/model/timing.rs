//! How long things take on AWS, in one place. All in simulated time.

use chrono::TimeDelta;

/// From RunInstances to `running`.
pub(crate) const INSTANCE_PENDING: TimeDelta = TimeDelta::seconds(12);
/// From TerminateInstances to `terminated`.
pub(crate) const INSTANCE_SHUTTING_DOWN: TimeDelta = TimeDelta::seconds(35);
/// From `running` to the ECS agent's registration: boot, docker and the agent's start.
pub(crate) const AGENT_JOINS: TimeDelta = TimeDelta::seconds(25);
/// How often an agent that cannot reach ECS tries again.
pub(crate) const AGENT_TRIES_AGAIN: TimeDelta = TimeDelta::seconds(30);
/// A NAT gateway's way to `available`.
pub(crate) const NAT_GATEWAY_PENDING: TimeDelta = TimeDelta::seconds(90);
/// A NAT gateway's way from `deleting` to `deleted`.
pub(crate) const NAT_GATEWAY_DELETING: TimeDelta = TimeDelta::seconds(45);
/// How long terminated instances and deleted NAT gateways are still described.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html>
pub(crate) const STILL_DESCRIBED: TimeDelta = TimeDelta::hours(1);
/// From a change of an Auto Scaling group to the launch or termination that it asks for.
pub(crate) const SCALING_REACTS: TimeDelta = TimeDelta::seconds(5);
/// How often an Auto Scaling group looks for instances that have gone or are unhealthy.
pub(crate) const SCALING_CHECKS: TimeDelta = TimeDelta::seconds(30);
/// How long a lifecycle hook waits that does not say how long.
pub(crate) const LIFECYCLE_HOOK_WAITS: TimeDelta = TimeDelta::hours(1);
/// How long role credentials last that do not say how long.
pub(crate) const SESSION_LASTS: TimeDelta = TimeDelta::hours(1);
/// How long the network interfaces of a deleted load balancer stay.
pub(crate) const LOAD_BALANCER_INTERFACES_STAY: TimeDelta = TimeDelta::seconds(40);
/// From a change of records until all name servers know it.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html>
pub(crate) const NAME_SERVERS_LEARN: TimeDelta = TimeDelta::seconds(30);
