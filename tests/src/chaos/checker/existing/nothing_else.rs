//! Nothing else exists: every thing belongs to a district or a heritage that is to be, was made by an operation that
//! succeeded, and is there once.

use std::collections::{BTreeMap, BTreeSet};

use super::super::fold::Expected;
use super::super::verdict::Verdict;
use super::{Account, Thing};

const RULE: &str = "nothing else exists";

/// Kinds of which there are several that are called alike; how many is checked where they belong.
const ALIKE: [&str; 3] = ["ec2 instances", "ec2 volumes", "ecs tasks"];

pub(super) fn check(account: &Account<'_>, expected: &Expected, verdict: &mut Verdict) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let bounds = Bounds::of(account, expected);
    for thing in account.all() {
        if thing.district().is_none() {
            verdict.holds(RULE, bounds.explain(thing), || format!("{} {} belongs to nothing", thing.kind, thing.json));
            continue;
        }
        let wrong = owner(thing, expected).err();
        verdict.holds(RULE, wrong.is_none(), || {
            format!("{} {} ({}): {}", thing.kind, thing.id(), thing.name(), wrong.unwrap_or_default())
        });
        if !ALIKE.contains(&thing.kind) {
            let before = seen.insert(identity(thing), thing.id());
            verdict.holds("each thing is there once", before.is_none(), || {
                format!("{} {}: {:?} and {}", thing.kind, thing.name(), before, thing.id())
            });
        }
    }
}

/// What two things must not have in common. A heritage keeps the task definitions of all operations that made one.
fn identity(thing: Thing<'_>) -> String {
    let (district, heritage) = (thing.district().unwrap_or_default(), thing.heritage().unwrap_or_default());
    let by = thing.operation().filter(|_| thing.kind == "ecs task_definitions").unwrap_or_default();
    format!("{} {district} {heritage} {} {by}", thing.kind, thing.name())
}

/// Whether it belongs to what is to be, by an operation that succeeded.
fn owner(thing: Thing<'_>, expected: &Expected) -> Result<(), String> {
    let district = thing.district().unwrap_or_default();
    let by = match thing.heritage() {
        None => expected.districts.get(district).map(|district| &district.by),
        Some(heritage) => {
            let heritage = expected.heritages.get(&(district.to_owned(), heritage.to_owned()));
            heritage.map(|heritage| &heritage.by)
        }
    };
    let Some(by) = by else { return Err("what it belongs to is not to be".to_owned()) };
    match thing.operation() {
        Some(operation) if !by.contains(operation) => Err(format!("{operation}, which made it, did not succeed")),
        Some(_) | None => Ok(()),
    }
}

/// What explains things without tags: the networks of districts, and the machines in them.
struct Bounds<'a> {
    vpcs: BTreeSet<&'a str>,
    subnets: BTreeSet<&'a str>,
    instances: BTreeSet<&'a str>,
    clusters: Vec<String>,
    records: BTreeSet<String>,
    volumes: usize,
}

impl<'a> Bounds<'a> {
    fn of(account: &'a Account<'_>, expected: &Expected) -> Bounds<'a> {
        let living = |kind| {
            let things = account.of_kind(kind);
            things.filter(|it| it.district().is_some_and(|district| expected.districts.contains_key(district)))
        };
        let balanced = expected.heritages.iter().filter(|(_, heritage)| heritage.is_balanced);
        let record = |((district, name), heritage): (&(String, String), &super::super::fold::Heritage)| {
            format!("{}.{name}.{district}.bcn.", heritage.service)
        };
        Bounds {
            vpcs: living("ec2 vpcs").map(|it| it.id()).collect(),
            subnets: living("ec2 subnets").map(|it| it.id()).collect(),
            instances: living("ec2 instances").map(|it| it.id()).collect(),
            clusters: expected.districts.keys().map(|district| format!("/{district}/")).collect(),
            records: balanced.map(record).collect(),
            volumes: account.of_kind("ec2 volumes").count(),
        }
    }

    fn explain(&self, thing: Thing<'_>) -> bool {
        let is_in_a_cluster = || self.clusters.iter().any(|cluster| thing.id().contains(cluster));
        match thing.kind {
            "ec2 network_acls" => thing.json["default"] == true && self.vpcs.contains(thing.text("vpc_id")),
            "ec2 security_groups" => thing.json["default"] == true && self.vpcs.contains(thing.text("vpc_id")),
            "ec2 route_tables" => thing.json["main"] == true && self.vpcs.contains(thing.text("vpc_id")),
            "ec2 network_interfaces" => self.subnets.contains(thing.text("subnet_id")),
            "ec2 dhcp_options" => true,
            "ec2 volumes" => self.volumes <= self.instances.len(),
            "ecs container_instances" => self.instances.contains(thing.text("ec2_instance_id")),
            "ecs tasks" => is_in_a_cluster(),
            "route53 record_sets" => self.records.contains(thing.name()),
            "iam roles" => thing.name().starts_with("AWSServiceRoleFor"),
            _ => false,
        }
    }
}
