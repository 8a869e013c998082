//! What AWS offers: regions, zones and instance types.

use serde_json::{Value, json};

use super::filter::Filters;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::region;

/// The zones of every region.
const ZONES: [(&str, &str); 3] = [("a", "az1"), ("b", "az2"), ("c", "az3")];

/// An instance type: its name, architecture, vCPUs, MiB of memory, and MiB that an ECS agent registers on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InstanceType {
    pub(crate) name: &'static str,
    pub(crate) architecture: &'static str,
    pub(crate) cpus: i64,
    memory: i64,
    /// Less than `memory`: the kernel keeps a part. Measured values as AWS users report them, rounded.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html>
    pub(crate) registered: i64,
    interfaces: i64,
}

const fn instance_type(
    name: &'static str,
    architecture: &'static str,
    cpus: i64,
    memory: i64,
    registered: i64,
    interfaces: i64,
) -> InstanceType {
    InstanceType { name, architecture, cpus, memory, registered, interfaces }
}

/// <https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html>
const INSTANCE_TYPES: [InstanceType; 27] = [
    instance_type("t2.micro", "x86_64", 1, 1024, 982, 2),
    instance_type("t2.small", "x86_64", 1, 2048, 1993, 3),
    instance_type("t2.medium", "x86_64", 2, 4096, 3947, 3),
    instance_type("t3.nano", "x86_64", 2, 512, 447, 2),
    instance_type("t3.micro", "x86_64", 2, 1024, 952, 2),
    instance_type("t3.small", "x86_64", 2, 2048, 1910, 3),
    instance_type("t3.medium", "x86_64", 2, 4096, 3837, 3),
    instance_type("t3.large", "x86_64", 2, 8192, 7783, 3),
    instance_type("t3.xlarge", "x86_64", 4, 16384, 15785, 4),
    instance_type("t3.2xlarge", "x86_64", 8, 32768, 31757, 4),
    instance_type("t3a.small", "x86_64", 2, 2048, 1910, 2),
    instance_type("t3a.medium", "x86_64", 2, 4096, 3837, 3),
    instance_type("t4g.nano", "arm64", 2, 512, 415, 2),
    instance_type("t4g.micro", "arm64", 2, 1024, 916, 2),
    instance_type("t4g.small", "arm64", 2, 2048, 1858, 3),
    instance_type("t4g.medium", "arm64", 2, 4096, 3794, 3),
    instance_type("t4g.large", "arm64", 2, 8192, 7725, 3),
    instance_type("m5.large", "x86_64", 2, 8192, 7680, 3),
    instance_type("m5.xlarge", "x86_64", 4, 16384, 15574, 4),
    instance_type("m5.2xlarge", "x86_64", 8, 32768, 31533, 4),
    instance_type("m6g.large", "arm64", 2, 8192, 7725, 3),
    instance_type("m6i.large", "x86_64", 2, 8192, 7680, 3),
    instance_type("m7g.large", "arm64", 2, 8192, 7725, 3),
    instance_type("c5.large", "x86_64", 2, 4096, 3666, 3),
    instance_type("c5.xlarge", "x86_64", 4, 8192, 7618, 4),
    instance_type("c6g.large", "arm64", 2, 4096, 3794, 3),
    instance_type("r5.large", "x86_64", 2, 16384, 15574, 3),
];

/// The instance type of that name.
pub(crate) fn find_type(name: &str) -> Option<&'static InstanceType> {
    INSTANCE_TYPES.iter().find(|one| one.name == name)
}

/// Name and id of a zone, given by either; the first zone if none is given.
pub(crate) fn zone(region: &str, asked: Option<&str>) -> Result<(String, String), AwsError> {
    let found = zones(region).into_iter().find(|(name, id)| asked.is_none_or(|asked| asked == name || asked == id));
    found.ok_or_else(|| {
        let message = format!(
            "Value ({}) for parameter availabilityZone is invalid. Subnets can currently only be created in the \
             following availability zones: {}.",
            asked.unwrap_or_default(),
            zones(region).into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
        );
        AwsError::new("InvalidParameterValue", message)
    })
}

pub(super) fn describe_zones(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let region = context.place.region.clone();
    let (filters, names, ids) = (Filters::read(input), input.texts("ZoneName"), input.texts("ZoneId"));
    let mut set = Vec::new();
    for (name, id) in zones(&region) {
        let kept = filters.keep_by(|filter| match filter {
            "zone-name" => Some(vec![name.clone()]),
            "zone-id" => Some(vec![id.clone()]),
            "state" => Some(vec!["available".to_owned()]),
            "region-name" | "group-name" => Some(vec![region.to_string()]),
            "zone-type" => Some(vec!["availability-zone".to_owned()]),
            "opt-in-status" => Some(vec!["opt-in-not-required".to_owned()]),
            _ => None,
        })?;
        let named = (names.is_empty() || names.contains(&&*name)) && (ids.is_empty() || ids.contains(&&*id));
        if kept && named {
            set.push(json!({
                "zoneName": name, "zoneId": id, "zoneState": "available", "regionName": &*region,
                "zoneType": "availability-zone", "optInStatus": "opt-in-not-required", "groupName": &*region,
                "networkBorderGroup": &*region, "messageSet": [],
            }));
        }
    }
    Ok(json!({ "availabilityZoneInfo": set }))
}

