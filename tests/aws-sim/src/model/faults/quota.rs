//! A quota is reached: the code that each operation has for it.

use crate::model::error::AwsError;
use crate::model::service::Service;

/// EC2's codes, which no model lists. <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
const EC2: [(&str, &str, &str); 14] = [
    ("CreateVpc", "VpcLimitExceeded", "The maximum number of VPCs has been reached."),
    ("CreateSubnet", "SubnetLimitExceeded", "The maximum number of subnets has been reached."),
    (
        "CreateInternetGateway",
        "InternetGatewayLimitExceeded",
        "The maximum number of internet gateways has been reached.",
    ),
    ("CreateNatGateway", "NatGatewayLimitExceeded", "The maximum number of NAT gateways has been reached."),
    ("AllocateAddress", "AddressLimitExceeded", "The maximum number of addresses has been reached."),
    ("CreateRouteTable", "RouteTableLimitExceeded", "The maximum number of route tables has been reached."),
    ("CreateRoute", "RouteLimitExceeded", "The maximum number of routes has been reached."),
    ("CreateSecurityGroup", "SecurityGroupLimitExceeded", "The maximum number of security groups has been reached."),
    (
        "AuthorizeSecurityGroupIngress",
        "RulesPerSecurityGroupLimitExceeded",
        "The maximum number of rules per security group has been reached.",
    ),
    (
        "AuthorizeSecurityGroupEgress",
        "RulesPerSecurityGroupLimitExceeded",
        "The maximum number of rules per security group has been reached.",
    ),
    ("CreateNetworkAcl", "NetworkAclLimitExceeded", "The maximum number of network ACLs has been reached."),
    (
        "CreateNetworkAclEntry",
        "NetworkAclEntryLimitExceeded",
        "The maximum number of network ACL entries has been reached.",
    ),
    ("CreateTags", "TagLimitExceeded", "The maximum number of tags has been reached."),
    (
        "RunInstances",
        "VcpuLimitExceeded",
        "You have requested more vCPU capacity than your current vCPU limit allows for the instance bucket that the \
         specified instance type belongs to.",
    ),
];

/// Operations of other services whose code is not the service's own.
const SPECIAL: [(Service, &str, &str); 10] = [
    (Service::ElbV2, "CreateTargetGroup", "TooManyTargetGroups"),
    (Service::ElbV2, "CreateListener", "TooManyListeners"),
    (Service::ElbV2, "CreateRule", "TooManyRules"),
    (Service::ElbV2, "RegisterTargets", "TooManyTargets"),
    (Service::ElbV2, "AddListenerCertificates", "TooManyCertificates"),
    (Service::ElbV2, "AddTags", "TooManyTags"),
    (Service::Elb, "AddTags", "TooManyTags"),
    (Service::Route53, "CreateHostedZone", "TooManyHostedZones"),
    (Service::Ssm, "PutParameter", "ParameterLimitExceeded"),
    (Service::Ssm, "AddTagsToResource", "TooManyTagsError"),
];

/// How the operation says it. The codes are those of the services' models.
pub(super) fn reached(service: Service, operation: &str) -> AwsError {
    if service == Service::Ec2 {
        let found = EC2.iter().find(|(name, _, _)| *name == operation);
        let (code, message) = found.map_or(
            ("ResourceLimitExceeded", "You have exceeded an Amazon EC2 resource limit."),
            |(_, code, message)| (code, message),
        );
        return AwsError::new(code, message);
    }
    let special = SPECIAL.iter().find(|(of, name, _)| *of == service && *name == operation).map(|(_, _, code)| *code);
    let (code, status) = of_service(service);
    AwsError::new(special.unwrap_or(code), "The quota for this resource has been reached.").with_status(status)
}

fn of_service(service: Service) -> (&'static str, u16) {
    match service {
        Service::Ec2 => ("ResourceLimitExceeded", 400),
        Service::Iam => ("LimitExceeded", 409),
        Service::Sts | Service::AutoScaling => ("LimitExceeded", 400),
        Service::Elb | Service::ElbV2 => ("TooManyLoadBalancers", 400),
        Service::Route53 => ("LimitsExceeded", 400),
        Service::Ssm => ("ServiceQuotaExceededException", 400),
        Service::Scheduler => ("ServiceQuotaExceededException", 402),
        Service::CloudMap => ("ResourceLimitExceeded", 400),
        Service::Ecs
        | Service::Logs
        | Service::Acm
        | Service::SecretsManager
        | Service::Ecr
        | Service::Events
        | Service::ApplicationAutoScaling => ("LimitExceededException", 400),
    }
}
