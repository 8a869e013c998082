//! Services that VPC endpoints lead to.
//!
//! <https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html>

use serde_json::{Value, json};

use super::endpoint::EndpointType;
use super::filter::Filters;
use super::{catalogue, describing};
use crate::model::context::{Context, Place};
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// What follows the region in a service's name, and the name that private DNS answers for it, before the region.
const INTERFACES: [(&str, &str); 22] = [
    ("acm", "acm"),
    ("autoscaling", "autoscaling"),
    ("dynamodb", "dynamodb"),
    ("ec2", "ec2"),
    ("ec2messages", "ec2messages"),
    ("ecr.api", "api.ecr"),
    ("ecr.dkr", "*.dkr.ecr"),
    ("ecs", "ecs"),
    ("ecs-agent", "ecs-a"),
    ("ecs-telemetry", "ecs-t"),
    ("elasticloadbalancing", "elasticloadbalancing"),
    ("events", "events"),
    ("kms", "kms"),
    ("logs", "logs"),
    ("monitoring", "monitoring"),
    ("s3", "*.s3"),
    ("secretsmanager", "secretsmanager"),
    ("servicediscovery", "servicediscovery"),
    ("sqs", "sqs"),
    ("ssm", "ssm"),
    ("ssmmessages", "ssmmessages"),
    ("sts", "sts"),
];
const GATEWAYS: [&str; 2] = ["dynamodb", "s3"];

/// One way to a service.
pub(super) struct EndpointService {
    pub(super) name: String,
    pub(super) kind: EndpointType,
    /// The part of the name behind the region.
    pub(super) short: &'static str,
    /// None for gateways.
    pub(super) private_dns_name: Option<String>,
}

/// All ways to services in a region, by name.
fn of_region(region: &str) -> Vec<EndpointService> {
    let name = |short: &str| format!("com.amazonaws.{region}.{short}");
    let gateways = GATEWAYS.into_iter().map(|short| EndpointService {
        name: name(short),
        kind: EndpointType::Gateway,
        short,
        private_dns_name: None,
    });
    let interfaces = INTERFACES.into_iter().map(|(short, host)| EndpointService {
        name: name(short),
        kind: EndpointType::Interface,
        short,
        private_dns_name: Some(format!("{host}.{region}.amazonaws.com")),
    });
    let mut all: Vec<_> = gateways.chain(interfaces).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

/// The way of that kind to the service of that name.
pub(super) fn find(region: &str, name: &str, kind: EndpointType) -> Result<EndpointService, AwsError> {
    let ways: Vec<_> = of_region(region).into_iter().filter(|service| service.name == name).collect();
    let kinds: Vec<&str> = ways.iter().map(|service| service.kind.into()).collect();
    if kinds.is_empty() {
        let message = format!("The Vpc Endpoint Service '{name}' does not exist");
        return Err(AwsError::new("InvalidServiceName", message));
    }
    let wrong = format!("Endpoint type ({kind}) does not match available service types ([{}]).", kinds.join(", "));
    ways.into_iter().find(|service| service.kind == kind).ok_or_else(|| AwsError::new("InvalidParameter", wrong))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let place = context.place.clone();
    let (filters, names) = (Filters::read(input), input.texts("ServiceName"));
    let all = of_region(&place.region);
    for name in &names {
        if !all.iter().any(|service| service.name == *name) {
            let message = format!("The Vpc Endpoint Service '{name}' does not exist");
            return Err(AwsError::new("InvalidServiceName", message));
        }
    }
    let asked = all.into_iter().filter(|service| names.is_empty() || names.contains(&&*service.name));
    let kept = asked.filter(|service| {
        filters.keep_by(|filter| match filter {
            "service-name" => Some(vec![service.name.clone()]),
            "service-type" => Some(vec![service.kind.to_string()]),
            "owner" => Some(vec!["amazon".to_owned()]),
            "service-region" => Some(vec![place.region.to_string()]),
            "supported-ip-address-types" => Some(vec!["ipv4".to_owned()]),
            _ => None,
        })
    });
    let rows = kept.map(|service| (format!("{} {}", service.name, service.kind), service)).collect();
    let mut answer = describing::paged(input, "serviceDetailSet", rows, |service| render(&service, &place))?;
    let mut shown: Vec<Value> = answer["serviceDetailSet"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|detail| detail["serviceName"].clone())
        .collect();
    shown.dedup();
    answer["serviceNameSet"] = Value::Array(shown);
    Ok(answer)
}

fn render(service: &EndpointService, place: &Place) -> Value {
    let zones: Vec<String> = catalogue::zones(place).into_iter().map(|(name, _)| name).collect();
    let (region, short) = (&*place.region, service.short);
    let base = match service.kind {
        EndpointType::Gateway => format!("{short}.{region}.amazonaws.com"),
        EndpointType::Interface => format!("{short}.{region}.vpce.amazonaws.com"),
    };
    let names = service.private_dns_name.as_ref().map(|name| json!([{ "privateDnsName": name }]));
    json!({
        "serviceName": service.name,
        "serviceId": format!("vpce-svc-{}", super::endpoint::digits(&format!("{} {}", service.name, service.kind))),
        "serviceType": [{"serviceType": service.kind.to_string()}],
        "serviceRegion": region,
        "availabilityZoneSet": zones,
        "owner": "amazon",
        "baseEndpointDnsNameSet": [base],
        "privateDnsName": service.private_dns_name,
        "privateDnsNameSet": names,
        "privateDnsNameVerificationState": service.private_dns_name.as_ref().map(|_| "verified"),
        "vpcEndpointPolicySupported": true,
        "acceptanceRequired": false,
        "managesVpcEndpoints": false,
        "supportedIpAddressTypeSet": ["ipv4"],
        "tagSet": [],
    })
}
