//! Instance types, as `instance_types.txt` lists them: what AWS's DescribeInstanceTypes says of each.
//!
//! A line has the name, the architectures, vCPUs, threads in a core, MiB of memory, MiB that an ECS agent registers,
//! the most interfaces, addresses of each, letters for what it is (`c`urrent generation, `f`ree tier, `b`urstable,
//! instance `s`tore), hypervisor, EBS optimisation, ENA support, GHz, manufacturer and the network's speed.
//! <https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html>

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::describing;
use super::filter::Filters;
use crate::model::context::{Context, Place};
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

static TYPES: LazyLock<IndexMap<&'static str, InstanceType>> = LazyLock::new(|| {
    let types = include_str!("instance_types.txt").lines().filter_map(InstanceType::read);
    types.map(|one| (one.name, one)).collect()
});

/// One instance type.
#[derive(Debug)]
pub(crate) struct InstanceType {
    pub(crate) name: &'static str,
    pub(super) architectures: Vec<&'static str>,
    pub(crate) cpus: i64,
    threads: i64,
    memory: i64,
    /// What an ECS agent registers: less than `memory`, for the kernel keeps a part.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html>
    pub(crate) registered: i64,
    pub(crate) interfaces: usize,
    addresses: i64,
    letters: &'static str,
    hypervisor: &'static str,
    ebs_optimized: &'static str,
    ena: &'static str,
    clock: f64,
    manufacturer: &'static str,
    network: &'static str,
}

impl InstanceType {
    fn read(line: &'static str) -> Option<Self> {
        let mut words = line.splitn(15, ' ');
        Some(Self {
            name: words.next()?,
            architectures: words.next()?.split(',').collect(),
            cpus: words.next()?.parse().ok()?,
            threads: words.next()?.parse().ok()?,
            memory: words.next()?.parse().ok()?,
            registered: words.next()?.parse().ok()?,
            interfaces: words.next()?.parse().ok()?,
            addresses: words.next()?.parse().ok()?,
            letters: words.next()?,
            hypervisor: words.next()?,
            ebs_optimized: words.next()?,
            ena: words.next()?,
            clock: words.next()?.parse().ok()?,
            manufacturer: words.next()?,
            network: words.next()?,
        })
    }

    pub(super) fn supports(&self, architecture: &str) -> bool {
        self.architectures.contains(&architecture)
    }

    pub(super) fn is_burstable(&self) -> bool {
        self.letters.contains('b')
    }

    /// Whether it counts against the quota of standard instances.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html>
    pub(super) fn is_standard(&self) -> bool {
        self.name.starts_with(['a', 'c', 'd', 'h', 'i', 'm', 'r', 't', 'z'])
    }

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        let list = match filter {
            "instance-type" => vec![self.name.to_owned()],
            "processor-info.supported-architecture" => self.architectures.iter().map(|&one| one.to_owned()).collect(),
            "processor-info.sustained-clock-speed-in-ghz" => vec![self.clock.to_string()],
            "vcpu-info.default-vcpus" => vec![self.cpus.to_string()],
            "vcpu-info.default-cores" => vec![(self.cpus / self.threads).to_string()],
            "vcpu-info.default-threads-per-core" => vec![self.threads.to_string()],
            "memory-info.size-in-mib" => vec![self.memory.to_string()],
            "network-info.maximum-network-interfaces" => vec![self.interfaces.to_string()],
            "network-info.ipv4-addresses-per-interface" => vec![self.addresses.to_string()],
            "network-info.ena-support" => vec![self.ena.to_owned()],
            "network-info.network-performance" => vec![self.network.to_owned()],
            "current-generation" => vec![self.letters.contains('c').to_string()],
            "free-tier-eligible" => vec![self.letters.contains('f').to_string()],
            "burstable-performance-supported" => vec![self.is_burstable().to_string()],
            "instance-storage-supported" => vec![self.letters.contains('s').to_string()],
            "bare-metal" => vec!["false".to_owned()],
            "hypervisor" => vec![self.hypervisor.to_owned()],
            "ebs-info.ebs-optimized-support" => vec![self.ebs_optimized.to_owned()],
            "supported-root-device-type" => vec!["ebs".to_owned()],
            "supported-usage-class" => vec!["on-demand".to_owned(), "spot".to_owned()],
            "supported-virtualization-type" => vec!["hvm".to_owned()],
            _ => return None,
        };
        Some(list)
    }
}

