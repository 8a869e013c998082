//! Auto Scaling by the SDK's waiters, paginator and typed errors.

use aws_sdk_autoscaling::client::Waiters as _;
use aws_sdk_autoscaling::types::LaunchTemplateSpecification;
use aws_sdk_ec2::types::{InstanceType, RequestLaunchTemplateData};

use crate::account::Account;
use crate::conformance::ec2::{image, network};
use crate::conformance::simulated::{Aws, PATIENCE};

/// A launch template `host`, and the subnet for what is launched by it.
async fn prepare(account: &Account) -> String {
    let (_, subnet) = network(account).await;
    let data = RequestLaunchTemplateData::builder().image_id(image(account).await).instance_type(InstanceType::T3Micro);
    let template = account.ec2.create_launch_template().launch_template_name("host");
    template.launch_template_data(data.build()).send().await.unwrap();
    subnet
}

/// A group of so many instances.
async fn group(account: &Account, name: &str, subnet: &str, size: i32) {
    let template = LaunchTemplateSpecification::builder().launch_template_name("host").build();
    let group = account.autoscaling.create_auto_scaling_group().auto_scaling_group_name(name);
    let group = group.launch_template(template).vpc_zone_identifier(subnet).min_size(size).max_size(size);
    group.send().await.unwrap();
}

/// A group exists at once, is in service when its least size is, and a forced deletion ends it with its instances.
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html>
#[tokio::test]
async fn a_group_comes_into_service_and_goes() {
    let aws = Aws::start().await;
    let account = aws.account();
    let subnet = prepare(&account).await;
    group(&account, "workers", &subnet, 2).await;
    let groups = &account.autoscaling;
    groups.wait_until_group_exists().auto_scaling_group_names("workers").wait(PATIENCE).await.unwrap();
    let waiter = groups.wait_until_group_in_service().auto_scaling_group_names("workers");
    let waited = waiter.wait(PATIENCE).await.unwrap();
    assert_eq!(waited.as_result().unwrap().auto_scaling_groups()[0].instances().len(), 2);
    groups.delete_auto_scaling_group().auto_scaling_group_name("workers").force_delete(true).send().await.unwrap();
    groups.wait_until_group_not_exists().auto_scaling_group_names("workers").wait(PATIENCE).await.unwrap();
}

/// A name that is taken is AlreadyExists, a group with instances ResourceInUse: both errors that the SDK has types for.
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html>
#[tokio::test]
async fn refusals_have_types() {
    let aws = Aws::start().await;
    let account = aws.account();
    let subnet = prepare(&account).await;
    group(&account, "workers", &subnet, 1).await;
    let groups = &account.autoscaling;
    groups.wait_until_group_in_service().auto_scaling_group_names("workers").wait(PATIENCE).await.unwrap();
    let template = LaunchTemplateSpecification::builder().launch_template_name("host").build();
    let again = groups.create_auto_scaling_group().auto_scaling_group_name("workers").launch_template(template);
    let again = again.vpc_zone_identifier(&subnet).min_size(0).max_size(0).send().await.unwrap_err();
    assert!(again.as_service_error().unwrap().is_already_exists_fault(), "{again:?}");
    let used = groups.delete_auto_scaling_group().auto_scaling_group_name("workers").send().await.unwrap_err();
    assert!(used.as_service_error().unwrap().is_resource_in_use_fault(), "{used:?}");
}

/// The SDK's paginator walks through groups, and an unknown name is an empty list, not a refusal.
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html>
#[tokio::test]
async fn groups_come_in_pages() {
    let aws = Aws::start().await;
    let account = aws.account();
    let subnet = prepare(&account).await;
    for name in ["a", "b", "c"] {
        group(&account, name, &subnet, 0).await;
    }
    let mut pages = account.autoscaling.describe_auto_scaling_groups().max_records(2).into_paginator().send();
    let mut sizes = vec![];
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().auto_scaling_groups().len());
    }
    assert_eq!(sizes, [2, 1]);
    let unknown = account.autoscaling.describe_auto_scaling_groups().auto_scaling_group_names("none");
    assert!(unknown.send().await.unwrap().auto_scaling_groups.is_some_and(|groups| groups.is_empty()));
}
