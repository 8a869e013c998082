//! How AWS holds back callers that are too fast: token buckets by account, region and class of operation.
//!
//! Off unless asked for. The numbers are in `limit`. Buckets fill by [`super::clock::Clock::pace`]: by simulated time
//! while the clock is stopped, since a test then decides how much time passes, and by real time while it runs, since
//! callers wait in real time, whatever the speed, and would never be held back by a bucket that fills a hundred times as
//! fast.

mod limit;

use std::collections::BTreeMap;

use limit::Limit;

use super::bucket::{Bucket, Capacity};
use super::call_log::Call;
use super::context::Place;
use super::error::AwsError;
use super::faults::named;
use super::service::Service;

/// The buckets that were taken from.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    is_on: bool,
    buckets: BTreeMap<Key, Bucket>,
}

/// Account, region, service, class and what the bucket is for beyond its class.
type Key = (String, String, Service, &'static str, String);

/// What a call takes of one bucket.
struct Toll {
    key: Key,
    capacity: Capacity,
    tokens: f64,
    refusal: AwsError,
}

impl Throttle {
    pub(crate) fn new(is_on: bool) -> Self {
        Self { is_on, buckets: BTreeMap::new() }
    }

    /// All buckets are full again.
    pub(crate) fn refill(&mut self) {
        self.buckets.clear();
    }

    /// Takes what the call costs, or refuses it and takes nothing.
    pub(crate) fn admit(&mut self, call: &Call, place: &Place, now: f64) -> Result<(), AwsError> {
        if !self.is_on {
            return Ok(());
        }
        let tolls = tolls(call, place);
        for toll in &tolls {
            let bucket = self.buckets.entry(toll.key.clone()).or_insert_with(|| Bucket::full(toll.capacity, now));
            if !bucket.holds(toll.tokens, toll.capacity, now) {
                return Err(toll.refusal.clone());
            }
        }
        for toll in &tolls {
            if let Some(bucket) = self.buckets.get_mut(&toll.key) {
                bucket.take(toll.tokens);
            }
        }
        Ok(())
    }
}

/// Everything that a call takes.
fn tolls(call: &Call, place: &Place) -> Vec<Toll> {
    // IAM and Route53 count for the account, whatever region signs.
    let region = if matches!(call.service, Service::Iam | Service::Route53) { "" } else { &place.region };
    let toll = |class: &'static str, of: &str, capacity: Capacity, tokens: f64| Toll {
        key: (place.account.to_string(), region.to_owned(), call.service, class, of.to_owned()),
        capacity,
        tokens,
        refusal: call.service.throttled(),
    };
    let mut tolls = Vec::new();
    if let Some((class, capacity)) = special(call) {
        tolls.push(toll(class, &call.operation, capacity, 1.0));
    } else if let Some(Limit { name, capacity, each, .. }) = limit_of(call) {
        tolls.push(toll(name, if *each { &call.operation } else { "" }, *capacity, 1.0));
    }
    if let Some((class, capacity, tokens)) = resources(call) {
        tolls.push(toll(class, &call.operation, capacity, tokens));
    }
    if call.service == Service::Route53 && call.operation == "ChangeResourceRecordSets" {
        let zone = call.input.get("Id").or_else(|| call.input.get("HostedZoneId"));
        let zone = zone.and_then(serde_json::Value::as_str).unwrap_or_default();
        let refusal = AwsError::new(
            "PriorRequestNotComplete",
            "The request was rejected because Route 53 was still processing a prior request.",
        );
        tolls.push(Toll { refusal, ..toll("zone", zone, limit::ZONE, 1.0) });
    }
    tolls
}

fn limit_of(call: &Call) -> Option<&'static Limit> {
    let names = |limit: &&Limit| limit.operations.iter().any(|pattern| named(pattern, &call.operation));
    limit::of(call.service).iter().find(names)
}

/// Reads of EC2 whose bucket depends on how they ask or who asks.
fn special(call: &Call) -> Option<(&'static str, Capacity)> {
    if call.service != Service::Ec2 || !call.is_read() {
        return None;
    }
    let narrows = ["Filter", "MaxResults", "NextToken"].iter().any(|member| call.input.get(member).is_some());
    if limit::UNFILTERED.contains(&call.operation.as_str()) && !narrows {
        return Some(("unfiltered and unpaginated", limit::UNFILTERED_CAPACITY));
    }
    let from_console = call.user_agent.contains("console.ec2.amazonaws.com");
    from_console.then_some(("console non-mutating", limit::CONSOLE_CAPACITY))
}

/// Tokens for the things that a call makes or ends.
fn resources(call: &Call) -> Option<(&'static str, Capacity, f64)> {
    let number = |member: &str| {
        let value = call.input.get(member)?;
        value.as_f64().or_else(|| value.as_str()?.parse().ok())
    };
    match call.service {
        Service::Ec2 => {
            let (_, capacity) = limit::INSTANCES.iter().find(|(operation, _)| *operation == call.operation)?;
            let listed = call.input.get("InstanceId").and_then(serde_json::Value::as_array).map_or(1, Vec::len);
            let listed = u32::try_from(listed).map_or(f64::MAX, f64::from);
            Some(("instances", *capacity, number("MaxCount").unwrap_or(listed)))
        }
        Service::Ecs if call.operation == "RunTask" => {
            let is_fargate = call.input.get("launchType").is_some_and(|kind| kind == "FARGATE");
            is_fargate.then(|| ("fargate tasks", limit::FARGATE_TASKS, number("count").unwrap_or(1.0)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn passing(service: Service, operation: &str, input: &Value, calls: usize) -> usize {
        let place = Place { account: "123456789012".into(), region: "eu-west-1".into() };
        let mut throttle = Throttle::new(true);
        let call = Call::new(service, operation, "test", "eu-west-1", input.clone());
        (0..calls).filter(|_| throttle.admit(&call, &place, 0.0).is_ok()).count()
    }

    #[test]
    fn a_bucket_of_its_class_limits_each_operation() {
        assert_eq!(passing(Service::Ec2, "DescribeVpcs", &json!({}), 200), 100);
        assert_eq!(passing(Service::Ec2, "DescribeInstances", &json!({}), 200), 50);
        assert_eq!(passing(Service::Ec2, "DescribeInstances", &json!({"MaxResults": "5"}), 200), 100);
        assert_eq!(passing(Service::Ec2, "CreateVpc", &json!({}), 200), 50);
        assert_eq!(passing(Service::Ec2, "RunInstances", &json!({"MaxCount": "1"}), 200), 5);
        assert_eq!(passing(Service::Ec2, "RunInstances", &json!({"MaxCount": "400"}), 200), 2);
        assert_eq!(passing(Service::Ecs, "CreateCluster", &json!({}), 200), 20);
        assert_eq!(passing(Service::ElbV2, "CreateLoadBalancer", &json!({}), 200), 10);
        assert_eq!(passing(Service::Route53, "ListHostedZones", &json!({}), 200), 5);
    }

    #[test]
    fn what_is_named_stands_before_what_is_left() {
        for service in [Service::Ec2, Service::Ecs, Service::Elb, Service::Route53, Service::Iam, Service::Sts] {
            let limits = limit::of(service);
            let rest = limits.iter().position(|limit| limit.operations.contains(&"*"));
            assert!(rest.is_none_or(|rest| rest + 1 == limits.len()), "{service}");
        }
    }
}