/// The instance type of that name.
pub(crate) fn find(name: &str) -> Option<&'static InstanceType> {
    TYPES.get(name)
}

pub(super) fn describe(_context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (filters, names) = (Filters::read(input), input.texts("InstanceType"));
    let unknown: Vec<&str> = names.iter().copied().filter(|name| find(name).is_none()).collect();
    if !unknown.is_empty() {
        let message = format!("The following supplied instance types do not exist: [{}]", unknown.join(", "));
        return Err(AwsError::new("InvalidInstanceType", message));
    }
    let asked = TYPES.values().filter(|one| names.is_empty() || names.contains(&one.name));
    let kept = asked.filter(|one| filters.keep_by(|filter| one.field(filter)));
    describing::paged(input, "instanceTypeSet", kept.map(|one| (one.name.to_owned(), one)).collect(), render)
}

/// Every type is offered in every zone.
pub(super) fn describe_offerings(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let location_type = input.text("LocationType").unwrap_or("region");
    let locations = locations(&context.place, location_type)?;
    let filters = Filters::read(input);
    let mut rows = Vec::new();
    for one in TYPES.values() {
        for location in &locations {
            let kept = filters.keep_by(|filter| match filter {
                "instance-type" => Some(vec![one.name.to_owned()]),
                "location" => Some(vec![location.clone()]),
                _ => None,
            });
            if kept {
                let row = json!({"instanceType": one.name, "locationType": location_type, "location": location});
                rows.push((format!("{} {location}", one.name), row));
            }
        }
    }
    describing::paged(input, "instanceTypeOfferingSet", rows, |row| row)
}

fn locations(place: &Place, kind: &str) -> Result<Vec<String>, AwsError> {
    let zones = super::catalogue::zones(place).into_iter();
    match kind {
        "region" => Ok(vec![place.region.to_string()]),
        "availability-zone" => Ok(zones.map(|(name, _)| name).collect()),
        "availability-zone-id" => Ok(zones.map(|(_, id)| id).collect()),
        other => {
            let message = format!("Value ({other}) for parameter locationType is invalid.");
            Err(AwsError::new("InvalidParameterValue", message))
        }
    }
}

fn render(one: &InstanceType) -> Value {
    let cores = one.cpus / one.threads;
    let modes: &[&str] = if one.supports("arm64") { &["uefi"] } else { &["legacy-bios", "uefi"] };
    json!({
        "instanceType": one.name,
        "currentGeneration": one.letters.contains('c'),
        "freeTierEligible": one.letters.contains('f'),
        "supportedUsageClasses": ["on-demand", "spot"],
        "supportedRootDeviceTypes": ["ebs"],
        "supportedVirtualizationTypes": ["hvm"],
        "bareMetal": false,
        "hypervisor": one.hypervisor,
        "processorInfo": {
            "supportedArchitectures": one.architectures, "sustainedClockSpeedInGhz": one.clock,
            "manufacturer": one.manufacturer,
        },
        "vCpuInfo": {
            "defaultVCpus": one.cpus, "defaultCores": cores, "defaultThreadsPerCore": one.threads,
        },
        "memoryInfo": {"sizeInMiB": one.memory},
        "instanceStorageSupported": one.letters.contains('s'),
        "ebsInfo": {
            "ebsOptimizedSupport": one.ebs_optimized, "encryptionSupport": "supported",
            "nvmeSupport": if one.hypervisor == "nitro" { "required" } else { "unsupported" },
        },
        "networkInfo": {
            "networkPerformance": one.network, "maximumNetworkInterfaces": one.interfaces, "maximumNetworkCards": 1,
            "defaultNetworkCardIndex": 0,
            "networkCards": [{
                "networkCardIndex": 0, "networkPerformance": one.network, "maximumNetworkInterfaces": one.interfaces,
            }],
            "ipv4AddressesPerInterface": one.addresses, "ipv6AddressesPerInterface": one.addresses,
            "ipv6Supported": true, "enaSupport": one.ena, "efaSupported": false,
        },
        "placementGroupInfo": {"supportedStrategies": ["partition", "spread"]},
        "hibernationSupported": true,
        "burstablePerformanceSupported": one.is_burstable(),
        "dedicatedHostsSupported": !one.is_burstable(),
        "autoRecoverySupported": true,
        "supportedBootModes": modes,
    })
}
