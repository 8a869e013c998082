//! Load balancers in a network, with instances behind them.

use serde_json::{Value, json};

use super::Aws;
use crate::model::ec2::image;
use crate::model::service::Service::{Ec2, Elb};

/// A VPC with an internet gateway, two subnets and a group for load balancers.
struct Place {
    vpc: String,
    subnets: [String; 2],
    group: String,
}

fn place(aws: &mut Aws) -> Place {
    let vpc = aws.vpc();
    aws.gateway(&vpc);
    let (subnets, group) = ([aws.subnet(&vpc, 0), aws.subnet(&vpc, 1)], aws.group(&vpc, "elb"));
    Place { vpc, subnets, group }
}

fn wanted(place: &Place) -> Value {
    json!({
        "LoadBalancerName": "dev-app-web", "Subnets": place.subnets, "SecurityGroups": [place.group],
        "Listeners": [{"Protocol": "TCP", "LoadBalancerPort": "80", "InstancePort": "8080"}],
    })
}

#[test]
fn creating_twice_is_creating_once_unless_the_settings_differ() {
    let mut aws = Aws::new();
    let place = place(&mut aws);
    let first = aws.ok(Elb, "CreateLoadBalancer", wanted(&place));
    assert_eq!(aws.ok(Elb, "CreateLoadBalancer", wanted(&place)), first);
    let mut other = wanted(&place);
    other["Scheme"] = json!("internal");
    assert_eq!(aws.refused(Elb, "CreateLoadBalancer", other), "DuplicateLoadBalancerName");
    assert_eq!((aws.count("load_balancers"), aws.count("network_interfaces")), (1, 2));
}

#[test]
fn its_interfaces_hold_subnets_and_groups_for_a_while_after_it_has_gone() {
    let mut aws = Aws::new();
    let place = place(&mut aws);
    aws.ok(Elb, "CreateLoadBalancer", wanted(&place));
    aws.ok(Elb, "DeleteLoadBalancer", json!({"LoadBalancerName": "dev-app-web"}));
    aws.ok(Elb, "DeleteLoadBalancer", json!({"LoadBalancerName": "dev-app-web"}));
    let described = json!({"LoadBalancerNames": ["dev-app-web"]});
    assert_eq!(aws.refused(Elb, "DescribeLoadBalancers", described), "LoadBalancerNotFound");
    assert_eq!(aws.refused(Ec2, "DeleteSecurityGroup", json!({"GroupId": place.group})), "DependencyViolation");
    assert_eq!(aws.refused(Ec2, "DeleteSubnet", json!({"SubnetId": place.subnets[0]})), "DependencyViolation");
    aws.pass(60);
    aws.ok(Ec2, "DeleteSecurityGroup", json!({"GroupId": place.group}));
    aws.ok(Ec2, "DeleteSubnet", json!({"SubnetId": place.subnets[0]}));
}

#[test]
fn a_public_one_needs_a_way_to_the_internet_and_one_subnet_a_zone() {
    let mut aws = Aws::new();
    let vpc = aws.vpc();
    let place = Place { subnets: [aws.subnet(&vpc, 0), aws.subnet(&vpc, 2)], group: aws.group(&vpc, "elb"), vpc };
    assert_eq!(aws.refused(Elb, "CreateLoadBalancer", wanted(&place)), "InvalidConfigurationRequest");
    let place = Place { subnets: [aws.subnet(&place.vpc, 4), aws.subnet(&place.vpc, 5)], ..place };
    assert_eq!(aws.refused(Elb, "CreateLoadBalancer", wanted(&place)), "InvalidSubnet");
    aws.gateway(&place.vpc);
    aws.ok(Elb, "CreateLoadBalancer", wanted(&place));
}

#[test]
fn an_instance_on_which_nothing_listens_is_never_in_service_and_leaves_when_it_is_terminated() {
    let mut aws = Aws::new();
    let place = place(&mut aws);
    aws.ok(Elb, "CreateLoadBalancer", wanted(&place));
    let image = image::of_region("eu-west-1").remove(0);
    let instance = json!({"ImageId": image.id, "InstanceType": "t3.small", "MinCount": 1, "MaxCount": 1,
                          "SubnetId": place.subnets[0]});
    let instance = aws.made("RunInstances", instance, "/instancesSet/0/instanceId");
    aws.pass(20);
    let named = json!({"LoadBalancerName": "dev-app-web", "Instances": [{"InstanceId": instance}]});
    aws.ok(Elb, "RegisterInstancesWithLoadBalancer", named.clone());
    let health = |aws: &mut Aws| {
        let states = aws.ok(Elb, "DescribeInstanceHealth", json!({"LoadBalancerName": "dev-app-web"}));
        states["InstanceStates"][0]["Description"].as_str().map(str::to_owned)
    };
    assert_eq!(health(&mut aws).unwrap(), "Instance registration is still in progress.");
    aws.pass(300);
    assert!(health(&mut aws).unwrap().starts_with("Instance has failed at least"));
    aws.ok(Ec2, "TerminateInstances", json!({"InstanceId": [instance]}));
    aws.pass(90);
    assert_eq!(health(&mut aws), None);
    assert_eq!(aws.ok(Elb, "DescribeInstanceHealth", named)["InstanceStates"], json!([]));
}
