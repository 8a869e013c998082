//! A network can be taken apart only from its leaves.

use serde_json::json;

use super::Aws;
use crate::model::service::Service::Ec2;

#[test]
fn a_vpc_goes_only_when_everything_in_it_has_gone() {
    let mut aws = Aws::new();
    let vpc = aws.vpc();
    let (subnet, gateway, group) = (aws.subnet(&vpc, 0), aws.gateway(&vpc), aws.group(&vpc, "web"));
    assert_eq!(aws.refused(Ec2, "DeleteVpc", json!({"VpcId": vpc})), "DependencyViolation");
    assert_eq!(aws.refused(Ec2, "DeleteInternetGateway", json!({"InternetGatewayId": gateway})), "DependencyViolation");
    aws.ok(Ec2, "DeleteSubnet", json!({"SubnetId": subnet}));
    aws.ok(Ec2, "DetachInternetGateway", json!({"InternetGatewayId": gateway, "VpcId": vpc}));
    aws.ok(Ec2, "DeleteInternetGateway", json!({"InternetGatewayId": gateway}));
    assert_eq!(aws.refused(Ec2, "DeleteVpc", json!({"VpcId": vpc})), "DependencyViolation");
    aws.ok(Ec2, "DeleteSecurityGroup", json!({"GroupId": group}));
    aws.ok(Ec2, "DeleteVpc", json!({"VpcId": vpc}));
    assert_eq!(aws.0.pending().0, 0);
    assert_eq!(aws.count("security_groups") + aws.count("route_tables"), 0, "the default ones go with the VPC");
}

#[test]
fn groups_that_refer_to_each_other_go_only_without_their_rules() {
    let mut aws = Aws::new();
    let vpc = aws.vpc();
    let (one, other) = (aws.group(&vpc, "one"), aws.group(&vpc, "other"));
    aws.let_in(&one, &other);
    assert_eq!(aws.refused(Ec2, "DeleteSecurityGroup", json!({"GroupId": other})), "DependencyViolation");
    let permission = json!({"IpProtocol": "tcp", "FromPort": 1, "ToPort": 65535, "Groups": [{"GroupId": other}]});
    aws.ok(Ec2, "RevokeSecurityGroupIngress", json!({"GroupId": one, "IpPermissions": [permission]}));
    aws.ok(Ec2, "DeleteSecurityGroup", json!({"GroupId": other}));
}

#[test]
fn a_nat_gateway_holds_its_address_and_its_subnet_until_it_is_deleted() {
    let mut aws = Aws::new();
    let vpc = aws.vpc();
    let (subnet, _) = (aws.subnet(&vpc, 0), aws.gateway(&vpc));
    let address = aws.made("AllocateAddress", json!({"Domain": "vpc"}), "/allocationId");
    let wanted = json!({"SubnetId": subnet, "AllocationId": address, "ClientToken": "token"});
    let nat = aws.made("CreateNatGateway", wanted.clone(), "/natGateway/natGatewayId");
    assert_eq!(aws.made("CreateNatGateway", wanted, "/natGateway/natGatewayId"), nat);
    aws.pass(120);
    let described = aws.ok(Ec2, "DescribeNatGateways", json!({"NatGatewayId": [nat]}));
    assert_eq!(described["natGatewaySet"][0]["state"], "available");
    aws.ok(Ec2, "DeleteNatGateway", json!({"NatGatewayId": nat}));
    assert_eq!(aws.refused(Ec2, "ReleaseAddress", json!({"AllocationId": address})), "InvalidIPAddress.InUse");
    assert_eq!(aws.refused(Ec2, "DeleteSubnet", json!({"SubnetId": subnet})), "DependencyViolation");
    aws.pass(60);
    aws.ok(Ec2, "ReleaseAddress", json!({"AllocationId": address}));
    aws.ok(Ec2, "DeleteSubnet", json!({"SubnetId": subnet}));
}
