//! EC2 by the SDK's waiters and paginators, its times, its blobs and what is absent.

use aws_sdk_ec2::client::Waiters as _;
use aws_sdk_ec2::types::{Filter, InstanceAttributeName, InstanceType};
use aws_sdk_ec2::waiters::instance_running::WaitUntilInstanceRunningError;
use aws_sdk_ec2::waiters::nat_gateway_available::WaitUntilNatGatewayAvailableError;

use crate::account::Account;
use crate::conformance::simulated::{Aws, PATIENCE, refusal};

/// `#!/bin/sh` in base64, as RunInstances takes it.
const SCRIPT: &str = "IyEvYmluL3NoCg==";

/// A VPC with a way to the internet, and a subnet in it.
pub(crate) async fn network(account: &Account) -> (String, String) {
    let ec2 = &account.ec2;
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap().vpc_id.unwrap();
    let gateway = ec2.create_internet_gateway().send().await.unwrap().internet_gateway.unwrap();
    let gateway = gateway.internet_gateway_id.unwrap();
    ec2.attach_internet_gateway().internet_gateway_id(&gateway).vpc_id(&vpc).send().await.unwrap();
    let of_vpc = Filter::builder().name("vpc-id").values(&vpc).build();
    let tables = ec2.describe_route_tables().filters(of_vpc).send().await.unwrap();
    let table = tables.route_tables()[0].route_table_id().unwrap();
    let route = ec2.create_route().route_table_id(table).destination_cidr_block("0.0.0.0/0");
    route.gateway_id(gateway).send().await.unwrap();
    let subnet = ec2.create_subnet().vpc_id(&vpc).cidr_block("10.0.0.0/24").availability_zone("eu-west-1a");
    let subnet = subnet.send().await.unwrap().subnet.unwrap().subnet_id.unwrap();
    (vpc, subnet)
}

/// The newest image for container instances, by its public parameter.
pub(crate) async fn image(account: &Account) -> String {
    let name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id";
    account.ssm.get_parameter().name(name).send().await.unwrap().parameter.unwrap().value.unwrap()
}

/// The id of an instance that is still pending.
pub(crate) async fn instance(account: &Account, subnet: &str, user_data: &str) -> String {
    let launch = account.ec2.run_instances().image_id(image(account).await).instance_type(InstanceType::T3Micro);
    let launch = launch.subnet_id(subnet).user_data(user_data).min_count(1).max_count(1);
    launch.send().await.unwrap().instances()[0].instance_id().unwrap().to_owned()
}

/// Seconds since 1970 at which an instance was launched.
async fn launched(account: &Account, id: &str) -> i64 {
    let found = account.ec2.describe_instances().instance_ids(id).send().await.unwrap();
    found.reservations()[0].instances()[0].launch_time().unwrap().secs()
}

/// The SDK's waiters see a pending instance run, and later pass its checks.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html>
#[tokio::test]
async fn an_instance_runs_and_passes_its_checks() {
    let aws = Aws::start().await;
    let account = aws.account();
    let (_, subnet) = network(&account).await;
    let id = instance(&account, &subnet, SCRIPT).await;
    account.ec2.wait_until_instance_running().instance_ids(&id).wait(PATIENCE).await.unwrap();
    let checks = account.ec2.describe_instance_status().instance_ids(&id).send().await.unwrap();
    let status = checks.instance_statuses()[0].instance_status().unwrap().status().unwrap().as_str();
    assert_eq!(status, "initializing");
    account.ec2.wait_until_instance_status_ok().instance_ids(&id).wait(PATIENCE).await.unwrap();
}

/// A waiter for a running instance gives up at once when the instance is on its way out, and another sees it go.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html>
#[tokio::test]
async fn an_instance_on_its_way_out_never_runs() {
    let aws = Aws::start().await;
    let account = aws.account();
    let (_, subnet) = network(&account).await;
    let id = instance(&account, &subnet, SCRIPT).await;
    account.ec2.wait_until_instance_running().instance_ids(&id).wait(PATIENCE).await.unwrap();
    account.ec2.terminate_instances().instance_ids(&id).send().await.unwrap();
    let waited = account.ec2.wait_until_instance_running().instance_ids(&id).wait(PATIENCE).await;
    assert!(matches!(waited, Err(WaitUntilInstanceRunningError::FailureState(_))), "{waited:?}");
    account.ec2.wait_until_instance_terminated().instance_ids(&id).wait(PATIENCE).await.unwrap();
}

