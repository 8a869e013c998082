//! Classic load balancers by the SDK's paginator, waiter and typed errors.

use aws_sdk_elasticloadbalancing::client::Waiters as _;
use aws_sdk_elasticloadbalancing::types::{Instance, Listener};

use crate::account::Account;
use crate::conformance::ec2::{instance, network};
use crate::conformance::simulated::{Aws, PATIENCE};

/// A load balancer in a subnet.
async fn balancer(account: &Account, name: &str, subnet: &str) {
    let listener = Listener::builder().protocol("TCP").load_balancer_port(80).instance_port(80).build().unwrap();
    let made = account.elb.create_load_balancer().load_balancer_name(name).subnets(subnet).listeners(listener);
    made.send().await.unwrap();
}

/// The SDK's paginator follows NextMarker, and meets each load balancer once.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancers.html>
#[tokio::test]
async fn load_balancers_come_in_pages() {
    let aws = Aws::start().await;
    let account = aws.account();
    let (_, subnet) = network(&account).await;
    for name in ["a", "b", "c"] {
        balancer(&account, name, &subnet).await;
    }
    let mut pages = account.elb.describe_load_balancers().page_size(2).into_paginator().send();
    let mut names: Vec<Vec<String>> = vec![];
    while let Some(page) = pages.next().await {
        let found = page.unwrap().load_balancer_descriptions.unwrap();
        names.push(found.into_iter().filter_map(|it| it.load_balancer_name).collect());
    }
    assert_eq!(names, [vec!["a", "b"], vec!["c"]]);
}

/// A load balancer that is not there is told as LoadBalancerNotFound, for which the SDK's type has an older name.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancers.html>
#[tokio::test]
async fn a_load_balancer_that_is_missing_has_a_type() {
    let aws = Aws::start().await;
    let account = aws.account();
    let refused = account.elb.describe_load_balancers().load_balancer_names("none").send().await.unwrap_err();
    let refused = refused.into_service_error();
    assert!(refused.is_access_point_not_found_exception(), "{refused:?}");
    assert_eq!(refused.meta().code(), Some("LoadBalancerNotFound"));
}

/// An instance is known as soon as it is registered, and is out of service while nothing listens on it.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-healthchecks.html>
#[tokio::test]
async fn an_instance_without_listener_stays_out_of_service() {
    let aws = Aws::start().await;
    let account = aws.account();
    let (_, subnet) = network(&account).await;
    balancer(&account, "web", &subnet).await;
    let id = instance(&account, &subnet, "").await;
    aws.advance(60).await;
    let register = account.elb.register_instances_with_load_balancer().load_balancer_name("web");
    register.instances(Instance::builder().instance_id(&id).build()).send().await.unwrap();
    aws.advance(120).await;
    let health = account.elb.describe_instance_health().load_balancer_name("web").send().await.unwrap();
    let state = &health.instance_states()[0];
    assert_eq!((state.instance_id(), state.state()), (Some(id.as_str()), Some("OutOfService")));
    let waiter = account.elb.wait_until_instance_deregistered().load_balancer_name("web");
    waiter.wait(PATIENCE).await.unwrap();
}