/// Regions that the account has, or all of them with `AllRegions`.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html>
pub(super) fn describe_regions(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (filters, names) = (Filters::read(input), input.texts("RegionName"));
    let all = input.flag("AllRegions")?.unwrap_or(false);
    if let Some(unknown) = names.iter().find(|name| region::find(name).is_none()) {
        return Err(AwsError::new("InvalidParameterValue", format!("Invalid region provided: {unknown}")));
    }
    let mut set = Vec::new();
    for region in region::ALL {
        let status = match (region.by_opt_in, context.world.has_opted_in(&context.place.account, region.name)) {
            (false, _) => "opt-in-not-required",
            (true, true) => "opted-in",
            (true, false) => "not-opted-in",
        };
        let kept = filters.keep_by(|filter| match filter {
            "region-name" => Some(vec![region.name.to_owned()]),
            "endpoint" => Some(vec![endpoint(region.name)]),
            "opt-in-status" => Some(vec![status.to_owned()]),
            _ => None,
        })?;
        let asked = if names.is_empty() { all || status != "not-opted-in" } else { names.contains(&region.name) };
        if kept && asked {
            set.push(json!({
                "regionName": region.name, "regionEndpoint": endpoint(region.name), "optInStatus": status,
            }));
        }
    }
    Ok(json!({ "regionInfo": set }))
}

pub(super) fn describe_instance_types(_context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (filters, names) = (Filters::read(input), input.texts("InstanceType"));
    if let Some(unknown) = names.iter().find(|name| find_type(name).is_none()) {
        let message = format!("The following supplied instance types do not exist: [{unknown}]");
        return Err(AwsError::new("InvalidInstanceType", message));
    }
    let mut set: Vec<Value> = Vec::new();
    for one in &INSTANCE_TYPES {
        let kept = filters.keep_by(|filter| match filter {
            "instance-type" => Some(vec![one.name.to_owned()]),
            "processor-info.supported-architecture" => Some(vec![one.architecture.to_owned()]),
            "vcpu-info.default-vcpus" => Some(vec![one.cpus.to_string()]),
            "memory-info.size-in-mib" => Some(vec![one.memory.to_string()]),
            "current-generation" => Some(vec!["true".to_owned()]),
            _ => None,
        })?;
        if kept && (names.is_empty() || names.contains(&one.name)) {
            set.push(render_type(one));
        }
    }
    Ok(json!({ "instanceTypeSet": set }))
}

pub(super) fn describe_account_attributes(_context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let attributes = [
        ("supported-platforms", "VPC"),
        ("default-vpc", "none"),
        ("max-instances", "20"),
        ("vpc-max-security-groups-per-interface", "5"),
        ("max-elastic-ips", "5"),
        ("vpc-max-elastic-ips", "5"),
    ];
    let names = input.texts("AttributeName");
    let asked = attributes.into_iter().filter(|(name, _)| names.is_empty() || names.contains(name));
    let set: Vec<Value> = asked
        .map(|(name, value)| json!({"attributeName": name, "attributeValueSet": [{"attributeValue": value}]}))
        .collect();
    Ok(json!({ "accountAttributeSet": set }))
}

fn zones(region: &str) -> Vec<(String, String)> {
    let short = region::find(region).map_or(region, |region| region.short);
    ZONES.iter().map(|(letter, id)| (format!("{region}{letter}"), format!("{short}-{id}"))).collect()
}

fn endpoint(region: &str) -> String {
    format!("ec2.{region}.amazonaws.com")
}

fn render_type(one: &InstanceType) -> Value {
    json!({
        "instanceType": one.name,
        "currentGeneration": true,
        "freeTierEligible": one.name == "t3.micro",
        "supportedUsageClasses": ["on-demand", "spot"],
        "supportedRootDeviceTypes": ["ebs"],
        "supportedVirtualizationTypes": ["hvm"],
        "bareMetal": false,
        "hypervisor": "nitro",
        "processorInfo": {"supportedArchitectures": [one.architecture]},
        "vCpuInfo": {"defaultVCpus": one.cpus},
        "memoryInfo": {"sizeInMiB": one.memory},
        "networkInfo": {"maximumNetworkInterfaces": one.interfaces, "ipv4AddressesPerInterface": 4},
        "burstablePerformanceSupported": one.name.starts_with('t'),
    })
}