/// A NAT gateway becomes available, is deleted, and can be described as deleted for a while.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html>
#[tokio::test]
async fn a_nat_gateway_stays_describable_after_its_end() {
    let aws = Aws::start().await;
    let account = aws.account();
    let (_, subnet) = network(&account).await;
    let address = account.ec2.allocate_address().send().await.unwrap().allocation_id.unwrap();
    let made = account.ec2.create_nat_gateway().subnet_id(subnet).allocation_id(address).send().await.unwrap();
    let id = made.nat_gateway().unwrap().nat_gateway_id().unwrap();
    account.ec2.wait_until_nat_gateway_available().nat_gateway_ids(id).wait(PATIENCE).await.unwrap();
    account.ec2.delete_nat_gateway().nat_gateway_id(id).send().await.unwrap();
    let waited = account.ec2.wait_until_nat_gateway_available().nat_gateway_ids(id).wait(PATIENCE).await;
    assert!(matches!(waited, Err(WaitUntilNatGatewayAvailableError::FailureState(_))), "{waited:?}");
    account.ec2.wait_until_nat_gateway_deleted().nat_gateway_ids(id).wait(PATIENCE).await.unwrap();
    let found = account.ec2.describe_nat_gateways().nat_gateway_ids(id).send().await.unwrap();
    assert!(found.nat_gateways()[0].delete_time() > found.nat_gateways()[0].create_time(), "{found:?}");
}

/// The SDK's paginator walks through subnets five at a time, and meets each once.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html>
#[tokio::test]
async fn subnets_come_in_pages() {
    let aws = Aws::start().await;
    let account = aws.account();
    let (vpc, _) = network(&account).await;
    for third in 1..7 {
        let subnet = account.ec2.create_subnet().vpc_id(&vpc).cidr_block(format!("10.0.{third}.0/24"));
        subnet.send().await.unwrap();
    }
    let mut pages = account.ec2.describe_subnets().into_paginator().page_size(5).send();
    let (mut sizes, mut blocks) = (vec![], vec![]);
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.subnets().len());
        blocks.extend(page.subnets().iter().filter_map(|it| it.cidr_block()).map(str::to_owned));
    }
    blocks.sort();
    assert_eq!(sizes, [5, 2]);
    assert_eq!(blocks, (0..7).map(|third| format!("10.0.{third}.0/24")).collect::<Vec<_>>());
}

/// Launch times are moments that the SDK reads: instances made a minute apart are sixty seconds apart.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html>
#[tokio::test]
async fn launch_times_are_moments() {
    let aws = Aws::start().await;
    let account = aws.account();
    let (_, subnet) = network(&account).await;
    let first = instance(&account, &subnet, SCRIPT).await;
    aws.advance(60).await;
    let second = instance(&account, &subnet, SCRIPT).await;
    assert_eq!(launched(&account, &second).await - launched(&account, &first).await, 60);
}

/// User data goes in and comes back as base64, which the SDK leaves as it is.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceAttribute.html>
#[tokio::test]
async fn user_data_comes_back_as_it_was_sent() {
    let aws = Aws::start().await;
    let account = aws.account();
    let (_, subnet) = network(&account).await;
    let id = instance(&account, &subnet, SCRIPT).await;
    let asked = account.ec2.describe_instance_attribute().instance_id(id).attribute(InstanceAttributeName::UserData);
    let found = asked.send().await.unwrap();
    assert_eq!(found.user_data().unwrap().value(), Some(SCRIPT));
}

/// A list without members is there and empty, and members that do not hold are absent.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html>
#[tokio::test]
async fn an_empty_list_is_a_list() {
    let aws = Aws::start().await;
    let account = aws.account();
    let found = account.ec2.describe_vpcs().send().await.unwrap();
    assert!(found.vpcs.is_some_and(|vpcs| vpcs.is_empty()));
    assert_eq!(found.next_token, None);
    let (_, subnet) = network(&account).await;
    let id = instance(&account, &subnet, SCRIPT).await;
    let found = account.ec2.describe_instances().instance_ids(id).send().await.unwrap();
    let instance = &found.reservations()[0].instances()[0];
    assert_eq!((instance.public_ip_address(), instance.key_name()), (None, None));
}

/// A dry run is refused in both cases: DryRunOperation says that the call would have passed, and nothing is made.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html>
#[tokio::test]
async fn a_dry_run_makes_nothing() {
    let aws = Aws::start().await;
    let account = aws.account();
    let tried = account.ec2.create_vpc().cidr_block("10.0.0.0/16").dry_run(true).send().await;
    assert_eq!(refusal(tried), "DryRunOperation");
    assert_eq!(account.ec2.describe_vpcs().send().await.unwrap().vpcs().len(), 0);
}
